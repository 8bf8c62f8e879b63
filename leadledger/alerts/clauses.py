"""A question to the list of leads as alternatives of plain conditions, which one statement can match with all others.

`any` and `all` are multiplied out, so that a clause is a row of columns that must all hold (saved_search_clauses). What
cannot be said that way is refused when it is saved: an alert that ignores a condition would tell what nobody asked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from leadledger.errors import AppError
from permit_leads.score.ranking import min_points

MOST_CLAUSES = 64
MOST_KEYS = 5_000  # pairs of a trade and a place
# Field of the question -> column, where any of the values is enough and clauses that must both hold share theirs.
CHOICES = {
    "trade": "trades",
    "kind": "kinds",
    "openness": "openness",
    "county": "counties",
    "zip": "zips",
    "permit_class_mapped": "permit_classes",
    "work_class_mapped": "work_classes",
    "status_current_mapped": "statuses",
}
LEAST = ("min_cost", "issued_since", "applied_since", "completed_since", "changed_since")
MOST = ("max_cost", "issued_until", "applied_until", "completed_until")
# What the question says besides, each read by a function of its own.
SPECIAL = ("min_score", "max_score", "has_contractor", "q", "lat", "lon", "miles", "bbox", "polygon", "any", "all")
WATCHED = frozenset({*CHOICES, *LEAST, *MOST, *SPECIAL})
OF_THE_LIST = frozenset({"sort"})  # how a list is shown; decides nothing about what fits

Clause = dict[str, Any]
Alternatives = list[list[list[str]]]  # terms, each with alternatives of words
ReadWords = Callable[[str], Alternatives]


class CannotWatch(AppError):
    """A condition that a list can have and a saved search cannot."""

    status = 422
    code = "cannot_watch"


def compile_clauses(asked: Mapping[str, Any], read_words: ReadWords) -> list[Clause]:
    """The clauses of a question (its fields by name); none when its conditions exclude each other.

    Raises:
        CannotWatch: it has a condition that matching cannot express, or too many combinations.
    """
    unknown = sorted(name for name in given_fields(asked) if name not in WATCHED | OF_THE_LIST)
    if unknown:
        message = f"a saved search cannot have '{unknown[0]}'; leave it out"
        raise CannotWatch(message, field=f"filter.{unknown[0]}")
    clauses = _multiply([[_read_plain(asked, read_words)], *_read_groups(asked, read_words)])
    key_count = sum(
        len(one.get("trades") or "*") * len(one.get("zips") or one.get("counties") or "*") for one in clauses
    )
    if key_count > MOST_KEYS:
        message = f"{key_count} pairs of a trade and a place; at most {MOST_KEYS}: name fewer of either"
        raise CannotWatch(message, field="filter")
    return [{name: _as_json(value) for name, value in one.items()} for one in clauses]


def given_fields(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that narrow."""
    return {name: value for name, value in asked.items() if value is not None and value != []}


def _read_groups(asked: Mapping[str, Any], read_words: ReadWords) -> list[list[Clause]]:
    """Each entry is a choice of clauses, one of which must hold besides."""

    def read(group: Mapping[str, Any]) -> list[Clause]:
        return _multiply([[_read_plain(group, read_words)], *_read_groups(group, read_words)])

    either = asked.get("any") or []
    found = [list(itertools.chain.from_iterable(map(read, either)))] if either else []
    return found + [read(group) for group in asked.get("all") or []]


def _multiply(choices: Iterable[list[Clause]]) -> list[Clause]:
    """Every way to take one clause of each choice, without those that exclude themselves."""
    clauses: list[Clause] = [{}]
    for choice in choices:
        both = (_join(one, other) for one, other in itertools.product(clauses, choice))
        clauses = [one for one in both if one is not None]
        if len(clauses) > MOST_CLAUSES:
            message = f"more than {MOST_CLAUSES} combinations of its groups; save it as several searches"
            raise CannotWatch(message, field="filter.any")
    return clauses


def _read_plain(asked: Mapping[str, Any], read_words: ReadWords) -> Clause:
    given = given_fields(asked)
    clause: Clause = {column: _as_choice(given[name]) for name, column in CHOICES.items() if name in given}
    clause |= {name: given[name] for name in (*LEAST, *MOST) if name in given}
    if (least := min_points(given.get("min_score", 0))) is not None:
        clause["min_points"] = least
    if given.get("max_score", 100) < 100:
        clause["below_points"] = min_points(given["max_score"] + 1)
    if "has_contractor" in given:
        clause["has_contractor"] = given["has_contractor"]
    return clause | _read_position(given) | (_read_words(read_words(given["q"])) if "q" in given else {})


def _read_words(terms: Alternatives) -> Clause:
    plain = sorted({word for term in terms if len(term) == 1 for word in term[0]})
    choices = [term for term in terms if len(term) > 1]
    return {**({"words": plain} if plain else {}), **({"word_choices": choices} if choices else {})}


def _read_position(given: Mapping[str, Any]) -> Clause:
    found: Clause = {}
    if "bbox" in given:
        found |= dict(zip(("west", "south", "east", "north"), map(float, given["bbox"].split(",")), strict=True))
    if "lat" in given:
        found["circles"] = [[given["lat"], given["lon"], given["miles"]]]
    if "polygon" in given:
        found["areas"] = [_read_area(given["polygon"])]
    return found


def _read_area(geometry: Mapping[str, Any]) -> list[list[str]]:
    """A checked GeoJSON area as polygons of rings, each ring as PostgreSQL writes a polygon."""
    coordinates = geometry["coordinates"]
    polygons = coordinates if geometry["type"] == "MultiPolygon" else [coordinates]
    return [[_write_ring(ring) for ring in rings] for rings in polygons]


def _write_ring(ring: list[list[float]]) -> str:
    return "(" + ",".join(f"({float(place[0])!r},{float(place[1])!r})" for place in ring[:-1]) + ")"


JOINED: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(CHOICES.values(), lambda one, other: sorted(set(one) & set(other))),
    **dict.fromkeys((*LEAST, "min_points", "west", "south"), max),
    **dict.fromkeys((*MOST, "below_points", "east", "north"), min),
    "words": lambda one, other: sorted({*one, *other}),
    **dict.fromkeys(("word_choices", "circles", "areas"), lambda one, other: [*one, *other]),
    "has_contractor": lambda one, other: one if one == other else [],
}


def _join(one: Clause, other: Clause) -> Clause | None:
    """Both together; None when nothing can fit."""
    joined = one | other | {name: JOINED[name](one[name], other[name]) for name in one.keys() & other.keys()}
    return None if any(value == [] for value in joined.values()) else joined


def _as_choice(value: Any) -> list[str]:
    return sorted(set(value)) if isinstance(value, list | tuple) else [value]


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
