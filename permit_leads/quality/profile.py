"""What a run's rows looked like, in a few hundred numbers: kept with the run, so that later runs have something to
be compared with. No names, addresses or free text of anybody are in it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from permit_leads.permit import FIELDS, REJECTION_SCHEMA
from permit_leads.quality.kinds import Kind, merged_kinds

# Fields that hold one of the publisher's fixed words, and those that say where.
WORD_FIELDS = ("status_current", "permit_type", "permit_class", "work_class")
PLACE_FIELDS = ("original_city", "original_state", "county_fips", "zip_area", "square")
MOST_WORDS = 400  # a field with more different values is no vocabulary
KEPT_DAYS = 120
COUNTERS = ("filled", "distinct", "refused", "early", "late")
PLAIN = ("mapping", "is_behind", "rows", "permits", "repeats", "conflicts", "known", "changed")
FIELD_NAMES = tuple(one.name for one in FIELDS)
Words = dict[str, int]


@dataclass(slots=True)
class Profile:
    """Counts over the rows of one run. A field without a value anywhere is not in `filled`.

    `filled` counts permits that have a value, `distinct` the different values of each page added up, `refused` values
    that could not be read, `early` and `late` those of them that are dates outside of what can be. `words` is None for
    a field with too many. `days` counts permits by day of issue. `square` is a degree of latitude and longitude.
    `kinds` says of the publisher's columns whether the first pages held numbers, days or any text in them.
    `is_behind` marks a run that found the feed behind: no example of how soon a day is whole. `fakes` are contact
    fields that say the same of everybody. `fresh` is the profile of the permits that nobody knew before; None in a run
    on an empty store. `conflicts` counts permits whose rows say different things, `examples` are some of their keys,
    which are not kept.
    """

    run_day: date | None = None
    span_days: int | None = None
    mapping: str = ""
    is_behind: bool = False
    rows: int = 0
    permits: int = 0
    repeats: int = 0
    conflicts: int = 0
    known: int = 0
    changed: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    distinct: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    early: Counter[str] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    words: dict[str, Words | None] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    kinds: dict[str, Kind] = field(default_factory=dict)
    fakes: set[str] = field(default_factory=set)
    fresh: Profile | None = None
    examples: list[str] = field(default_factory=list, compare=False)

    def add(self, other: Profile) -> None:
        """Take in the profile of one more page."""
        self.rows += other.rows
        self.permits += other.permits
        for name in ("filled", "distinct", "refused", "early", "late", "days"):
            getattr(self, name).update(getattr(other, name))
        for name, words in other.words.items():
            self.words[name] = _merged(self.words.get(name, {}), words)
        self.columns |= other.columns
        self.kinds = merged_kinds(self.kinds, other.kinds)
        self.fakes = other.fakes
        if other.fresh is not None:
            self.fresh = self.fresh or Profile()
            self.fresh.add(other.fresh)

    def share(self, name: str) -> float:
        """Part of the permits that have a value in a field."""
        return self.filled[name] / self.permits if self.permits else 0.0

    def refused_share(self, name: str) -> float:
        """Part of a field's published values that could not be read."""
        published = self.filled[name] + self.refused[name]
        return self.refused[name] / published if published else 0.0

    def distinct_share(self, name: str) -> float:
        """Different values against values."""
        return self.distinct[name] / self.filled[name] if self.filled[name] else 0.0


def profile_page(columns: Sequence[str], row_count: int, permits: pl.DataFrame, rejections: pl.DataFrame) -> Profile:
    """The profile of one page: its columns as published, its permits, and what was refused."""
    filled = permits.select(pl.col(FIELD_NAMES).count()).row(0, named=True)
    named = [name for name, count in filled.items() if count]
    distinct = permits.select(pl.col(named).n_unique()).row(0, named=True) if named else {}
    gaps = {name: int(filled[name] < permits.height) for name in named}  # null counts as a value
    refused = rejections.filter(~pl.col("is_fatal"))
    return Profile(
        rows=row_count,
        permits=permits.height,
        filled=Counter({name: filled[name] for name in named}),
        distinct=Counter({name: distinct[name] - gaps[name] for name in named}),
        refused=_counted(refused["field"]),
        early=_counted(refused.filter(pl.col("reason").str.starts_with("before "))["field"]),
        late=_counted(refused.filter(pl.col("reason").str.starts_with("after "))["field"]),
        days=_counted(permits["issued_date"]),
        words={name: _words(text) for name, text in _texts(permits).items()},
        columns=set(columns),
    )


