"""Leads: the list, one lead with its reasons and receipts, and what is covered."""
