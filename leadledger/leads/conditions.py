"""What a question becomes in SQL: blocks of search.sql, grouped by which index can tell them.

Values travel as parameters, under a name of their own for each group; only numbers of areas are written out, so that
the planner sees them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from psycopg import sql

from leadledger.leads.areas import Region, read_region
from leadledger.leads.filters import Group, LeadQuestion, LeadSearch, Narrowing
from leadledger.leads.words import Terms, read_plainly
from permit_leads.score.ranking import min_rank_key
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("search.sql"))
AND = sql.SQL("\n    and ")
OR = sql.SQL("\n     or ")
NOTHING = sql.SQL("true")
PARAMETER = re.compile(r"%\((\w+)\)s")
ReadWords = Callable[[str], Terms]
# Title of the block -> the fields of the question whose values it takes; a block stands where one of them is given.
PLACES = {"by_trade": "trade", "by_county": "county", "by_zip": "zip"}
RANKED = {"by_rank": "min_score", "below_rank": "max_score", "by_change": "changed_since"}
OF_LEAD = {
    "by_cost": "min_cost", "up_to_cost": "max_cost", "by_kind": "kind", "by_class": "permit_class_mapped",
    "by_rank_date": "issued_since",
}  # fmt: skip
OF_PERMIT = {
    "issued_since": "issued_since", "issued_until": "issued_until", "applied_since": "applied_since",
    "applied_until": "applied_until", "completed_since": "completed_since", "completed_until": "completed_until",
    "by_work_class": "work_class_mapped", "by_status": "status_current_mapped", "by_contractor": "has_contractor",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conditions:
    """The blocks a question needs, and their values."""

    places: tuple[str, ...] = ()
    indexed: tuple[sql.Composable, ...] = ()
    rest: tuple[sql.Composable, ...] = ()
    permit: tuple[sql.Composable, ...] = ()
    terms: Terms | None = None
    region: Region | None = None
    is_dear: bool = False  # each lead looked at costs a look at its permit
    values: Mapping[str, object] = field(default_factory=dict)
    its_permit: sql.SQL = field(default_factory=lambda: QUERIES["its_permit"])

    @property
    def of_lead(self) -> tuple[sql.Composable, ...]:
        """All that the lead's own row tells."""
        return (*map(block, self.places), *self.indexed, *self.rest)

    @property
    def every(self) -> tuple[sql.Composable, ...]:
        """All of them, on a lead."""
        return (*self.of_lead, *self.of_its_permit)

    @property
    def of_its_permit(self) -> tuple[sql.Composable, ...]:
        """What is asked of the permit, as one condition on the lead."""
        return (self.its_permit.format(conditions=AND.join(self.permit)),) if self.permit else ()

    @property
    def of_permit(self) -> tuple[sql.Composable, ...]:
        """What is asked of a permit before its leads are looked at: its place, too."""
        return (*self.permit, *([self.region.on_permit] if self.region else []))


def choose_conditions(
    asked: LeadQuestion, today: date, read_words: ReadWords = read_plainly, its_permit: sql.SQL = QUERIES["its_permit"]
) -> Conditions:
    """The blocks for what was asked, and their values; `its_permit` is the block that asks something of the permit."""
    builder = _Builder(today, read_words, its_permit)
    asked = _say_trades(asked)
    terms, region = builder.words_of(asked), read_region(asked, QUERIES)
    groups = builder.read_groups(asked) if isinstance(asked, LeadSearch) else ()
    permit = builder.permit_conditions(asked, terms, "")
    values = builder.bind(asked, "")
    return Conditions(
        places=tuple(title for title, name in PLACES.items() if _is_given(getattr(asked, name))),
        indexed=(block("by_openness"), *given(asked, RANKED, "")),
        rest=(*given(asked, OF_LEAD, ""), *([region.on_lead] if region else []), *groups),
        permit=permit,
        terms=terms,
        region=region,
        is_dear=builder.asks_permits,
        values={**builder.values, **values},
        its_permit=its_permit,
    )