def profile_new(permits: pl.DataFrame) -> Profile:
    """The profile of permits that nobody knew before; what was refused is counted with the page."""
    if permits.is_empty():
        return Profile()
    return profile_page((), permits.height, permits, pl.DataFrame(schema=REJECTION_SCHEMA))


def as_json(profile: Profile) -> dict[str, Any]:
    """The profile as JSON keeps it; of days the newest few months."""
    newest = sorted(profile.days)[-KEPT_DAYS:]
    return {
        **{name: getattr(profile, name) for name in PLAIN},
        **{name: dict(getattr(profile, name)) for name in (*COUNTERS, "words")},
        "run_day": profile.run_day.isoformat() if profile.run_day else None,
        "span_days": profile.span_days,
        "days": {day.isoformat(): profile.days[day] for day in newest},
        "columns": sorted(profile.columns),
        "kinds": profile.kinds,
        "fakes": sorted(profile.fakes),
        "fresh": None if profile.fresh is None else _counts(profile.fresh),
    }


def _counts(profile: Profile) -> dict[str, Any]:
    """Of a profile inside another what is compared."""
    return {
        "permits": profile.permits,
        **{name: dict(getattr(profile, name)) for name in ("filled", "distinct")},
        "words": profile.words,
    }


def from_json(kept: Mapping[str, Any]) -> Profile:
    """The profile that `as_json` wrote; what an older release did not keep is empty."""
    profile = Profile()
    for name in (*PLAIN, "span_days"):
        setattr(profile, name, kept.get(name, getattr(profile, name)))
    for name in COUNTERS:
        setattr(profile, name, Counter(kept.get(name, {})))
    profile.run_day = date.fromisoformat(kept["run_day"]) if kept.get("run_day") else None
    profile.days = Counter({date.fromisoformat(day): count for day, count in kept.get("days", {}).items()})
    profile.words, profile.columns = dict(kept.get("words", {})), set(kept.get("columns", []))
    profile.fakes = set(kept.get("fakes", []))
    profile.kinds = dict(kept.get("kinds", {}))
    profile.fresh = from_json(kept["fresh"]) if kept.get("fresh") else None
    return profile


def mapping_mark(mapping: Mapping[str, Any]) -> str:
    """A short name of how the publisher's columns are read; it changes when we read them in another way."""
    text = json.dumps(mapping, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _texts(permits: pl.DataFrame) -> dict[str, pl.Series]:
    fixed = {name: permits[name] for name in (*WORD_FIELDS, "original_city", "original_state", "county_fips")}
    square = pl.concat_str(pl.col("latitude", "longitude").round(0).cast(pl.Int64).cast(pl.String), separator=",")
    return {
        **fixed,
        "zip_area": permits["original_zip"].str.slice(0, 3),
        "square": permits.select(square.alias("square"))["square"],
    }


def _words(texts: pl.Series) -> Words | None:
    counted = texts.drop_nulls().value_counts()
    if counted.height > MOST_WORDS:
        return None
    return dict(counted.iter_rows())


def _counted(values: pl.Series) -> Counter[Any]:
    return Counter(dict(values.drop_nulls().value_counts().iter_rows()))


def _merged(one: Words | None, other: Words | None) -> Words | None:
    if one is None or other is None:
        return None
    merged = Counter(one)
    merged.update(other)
    return dict(merged) if len(merged) <= MOST_WORDS else None
