"""Status words that mean the same wherever they were seen, for publishers whose own list of words nobody has read."""

from __future__ import annotations

from typing import Any

STATUS = "StatusCurrentMapped"
# Read side by side at publishers of many states (2026-08). "Closed" and "Open" are not among them: what they mean
# differs from publisher to publisher. "Approved" is before the issue.
_MEANINGS: dict[str, tuple[str, ...]] = {
    "In Review": (
        "Applied", "Application Accepted", "In Review", "In Process", "Submitted", "Needs Resubmittal", "Fees Due",
        "Ready For Issue", "Assigned", "Paid", "Ready for Payment", "Approved", "Approved - Awaiting Customer",
    ),
    "Permit Issued": ("Issued", "Issue", "Re-Issued", "Permit Issued", "Active", "Active (Issued)"),
    "Inspection Phase": ("Inspections", "Inspecting", "Inspection Phase"),
    "Permit Finaled": (
        "Final", "Finaled", "Permit Finaled", "Complete", "Completed", "CofO Issued", "Signed-off", "Done",
    ),
    "Permit Cancelled": (
        "Void", "Withdrawn", "Cancelled", "Cancel", "Expired", "BL-Expired", "Revoked", "Stop Work", "Denied",
        "Refused",
    ),
}  # fmt: skip
GENERAL_STATUSES = {word: standard for standard, words in _MEANINGS.items() for word in words}


def with_general_words(table: dict[str, Any]) -> dict[str, Any]:
    """A dataset's table with the general words added where it asks for them; its own words win."""
    if table.get("status_words") != "general":
        return table
    values = dict(table.get("values", {}))
    own = {str(word).casefold() for word in values.get(STATUS, {})}
    general = {word: standard for word, standard in GENERAL_STATUSES.items() if word.casefold() not in own}
    values[STATUS] = general | values.get(STATUS, {})
    return {**table, "values": values}
