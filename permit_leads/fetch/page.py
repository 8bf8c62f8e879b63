"""Moved: a page is known to every stage, so it lives in permit_leads.page."""

from permit_leads.page import Page, PageKind, Window

__all__ = ["Page", "PageKind", "Window"]
