"""What is taken out of permits because a person asked for it: names, numbers, mail addresses, whole addresses.

Pure: a frame of permits goes in as its publisher wrote it, and comes out without what was asked to be gone. It happens
after a permit's content is hashed, so a permit whose publisher changed nothing stays unchanged, in a replay too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from permit_leads.permit import FIELDS

MARK = "[removed on request]"
GAP = r"[^\p{L}\p{N}]+"
WORD = re.compile(r"[^\W_]+")
ANY_ZIP = r"\b[0-9]{5}(?:-[0-9]{4})?\b"
# Keys and codes, by which a permit is found again.
KEPT = {"permit_num", "master_permit_num", "original_state", "original_zip", "county_fips"}
TEXTS = [field.name for field in FIELDS if field.kind == "text" and field.name not in KEPT]
# What says where a place is, or leads to somebody who does; all of it goes where the address itself has to go.
WHEREABOUTS = ["original_address1", "original_address2", "pin", "link", "project_name", "owner_name", "applicant_name"]
POINT = ["latitude", "longitude"]
SUFFIXES = (
    *(("st", "street"), ("ave", "av", "avenue"), ("blvd", "boulevard"), ("dr", "drive"), ("ln", "lane")),
    *(("rd", "road"), ("ct", "court"), ("cir", "circle"), ("pl", "place"), ("pkwy", "parkway"), ("hwy", "highway")),
    *(("trl", "trail"), ("ter", "terrace"), ("cv", "cove"), ("sq", "square"), ("n", "north"), ("s", "south")),
    *(("e", "east"), ("w", "west"), ("apt", "apartment", "unit", "ste", "suite")),
)
SPELLINGS = {word: "|".join(sorted(group)) for group in SUFFIXES for word in group}


class TooVague(ValueError):
    """What is to be suppressed would take out far more than one person or place."""


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
    """An address as a pattern, and its ZIP."""

    street: str
    zip: str


class Redactor:
    """Takes the suppressed out of texts; with nothing suppressed it touches nothing.

    People are taken out wherever they stand. A home is taken out of its own permits, and nothing else is: many cities
    have a 100 Main Street.
    """

    def __init__(self, suppressions: Sequence[Suppression]) -> None:
        self.ids = tuple(one.suppression_id for one in suppressions)
        self._people = [part for one in suppressions for part in people_patterns(one)]
        self._homes = [_Home(address_pattern(one.address), one.zip) for one in suppressions if one.address and one.zip]

    @property
    def is_idle(self) -> bool:
        """Whether nobody asked for anything."""
        return not self._people and not self._homes

    def redact_text(self, text: str, *, is_at_home: bool = False) -> str:
        """One text without what is suppressed; of a permit at a suppressed home also without the address."""
        parts = [*self._people, *(home.street for home in self._homes if is_at_home)]
        return str(pl.select(_cut(pl.lit(text), parts)).item())

    def redact_columns(self, frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
        """These columns of text without the people that are suppressed."""
        if not self._people:
            return frame
        return frame.with_columns(_cut(pl.col(name), self._people).alias(name) for name in names)

    def tells_a_home(self, rows: pl.DataFrame) -> pl.Series:
        """Which of a publisher's rows are of a suppressed home: street and ZIP stand in them, or no ZIP does."""
        texts = [pl.col(name) for name, kind in rows.schema.items() if kind == pl.String]

        def stands(pattern: str) -> pl.Expr:
            return pl.any_horizontal(pl.lit(False), *(text.str.contains(pattern).fill_null(False) for text in texts))

        found = [stands(f"(?i){home.street}") & (stands(rf"\b{home.zip}\b") | ~stands(ANY_ZIP)) for home in self._homes]
        return rows.with_columns(is_home=pl.any_horizontal(pl.lit(False), *found))["is_home"]

    def redact(self, permits: pl.DataFrame) -> pl.DataFrame:
        """Permits without what is suppressed, and `is_opted_out`: no lead is to be made of it."""
        located = permits.with_columns(is_opted_out=self._at_home())
        if self.is_idle:
            return located
        is_home = pl.col("is_opted_out")
        streets = [home.street for home in self._homes]
        texts = [
            pl.when(is_home).then(_cut(pl.col(name), streets)).otherwise(pl.col(name)).alias(name)
            for name in (name for name in TEXTS if name not in WHEREABOUTS)
        ]
        gone = [
            pl.when(is_home & pl.col(name).is_not_null()).then(pl.lit(MARK)).otherwise(pl.col(name)).alias(name)
            for name in WHEREABOUTS
        ]
        nowhere = [pl.when(~is_home).then(pl.col(name)).alias(name) for name in POINT]
        return self.redact_columns(located, TEXTS).with_columns(*texts, *gone, *nowhere)

    def _at_home(self) -> pl.Expr:
        """Which permits stand at a suppressed address; one without a ZIP may, so it does."""
        found = [
            pl.col("original_address1").str.contains(f"(?i){home.street}").fill_null(False)
            & (pl.col("original_zip").fill_null(home.zip) == home.zip)
            for home in self._homes
        ]
        return pl.any_horizontal(pl.lit(False), *found)


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


