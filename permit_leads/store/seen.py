"""Which ids one run has written already, in eight bytes each however many there are."""

from __future__ import annotations

import polars as pl


class SeenIds:
    """Remembers a 64-bit hash of each id, in sorted runs of doubling length.

    Two ids may share a hash, so a suspect may be innocent; an id that was added is always among the suspects.
    """

    def __init__(self) -> None:
        self._runs: list[pl.Series] = []

    def add(self, ids: pl.Series) -> None:
        """Remember the ids of one page."""
        run = ids.hash().sort()
        while self._runs and len(self._runs[-1]) <= len(run):
            run = pl.concat([self._runs.pop(), run]).sort()
        if len(run):
            self._runs.append(run)

    def suspects(self, ids: pl.Series) -> pl.Series:
        """Those of the ids that may have been added before, in their order."""
        hashes = ids.hash()
        is_met = pl.Series([False]).new_from_index(0, len(ids))
        for run in self._runs:
            places = run.search_sorted(hashes, side="left").clip(upper_bound=len(run) - 1)
            is_met |= run.gather(places) == hashes
        return ids.filter(is_met)
