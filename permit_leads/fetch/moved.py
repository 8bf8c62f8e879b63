"""A window that does not add up."""

from __future__ import annotations

from permit_leads.errors import SourceChanged


class WindowMoved(SourceChanged):
    """The publisher's rows changed while we read them, or it gave others than it counted; nothing of it may be kept.

    Reading the window again from its first page may go through.
    """

    def __init__(self, dataset_id: str, before: int, received: int, distinct: int, after: int) -> None:
        super().__init__(
            dataset_id,
            f"count mismatch: {before} rows counted before, {received} received ({distinct} different), {after} after; "
            "rows changed while they were read, or the publisher cut or reordered pages; run the window again",
        )


class PagesMoved(WindowMoved):
    """The same of a listing that is read page by page and need not say how many rows it has."""

    def __init__(self, dataset_id: str, reason: str) -> None:
        SourceChanged.__init__(self, dataset_id, f"{reason}; run the window again")
