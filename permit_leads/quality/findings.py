"""What a finding is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from permit_leads.page import Page
from permit_leads.registry import Dataset

NOT_MODIFIED = 304
Severity = Literal["note", "warning", "failure"]
RunKind = Literal["sync", "window", "replay", "reconcile"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed; equal findings of several pages are one finding."""

    code: str
    severity: Severity
    message: str


def check_not_modified(page: Page) -> list[Finding]:
    """A server that says its file is the one we have: the archived page stands for it."""
    if page.status != NOT_MODIFIED:
        return []
    message = f"{page.url} has not changed since it was archived (HTTP 304); its archived rows stand for it"
    return [Finding("not_modified", "note", message)]


def check_left(dataset: Dataset, page: Page) -> list[Finding]:
    """Rows that their publisher has touched and that are too many to be read every time he does so."""
    if not page.left_count:
        return []
    message = (
        f"{page.left_count} rows of other days were written since the last run, more than touched_limit "
        f"({dataset.touched_limit}); the publisher has probably replaced the whole dataset, and they were not read: "
        "run --reconcile to see edits among them, and take system_cursor out if this comes every day"
    )
    return [Finding("full_replace", "warning", message)]


def graded(code: str, message: str, *, is_failure: bool) -> Finding:
    """A finding that holds the batch back, or is for a person to look at."""
    return Finding(code, "failure" if is_failure else "warning", message)
