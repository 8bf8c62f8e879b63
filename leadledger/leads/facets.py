"""How many leads fit, by what else one might ask: bounded like totals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from psycopg import sql

from leadledger.database import Connection
from leadledger.leads.asked_places import resolve_places
from leadledger.leads.conditions import ReadWords, block, choose_conditions, join
from leadledger.leads.counting import compose_matching
from leadledger.leads.filters import LeadQuestion
from leadledger.leads.places import county_name
from leadledger.leads.question import COUNT_LIMIT, DEAR_LIMIT, PERMIT_LIMIT, Question, compose_leads
from leadledger.leads.search import describe_words
from leadledger.leads.words import read_plainly
from permit_leads.normalize.trades import trade_labels
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
FACETS = ("trade", "kind", "openness", "county_fips", "original_zip", "permit_class_mapped")
MOST_VALUES = 50


def count_facets(
    conn: Connection, asked: LeadQuestion, today: date, read_words: ReadWords = read_plainly
) -> dict[str, object]:
    """LeadFacets: how often each value stands among those that fit, up to the bound of candidates."""
    asked = resolve_places(conn, asked)
    question = Question(asked, choose_conditions(asked, today, read_words), None, today)
    conditions, values = question.conditions, question.values
    statement, limit = _compose(question)
    rows = conn.execute(statement, values).fetchall()
    seen = sum(count for name, _, _, count in rows if name == "seen")
    found = {name: [(value, count) for facet, value, _, count in rows if facet == name] for name in FACETS}
    total = sum(count for name, _, _, count in rows if name == "total")
    return {
        "total": {"value": total, "relation": "eq" if seen < limit else "gte"},
        "facets": [{"facet": name, "values": _describe(name, found[name])} for name in FACETS],
        "words": describe_words(conditions.terms),
    }


def _compose(question: Question) -> tuple[sql.Composed, int]:
    """The statement, and how many candidates it looks at."""
    conditions = question.conditions
    if conditions.terms is not None:
        matching, limit = compose_matching(conditions), PERMIT_LIMIT
        fitting = QUERIES["by_permits"].format(matching=matching, conditions=join(conditions.of_lead))
    else:
        limit = DEAR_LIMIT if conditions.is_dear else COUNT_LIMIT
        leads = compose_leads(conditions, [*map(block, conditions.places), *conditions.indexed])
        rest = join([*conditions.rest, *conditions.of_its_permit])
        fitting = QUERIES["by_leads"].format(rest=rest, leads=leads, limit=sql.Literal(limit))
    return QUERIES["count_facets"].format(fitting=fitting), limit


def _describe(facet: str, found: list[tuple[str | None, int]]) -> list[Mapping[str, object]]:
    """Most frequent first; those of no value stand last."""
    ordered = sorted(found, key=lambda one: (one[0] is None, -one[1], one[0] or ""))[:MOST_VALUES]
    return [{"value": value, "label": _label(facet, value), "count": count} for value, count in ordered]


def _label(facet: str, value: str | None) -> str | None:
    if facet == "trade" and value is not None:
        return trade_labels().get(value, value)
    return county_name(value) if facet == "county_fips" else value
