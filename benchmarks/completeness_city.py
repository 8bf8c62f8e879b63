"""Elm, a city that does not exist: SYNTHETIC permits that are published in four ways and that change all the time.

The rows stand here in plain form, with ISO days. What a publisher's table looks like is made out of them, and what the
store should say is read off them: nothing of the product has a part in either.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import polars as pl

from simulators.publishers import Host
from simulators.publishers.arcgis.describing import LayerTraits
from simulators.publishers.arcgis.layer import ArcgisLayer
from simulators.publishers.ckan.datastore import Datastore
from simulators.publishers.disturbances import Identity
from simulators.publishers.files.resources import PublishedFile
from simulators.publishers.files.styles import CsvStyle
from simulators.publishers.hosts import Resource
from simulators.publishers.socrata.dataset import SocrataDataset
from simulators.publishers.table import Column, Table

Kind = Literal["late", "edited", "deleted", "renumbered"]
KINDS: tuple[Kind, ...] = ("late", "edited", "deleted", "renumbered")
NOTE = "SYNTHETIC rows of a city that does not exist, invented for a benchmark; no real permits"
OLDEST_DAYS, NEWEST_DAYS = 700, 1
TEXTS = ("permit", "contact", "status", "address", "description", "valuation", "contractor")
DAYS = ("issued", "status_date")
EDITABLE = ("status", "address", "description", "valuation", "contractor", "issued", "status_date")
STATUSES = ("Issued", "Finaled", "Expired", "In Review")
WORK = ("reroof with shingles", "replace water heater", "kitchen remodel", "new pool", "panel upgrade", "new fence")
SCHEMA: dict[str, pl.DataType] = {"uid": pl.Int64(), "touched": pl.Datetime("ms")}
SCHEMA |= dict.fromkeys((*TEXTS, *DAYS), pl.String())
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of the publisher's rows, and the permits that it is about."""

    kind: Kind
    permits: tuple[str, ...]


@dataclass
class City:
    """The permits as they are now. A permit may stand in two rows, one a contact: the later `status_date` counts."""

    rng: random.Random
    today: date
    rows: list[Row] = field(default_factory=list)
    number: int = 0

    def found(self, count: int) -> None:
        """So many permits of two years; every tenth has a row for a second contact."""
        for _ in range(count):
            row = self.new_row(self.rng.randint(NEWEST_DAYS, OLDEST_DAYS - 1))
            self.rows.append(row)
            if self.number % 10 == 0:
                self.rows.append(self.second_contact(row))
        for _ in range(3):  # of a file's oldest day nothing can be missed, so nothing happens to these
            self.rows.append(self.new_row(OLDEST_DAYS))

    def new_row(self, age_days: int) -> Row:
        """A permit that was issued so many days ago and written the day after."""
        self.number += 1
        issued = self.today - timedelta(days=age_days)
        written = datetime.combine(issued + timedelta(days=1), datetime.min.time()) + timedelta(hours=11)
        return {
            "uid": self.number * 7,
            "permit": f"E-{self.number:07}",
            "contact": "applicant",
            "status": self.rng.choice(STATUSES),
            "address": f"{self.rng.randint(1, 9999)} ELM ST",
            "description": f"{self.rng.choice(WORK)} {self.rng.randint(1, 10**6)}",
            "valuation": str(self.rng.randint(100, 90_000)),
            "contractor": f"Elm Builders {self.rng.randint(1, 900)} LLC",
            "issued": issued.isoformat(),
            "status_date": (issued + timedelta(days=self.rng.randint(0, min(20, age_days)))).isoformat(),
            "touched": min(written, now()),
        }

    def second_contact(self, row: Row) -> Row:
        """The same permit once more, for another contact; which of the two rows is the newer one is left to chance."""
        day = date.fromisoformat(row["status_date"])
        day += timedelta(
            days=self.rng.choice([days for days in (-3, -2, -1, 1, 2, 3) if day + timedelta(days) <= self.today])
        )
        other = {"contact": "contractor", "contractor": f"Elm Roofers {self.rng.randint(1, 900)} LLC"}
        return row | other | {"uid": row["uid"] + 1, "status_date": day.isoformat()}

    def mutate(self, counts: Mapping[Kind, int]) -> list[Mutation]:
        """So many rows of each kind, no row twice; all are written now."""
        oldest = (self.today - timedelta(days=OLDEST_DAYS)).isoformat()
        free = [at for at, row in enumerate(self.rows) if row["issued"] != oldest]
        struck = iter(self.rng.sample(free, sum(counts[kind] for kind in KINDS if kind != "late")))
        done = [self._edit(self.rows[next(struck)]) for _ in range(counts["edited"])]
        done += [self._renumber(self.rows[next(struck)]) for _ in range(counts["renumbered"])]
        gone = {next(struck) for _ in range(counts["deleted"])}
        done += [Mutation("deleted", (self.rows[at]["permit"],)) for at in sorted(gone)]
        self.rows = [row for at, row in enumerate(self.rows) if at not in gone]
        return done + [self._arrive_late() for _ in range(counts["late"])]

    def let_days_pass(self, days: int) -> None:
        """What was written lately was written so many days earlier."""
        self.rows = [row | {"touched": row["touched"] - timedelta(days=days)} for row in self.rows]

    def replace_all(self) -> None:
        """What a publisher does who loads everything anew: other row ids, another order, and every row written now."""
        self.rng.shuffle(self.rows)
        self.rows = [row | {"uid": at + 1, "touched": now()} for at, row in enumerate(self.rows)]
        self.number = max(self.number, len(self.rows))

    def truth(self) -> dict[str, Row]:
        """What the store should say: of each permit the row with the later status date."""
        said: dict[str, Row] = {}
        for row in self.rows:
            if row["permit"] not in said or said[row["permit"]]["status_date"] < row["status_date"]:
                said[row["permit"]] = row
        return said

    def _edit(self, row: Row) -> Mutation:
        column = self.rng.choice(EDITABLE)
        if column in DAYS:
            row[column] = self._other_day(column, date.fromisoformat(row[column])).isoformat()
        elif column == "status":
            row[column] = self.rng.choice([word for word in STATUSES if word != row[column]])
        elif column == "valuation":
            row[column] = str(int(row[column]) + self.rng.randint(1, 9999))
        else:
            row[column] = f"{row[column]} {self.rng.randint(1, 999)}"
        row["touched"] = now()
        return Mutation("edited", (row["permit"],))

    def _other_day(self, column: str, day: date) -> date:
        """Another day of the past; status dates move by tens, never onto the day of the permit's other row."""
        if column == "status_date":
            return day + timedelta(days=self.rng.choice((-70, -50, -30)))
        oldest = self.today - timedelta(days=OLDEST_DAYS - 1)
        return max(oldest, min(day + timedelta(days=self.rng.choice((-400, -40, 40))), self.today - timedelta(days=1)))

    def _renumber(self, row: Row) -> Mutation:
        old, new = row["permit"], f"R{self.rng.randint(0, 99)}-{row['permit']}"
        row |= {"permit": new, "touched": now()}
        return Mutation("renumbered", (old, new))

    def _arrive_late(self) -> Mutation:
        row = self.new_row(self.rng.randint(30, OLDEST_DAYS - 1))
        row |= {"touched": now(), "uid": max(one["uid"] for one in self.rows[-50:]) + 10**7 + self.number}
        self.rows.append(row)
        return Mutation("late", (row["permit"],))