def name_pattern(name: str) -> str:
    """First and last name in either order, with any one word (a middle name, an initial, a spouse) between them.

    Raises:
        TooVague: it is a single word.
    """
    words = [word for word in WORD.findall(name) if len(word) > 1]
    if len(words) < 2:
        raise TooVague(f"the name {name!r} is one word; expected first and last name")
    first, last = re.escape(words[0]), re.escape(words[-1])
    between = rf"{GAP}(?:[\p{{L}}\p{{N}}]+{GAP})?"
    return rf"\b{first}{between}{last}\b|\b{last}{GAP}{first}\b(?:{GAP}\p{{L}}\b)?"


def phone_pattern(phone: str) -> str:
    """Ten digits, however they are parted, with or without the country's 1.

    Raises:
        TooVague: it is no number of the United States.
    """
    digits = "".join(filter(str.isdigit, phone))[-10:]
    if len(digits) < 10:
        raise TooVague("the telephone number has fewer than ten digits; expected one such as 512-555-0100")
    gap = r"[\s().\-/+]{0,3}"
    area = rf"(?:\({digits[:3]}\)|\b(?:1{gap})?{digits[:3]})"
    return rf"\+?(?:\b1{gap})?{area}{gap}{digits[3:6]}{gap}{digits[6:]}\b"


def email_pattern(email: str) -> str:
    """The address as it is.

    Raises:
        TooVague: it is none.
    """
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+", email):
        raise TooVague("expected an e-mail address such as jane@example.com")
    boundary = r"\b" if email[0].isalnum() else ""
    return boundary + re.escape(email).replace(r"\@", "@")


def address_pattern(address: str) -> str:
    """House number and street, with the usual spellings of suffixes and directions.

    Raises:
        TooVague: there is no house number, or no street.
    """
    words = [word.lower() for word in WORD.findall(address)]
    if len(words) < 2 or not words[0][0].isdigit() or all(word in SPELLINGS for word in words[1:]):
        raise TooVague("expected a house number and a street, such as 1204 Maple St")
    return rf"\b{GAP.join(f'(?:{SPELLINGS.get(word, re.escape(word))})' for word in words)}\b"


def likely_words(one: Suppression) -> list[str]:
    """A piece of text that everything to be taken out contains, by which a database finds the rows to look at."""
    found = []
    if one.name:
        found.append(max((word for word in WORD.findall(one.name)[-1:]), key=len))
    if one.phone:
        found.append("".join(filter(str.isdigit, one.phone))[-4:])
    if one.email:
        found.append(one.email)
    if one.address:
        words = [word for word in WORD.findall(one.address) if word.lower() not in SPELLINGS]
        found.append(max(words, key=len))
    return found