class _Builder:
    """Collects the values of all groups while their conditions are put together."""

    def __init__(self, today: date, read_words: ReadWords, its_permit: sql.SQL) -> None:
        self.today = today
        self.read_words = read_words
        self.its_permit = its_permit
        self.values: dict[str, object] = {}
        self.count = 0
        self.asks_permits = False

    def words_of(self, asked: Narrowing) -> Terms | None:
        return self.read_words(asked.q) if asked.q else None

    def read_groups(self, asked: LeadSearch | Group) -> tuple[sql.Composable, ...]:
        """`any` as one condition, and each of `all`."""
        either = [self.read_group(group) for group in asked.any]
        both = [self.read_group(group) for group in asked.all]
        return (*([_bracketed(OR.join(either))] if either else []), *both)

    def read_group(self, group: Group) -> sql.Composable:
        self.count += 1
        prefix = f"g{self.count}_"
        self.values |= self.bind(group, prefix)
        titles = {**PLACES, "by_openness": "openness", **RANKED, **OF_LEAD}
        region, permit = read_region(group, QUERIES), self.permit_conditions(group, self.words_of(group), prefix)
        found = [*given(group, titles, prefix), *([region.on_lead] if region else [])]
        found += [*([self.its_permit.format(conditions=AND.join(permit))] if permit else []), *self.read_groups(group)]
        return _bracketed(AND.join(found or [NOTHING]))

    def permit_conditions(self, asked: Narrowing, terms: Terms | None, prefix: str) -> tuple[sql.Composable, ...]:
        found = given(asked, OF_PERMIT, prefix)
        for number, term in enumerate(terms.terms if terms else ()):
            alternatives = [f"{prefix}q{number}_{place}" for place in range(len(term))]
            self.values |= dict(zip(alternatives, map(list, term), strict=True))
            either = OR.join(QUERIES["has_words"].format(words=sql.Placeholder(name)) for name in alternatives)
            found.append(_bracketed(either))
        self.asks_permits = self.asks_permits or bool(found)
        return tuple(found)

    def bind(self, asked: Narrowing, prefix: str) -> dict[str, object]:
        """Values for the blocks."""
        names = [*PLACES.values(), *OF_LEAD.values(), *OF_PERMIT.values(), "openness", "changed_since"]
        values = {name: _sorted(getattr(asked, name)) for name in names}
        values["min_rank_key"] = min_rank_key(asked.min_score or 0, self.today)
        values["below_rank_key"] = min_rank_key(min(100, (asked.max_score or 0) + 1), self.today)
        return {prefix + name: value for name, value in values.items()}


def _say_trades(asked: LeadQuestion) -> LeadQuestion:
    """Where every alternative names its trades, all of them together, which an index can tell, say it too."""
    if not isinstance(asked, LeadSearch) or asked.trade or not asked.any or not all(one.trade for one in asked.any):
        return asked
    return asked.model_copy(update={"trade": sorted({trade for one in asked.any for trade in one.trade})})


def given(asked: Narrowing, titles: Mapping[str, str], prefix: str) -> list[sql.Composable]:
    """The blocks whose field is given; a score that leaves nothing out is not."""
    return [
        block(title, prefix)
        for title, name in titles.items()
        if _is_given(getattr(asked, name)) and _bites(asked, title)
    ]


def block(title: str, prefix: str = "") -> sql.SQL:
    """A block of search.sql with the group's names for its values."""
    if not prefix:
        return QUERIES[title]
    return sql.SQL(PARAMETER.sub(rf"%({prefix}\1)s", QUERIES[title].as_string(None)))


def join(conditions: Sequence[sql.Composable]) -> sql.Composable:
    """All of them."""
    return AND.join(conditions or [NOTHING])


def _bites(asked: Narrowing, title: str) -> bool:
    return not (title == "by_rank" and asked.min_score == 0) and not (title == "below_rank" and asked.max_score == 100)


def _is_given(value: object) -> bool:
    return value is not None and value != []


def _sorted(value: object) -> object:
    return sorted(set(value)) if isinstance(value, list) else value


def _bracketed(condition: sql.Composable) -> sql.Composable:
    return sql.SQL("({})").format(condition)