def now() -> datetime:
    """The present instant in UTC, as publishers' columns have it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _socrata(rows: pl.DataFrame) -> Table:
    written = [pl.concat_str(pl.col(name), pl.lit("T00:00:00.000")).alias(name) for name in DAYS]
    touched = pl.col("touched").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
    system = {":id": pl.format("row-{}", "uid"), ":created_at": touched, ":updated_at": touched}
    columns = [Column(":id", "row_identifier", "text")]
    columns += [Column(name, "fixed_timestamp", "date") for name in (":created_at", ":updated_at")]
    columns += [Column(name, "text", "text", name) for name in TEXTS]
    columns += [Column(name, "calendar_date", "date", name) for name in DAYS]
    return _table(columns, rows.with_columns(*written, **system))


def _arcgis(rows: pl.DataFrame) -> Table:
    moments = [_milliseconds(pl.concat_str(pl.col(name), pl.lit("T06:00:00")).str.to_datetime(), name) for name in DAYS]
    columns = [Column("OBJECTID", "esriFieldTypeOID", "number")]
    columns += [Column(name, "esriFieldTypeString", "text", length=200) for name in TEXTS]
    columns += [Column(name, "esriFieldTypeDate", "date", is_epoch=True) for name in (*DAYS, "touched")]
    edited = _milliseconds(pl.col("touched"), "touched")
    return _table(columns, rows.with_columns(*moments, edited, OBJECTID=pl.col("uid").cast(pl.String)))


def _milliseconds(moment: pl.Expr, name: str) -> pl.Expr:
    return moment.dt.epoch("ms").cast(pl.String).alias(name)


def _ckan(rows: pl.DataFrame) -> Table:
    columns = [Column("_id", "int", "number"), *(Column(name, "text", "text") for name in (*TEXTS, *DAYS))]
    return _table(columns, rows.with_columns(_id=pl.col("uid").cast(pl.String)))


def _csv(rows: pl.DataFrame) -> Table:
    return _table([Column(name, "text", "text", name) for name in (*TEXTS, *DAYS)], rows)


def _table(columns: Sequence[Column], rows: pl.DataFrame) -> Table:
    return Table(tuple(columns), rows.select([column.name for column in columns]))


WRITERS: dict[str, Callable[[pl.DataFrame], Table]] = {
    "socrata": _socrata,
    "arcgis": _arcgis,
    "ckan": _ckan,
    "csv": _csv,
}


class Publisher:
    """The city's permits as one protocol gives them."""

    def __init__(self, protocol: str, city: City) -> None:
        self.protocol = protocol
        self.city = city
        self.host_name = f"{protocol}.elm.example"
        self._resource = self._made()
        self.host = Host(self.host_name, [self._resource])

    def publish(self) -> None:
        """Put the rows up as they are now."""
        self._resource.table = self._written()

    def _written(self) -> Table:
        return WRITERS[self.protocol](pl.DataFrame(self.city.rows, schema=SCHEMA))

    def _made(self) -> Resource:
        table, moment = self._written(), datetime.now(UTC)
        if self.protocol == "socrata":
            identity = Identity("permit", ":id", ":updated_at")
            return SocrataDataset("elm", "elmm-0001", "Elm", "City of Elm", moment, table, identity, NOTE)
        if self.protocol == "arcgis":
            traits = LayerTraits("Elm", "/arcgis/rest/services/Elm/FeatureServer", 0, "OBJECTID", edit_field="touched")
            return ArcgisLayer("elm", traits, moment, table, Identity("permit", "OBJECTID", "touched"), NOTE)
        if self.protocol == "ckan":
            return Datastore("elm", "elm-1", moment, table, Identity("permit", "_id"), NOTE)
        return PublishedFile("elm", "/permits.csv", CsvStyle(), moment, table, Identity("permit"), NOTE)
