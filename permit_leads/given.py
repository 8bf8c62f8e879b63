"""Of several runs that are replayed, the newest word on each permit counts."""

from __future__ import annotations

import polars as pl

from permit_leads.permit import PERMIT_KEY


class GivenKeys:
    """Permits that a newer run of a replay already gave; what an older run said of them is history."""

    def __init__(self) -> None:
        self._order: int | None = None
        self._newer: set[str] = set()
        self._same: set[str] = set()

    def without(self, replay_order: int | None, permits: pl.DataFrame) -> pl.DataFrame:
        """The permits of a page that no newer run has given; `replay_order` is that of the page's run."""
        if replay_order is None:
            return permits
        if replay_order != self._order:
            self._order = replay_order
            self._newer |= self._same
            self._same = set()
        self._same.update(permits[PERMIT_KEY])
        return permits.filter(~pl.col(PERMIT_KEY).is_in(list(self._newer))) if self._newer else permits
