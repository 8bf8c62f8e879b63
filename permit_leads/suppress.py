"""What is taken out of permits because a person asked for it: names, numbers, mail addresses, whole addresses.

Pure: a frame of permits goes in as its publisher wrote it, and comes out without what was asked to be gone. It happens
after a permit's content is hashed, so a permit whose publisher changed nothing stays unchanged, in a replay too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from permit_leads import spelled
from permit_leads.permit import FIELDS
from permit_leads.spelled import TooVague, address_pattern, email_pattern, name_pattern, phone_pattern

MARK = "[removed on request]"
# Keys and codes, by which a permit is found again.
KEPT = {"permit_num", "master_permit_num", "original_state", "original_zip", "county_fips"}
TEXTS = [field.name for field in FIELDS if field.kind == "text" and field.name not in KEPT]
# What says where a place is, or leads to somebody who does; all of it goes where the address itself has to go.
WHEREABOUTS = ["original_address1", "original_address2", "pin", "link", "project_name", "owner_name", "applicant_name"]
POINT = ["latitude", "longitude"]


@dataclass(frozen=True, slots=True)
class Suppression:
    """One granted request. Permits at `address` and `zip` make no lead and say no longer where they are."""

    suppression_id: str
    kind: Literal["deletion", "opt_out"]
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    zip: str | None = None


@dataclass(frozen=True, slots=True)
class _Home:
    """An address as a pattern, its ZIP, and how those are written who asked for it."""

    street: str
    zip: str
    people: str | None

    def is_told_by(self, texts: pl.Expr) -> pl.Expr:
        """Whether a whole row's text names this street and says whose it is: many cities have a 100 Main Street."""
        whose = rf"(?i)\b{self.zip}\b" + (f"|{self.people}" if self.people else "")
        return (texts.str.contains(f"(?i){self.street}") & texts.str.contains(whose)).fill_null(False)


