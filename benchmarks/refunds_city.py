"""A city that corrects its permits, for benchmarks.refunds: real rows of the City of Austin, brought in by our ETL.

What is sound about a row and what is not stands here in the publisher's own words; the product has no part in it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl

from permit_leads import suppressing
from permit_leads.outcome import Request
from permit_leads.registry import load_registry
from permit_leads.run import run_all
from permit_leads.settings import Settings
from permit_leads.store import db, suppressions
from permit_leads.suppress import Suppression
from simulators.publishers import Simulator
from simulators.publishers.table import Table

DATASET, HOST = "austin_issued_permits", "data.austintexas.gov"
PROMISED_DAYS = 30  # leadledger/plans.toml says the same
LATE_FROM, OLD_FROM = 40, 80  # days ago: what comes too late, and what the first load brings though it is old
OPEN_WORDS = frozenset({"Active", "Pending", "Pending Permit"})
WORK: tuple[str, ...] = (
    "permittype",
    "permit_type_desc",
    "permit_class_mapped",
    "permit_class",
    "work_class",
    "description",
)
WORK += ("contractor_trade", "contractor_company_name", "contractor_full_name", "total_new_add_sqft", "housing_units")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Silent:
    """No progress lines."""

    def event(self, name: str, **fields: object) -> None:
        """Say nothing."""


class City:
    """The rows as the city publishes them now, and the way in which our store learns of them."""

    def __init__(self, simulator: Simulator, url: str, home: Path, days: int) -> None:
        """Of so many days each: the newest, older ones of the first load, and between them what comes too late."""
        self._resource = simulator.hosts[HOST].resources[0]
        self._settings = Settings.model_validate({"database_url": url, "home": home, "connect_to": simulator.url})
        self._url, self._home, self.today = url, home, datetime.now(UTC).date()
        first = _issued(self.table, self.today, 0, days) + _issued(self.table, self.today, OLD_FROM, days)
        self._late = self.table.take(_issued(self.table, self.today, LATE_FROM, days))
        self.table = replace(self.table, rows=self.table.take(first))
        self._moved = 0
        self._told: tuple[Table, pl.Series] | None = None
        self.first_load = frozenset(self.table.rows["permit_number"])

    @property
    def table(self) -> Table:
        """What is published."""
        return self._resource.table

    @table.setter
    def table(self, table: Table) -> None:
        self._resource.table = table

    def bring_in(self) -> None:
        """The ETL's own run over all that is published.

        Raises:
            RuntimeError: it failed.
        """
        loose = {"spacing_seconds": 0.0, "rejection_limit": 1.0, "withdrawal_limit": 1.0}
        dataset = load_registry()[DATASET].model_copy(update=loose)
        request = Request((DATASET,), None, None, (), None, False, False, self._home, is_reconcile=True)
        (outcome,) = run_all(request, {DATASET: dataset}, self._settings, Silent(), "benchmark")
        if outcome.error is not None:
            raise RuntimeError(outcome.error)

    def publish_late(self) -> None:
        """Put up what was issued long ago and not told so far."""
        self.table = self.table.with_rows(self._late)

    def rows(self) -> dict[str, Row]:
        """What is published now, by permit number."""
        return {row["permit_number"]: row for row in self.table.rows.iter_rows(named=True)}

    def is_late(self, row: Row) -> bool:
        """Whether it came so long after its issue, and not with the first load."""
        return (
            row["permit_number"] not in self.first_load and (self.today - _day(row["issue_date"])).days > PROMISED_DAYS
        )

    def is_sound(self, row: Row) -> bool:
        """Whether nothing is wrong with the row itself; how late it came is another question."""
        ends = [_day(row[name]) for name in ("completed_date", "expiresdate") if row[name]]
        return (
            row["status_current"] in OPEN_WORDS
            and all(day >= self.today for day in ends)
            and any(letter.isdigit() for letter in row["original_address1"] or "")
        )

    def is_sure(self, row: Row) -> bool:
        """Whether nothing is wrong with it at all."""
        return self.is_sound(row) and not self.is_late(row)

    def end(self, permit_num: str, dice: random.Random) -> None:
        """Say, in one of its ways, that the work was over some days ago."""
        day = f"{(self.today - timedelta(days=dice.randint(2, 9))).isoformat()}T00:00:00.000"
        ways: list[dict[str, str | None]] = [
            {"status_current": "Final", "completed_date": day, "statusdate": day},
            {"status_current": "VOID", "statusdate": day},
            {"expiresdate": day},
        ]
        self.correct(permit_num, dice.choice(ways))

    def move(self, permit_num: str) -> None:
        """Say that the work is at another house."""
        self._moved += 1
        self.correct(permit_num, {"original_address1": f"{9_000 + self._moved} ELSEWHERE AVE"})

    def correct(self, permit_num: str, values: Mapping[str, str | None]) -> None:
        """Say something else of a permit."""
        said = {name: pl.lit(value, pl.String) for name, value in values.items()}
        self.table = self.table.changed(self._places(permit_num), said)

    def take_down(self, permit_num: str) -> None:
        """List a permit no longer."""
        self.table = self.table.without(self._places(permit_num))

    def redo(self, permit_num: str, other: Row) -> None:
        """Say that the permit is for what that other one is for."""
        self.correct(permit_num, {name: other[name] for name in WORK})

    def suppress(self, row: Row) -> None:
        """Whoever lives there asks that the home be taken out, and it is, as by the operator's command."""
        one = Suppression(str(uuid4()), "opt_out", address=row["original_address1"], zip=row["original_zip"][:5])
        with closing(db.connect(self._url)) as conn:
            suppressing.grant(conn, self._settings.archive_url, one)
            conn.commit()
            suppressions.clean_pending(conn)

    def is_named_once(self, row: Row) -> bool:
        """Whether no other row names the street of this one, so that its suppression touches no other."""
        if self._told is None or self._told[0] is not self.table:
            texts = self.table.rows.select(pl.concat_str(pl.col(pl.String), separator="\n", ignore_nulls=True))
            self._told = (self.table, texts.to_series().str.to_uppercase())
        street = row["original_address1"].upper()
        return int(self._told[1].str.contains(street, literal=True).sum()) == 1

    def _places(self, permit_num: str) -> list[int]:
        return self.table.rows.with_row_index("at").filter(pl.col("permit_number") == permit_num)["at"].to_list()


def group_by(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """The rows by what is the same about them."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def place_of(row: Row) -> str:
    """Where the work is, spaces and case aside."""
    return f"{' '.join((row['original_address1'] or '').upper().split())} {(row['original_zip'] or '')[:5]}"


def _issued(table: Table, today: date, first: int, days: int) -> list[int]:
    """Places of the rows issued from `first` days ago, back over so many days."""
    since, until = today - timedelta(days=first + days - 1), today - timedelta(days=first)
    issued = pl.col("issue_date").str.head(10)
    is_wanted = issued.is_between(pl.lit(since.isoformat()), pl.lit(until.isoformat()))
    return table.rows.with_row_index("at").filter(is_wanted)["at"].to_list()


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
