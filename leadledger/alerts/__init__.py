"""Saved searches, who hears of what fits them, and by which channel."""
