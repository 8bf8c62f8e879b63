"""Listings in HTML pages."""
