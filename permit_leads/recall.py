"""What a run remembers from page to page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import polars as pl
import psycopg

from permit_leads import quality
from permit_leads.given import GivenKeys
from permit_leads.normalize.grain import BestRanks
from permit_leads.page import Window
from permit_leads.permit import FIELD_BY_BLDS
from permit_leads.registry import Dataset
from permit_leads.store.grain import split_older
from permit_leads.store.permits import split_known
from permit_leads.store.seen import SeenIds
from permit_leads.suppress import Redactor, Suppression


@dataclass(frozen=True, slots=True)
class Recall:
    """Keys and new ids that came already, contacts found fake, the best row of each permit, and who must not appear.

    `days` are set where a permit may stand in several rows and the run need not meet all of them.
    """

    contacts: quality.ContactFilter
    days: tuple[str, ...] = ()
    given: GivenKeys = field(default_factory=GivenKeys)
    ranks: BestRanks = field(default_factory=BestRanks)
    redactor: Redactor = field(default_factory=lambda: Redactor(()))
    seen: SeenIds = field(default_factory=SeenIds)

    def split(self, conn: psycopg.Connection | None, permits: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """Permits that are new or differ, and the ids of those that say nothing new.

        A row that is older by its days than what the store has of its permit says nothing new: the permit has a newer
        row, which this run has not met. Whether that row is gone only a run knows that reads everything.
        """
        differing, unchanged_ids = split_known(conn, permits)
        if conn is None or not self.days:
            return differing, unchanged_ids
        current, older_ids = split_older(conn, differing, self.days)
        return current, pl.concat([unchanged_ids, older_ids])


def recall_of(
    dataset: Dataset, window: Window, kind: str, fakes: Collection[str] = (), suppressed: Sequence[Suppression] = ()
) -> Recall:
    """The memory of a run before its first page; `fakes` are contact fields known to be fake."""
    is_whole = window == Window(None, None) and kind != "replay"
    names = dataset.grain.newest_by if dataset.grain and not is_whole else ()
    days = tuple(FIELD_BY_BLDS[blds].name for blds in names)
    return Recall(quality.ContactFilter(dataset, fakes), days, redactor=Redactor(suppressed))