class Redactor:
    """Takes the suppressed out of texts; with nothing suppressed it touches nothing.

    People are taken out wherever they stand. A home is taken out of its own permits, and its street out of whatever
    names the ZIP or the person with it.
    """

    def __init__(self, suppressions: Sequence[Suppression]) -> None:
        self.ids = tuple(one.suppression_id for one in suppressions)
        self._people = [part for one in suppressions for part in people_patterns(one)]
        self._homes = [
            _Home(address_pattern(one.address), one.zip, "|".join(people_patterns(one)) or None)
            for one in suppressions
            if one.address and one.zip
        ]

    @property
    def is_idle(self) -> bool:
        """Whether nobody asked for anything."""
        return not self._people and not self._homes

    def redact_text(self, text: str, *, is_at_home: bool = False) -> str:
        """One text without what is suppressed; `is_at_home` where a street alone already tells of a home."""
        return self.redact_cells({"": text}, is_at_home=is_at_home)[""] or ""

    def redact_cells(self, cells: Mapping[str, str | None], *, is_at_home: bool = False) -> dict[str, str | None]:
        """One row of texts without what is suppressed."""
        texts = pl.Series(list(cells.values()), dtype=pl.String)
        whole = pl.lit(" ".join(texts.drop_nulls()))
        told = [home for home in self._homes if is_at_home or pl.select(home.is_told_by(whole)).item()]
        clean = pl.select(_cut(pl.lit(texts), [*self._people, *(home.street for home in told)])).to_series()
        return dict(zip(cells, clean.to_list(), strict=True))

    def redact_json(self, value: Any) -> Any:
        """A value of JSON, names of its members too, without the people and any suppressed street."""
        if isinstance(value, str):
            return self.redact_text(value, is_at_home=True)
        if isinstance(value, list):
            return [self.redact_json(one) for one in value]
        if isinstance(value, dict):
            return {self.redact_text(name, is_at_home=True): self.redact_json(one) for name, one in value.items()}
        return value

    def redact_columns(self, frame: pl.DataFrame, names: Sequence[str], *, is_at_home: bool = False) -> pl.DataFrame:
        """These columns of text without the people that are suppressed; `is_at_home`: without any street either."""
        parts = [*self._people, *(home.street for home in self._homes if is_at_home)]
        return frame.with_columns(_cut(pl.col(name), parts).alias(name) for name in names) if parts else frame

    def tells_a_home(self, rows: pl.DataFrame, address: str, zip5: str) -> pl.Series:
        """Which rows are of a suppressed home, or say where it is; the columns named hold a row's own place."""
        whole = pl.concat_str(pl.col(pl.String), separator=" ", ignore_nulls=True)
        found = [_is_at(home, address, zip5) | home.is_told_by(whole) for home in self._homes]
        return rows.with_columns(is_home=pl.any_horizontal(pl.lit(False), *found))["is_home"]

    def redact(self, permits: pl.DataFrame) -> pl.DataFrame:
        """Permits without what is suppressed, and `is_opted_out`: no lead is to be made of it."""
        at_home = [_is_at(home, "original_address1", "original_zip") for home in self._homes]
        located = permits.with_columns(is_opted_out=pl.any_horizontal(pl.lit(False), *at_home))
        if self.is_idle:
            return located
        is_home = pl.col("is_opted_out")
        gone = [
            pl.when(is_home & pl.col(name).is_not_null()).then(pl.lit(MARK)).otherwise(pl.col(name)).alias(name)
            for name in WHEREABOUTS
        ]
        nowhere = [pl.when(~is_home).then(pl.col(name)).alias(name) for name in POINT]
        return self.redact_columns(self._without_streets(located), TEXTS).with_columns(*gone, *nowhere)

    def _without_streets(self, permits: pl.DataFrame) -> pl.DataFrame:
        if not self._homes:
            return permits
        whole = permits.select(pl.concat_str([*TEXTS, "original_zip"], separator="\n", ignore_nulls=True)).to_series()
        for home in self._homes:
            is_told = pl.select(home.is_told_by(pl.lit(whole))).to_series() | permits["is_opted_out"]
            if is_told.any():
                permits = permits.with_columns(
                    pl.when(pl.lit(is_told)).then(_cut(pl.col(name), [home.street])).otherwise(pl.col(name)).alias(name)
                    for name in TEXTS
                )
        return permits


def _is_at(home: _Home, address: str, zip5: str) -> pl.Expr:
    """Whether a row's own place is this home; one without a ZIP may be, so it is."""
    is_there = pl.col(address).str.contains(f"(?i){home.street}").fill_null(False)
    return is_there & pl.col(zip5).fill_null(home.zip).str.contains(home.zip, literal=True)


def _cut(text: pl.Expr, parts: Sequence[str]) -> pl.Expr:
    return text.str.replace_all(f"(?i){'|'.join(parts)}", MARK) if parts else text


def check(one: Suppression) -> None:
    """See that a suppression takes out one person or place and no more.

    Raises:
        TooVague: it would match more than them.
    """
    people_patterns(one)
    if one.address:
        address_pattern(one.address)
        if one.zip is None:
            raise TooVague(f"many places have a {one.address!r}; expected its ZIP as well")


def people_patterns(one: Suppression) -> list[str]:
    """Regular expressions (Rust's) for every way in which a person is written.

    Raises:
        TooVague: it would match more than them.
    """
    ways = ((one.name, name_pattern), (one.phone, phone_pattern), (one.email, email_pattern))
    return [pattern_of(text) for text, pattern_of in ways if text]


def likely_patterns(one: Suppression) -> list[str]:
    """Regular expressions of the database, one of which is found in every text that something is to be taken out of."""
    ways = (
        *((one.name, spelled.likely_name), (one.phone, spelled.likely_phone)),
        *((one.email, spelled.likely_email), (one.address, spelled.likely_address)),
    )
    return [pattern_of(text) for text, pattern_of in ways if text]
