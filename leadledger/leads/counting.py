"""How many leads fit a question: bounded, and telling by which way its page is found soonest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from leadledger.database import Connection
from leadledger.leads.conditions import QUERIES, Conditions, block, join
from leadledger.leads.question import (
    COUNT_LIMIT,
    DEAR_LIMIT,
    FEW_STRETCHES,
    PERMIT_LIMIT,
    Question,
    compose_leads,
    find_stretches,
)

COLLECT_BELOW = 1_000  # so few are read and sorted in a few milliseconds
SPARSE = 300  # where fewer than one of so many fit, a walk would read too much before its page is full
SPARSE_AMONG_ALL = 200  # and so many where a look costs next to nothing
SMALLEST_SAMPLE = 10  # of one stretch
Way = Literal["walk", "collect", "permits"]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many leads fit, as far as was counted, and the way that a page is found."""

    total: int
    is_exact: bool
    way: Way


def count(conn: Connection, question: Question) -> Counted:
    """How many fit: by the leads' own indexes, or by words where few would be seen that way."""
    if question.cursor is not None:
        return Counted(question.cursor.total, question.cursor.is_total_exact, question.cursor.way)
    conditions, values = question.conditions, question.values
    if conditions.terms is None or conditions.region is not None or conditions.places:
        counted = read_count(question, conn.execute(compose_count(conditions), values).fetchone())
        if counted.is_exact or counted.way == "walk" or conditions.terms is None:
            return counted
    return read_permit_count(conn.execute(compose_permit_count(conditions), values).fetchone())


def read_count(question: Question, row: tuple[int, int] | None) -> Counted:
    """What the answer of `compose_count` says."""
    seen, fitting = row or (0, 0)
    is_dear = question.conditions.is_dear
    limit, sparse = (DEAR_LIMIT, SPARSE) if is_dear else (COUNT_LIMIT, SPARSE_AMONG_ALL)
    is_exact = seen < limit
    collects = fitting < limit // sparse
    if is_exact:  # an order without an index of its own for each place is not walked through for the few of one place
        collects = fitting < COLLECT_BELOW or question.asked.sort != "score"
    return Counted(fitting, is_exact, "collect" if collects else "walk")


def read_permit_count(row: tuple[int, int] | None) -> Counted:
    """What the answer of `compose_permit_count` says."""
    seen, fitting = row or (0, 0)
    is_exact = seen < PERMIT_LIMIT
    return Counted(fitting, is_exact, "permits" if is_exact or fitting < PERMIT_LIMIT // SPARSE else "walk")


def compose_count(conditions: Conditions) -> sql.Composed:
    """The statement that says how many candidates were looked at, and how many of them fit."""
    if conditions.is_dear and (sample := _compose_sample(conditions)):
        return sample
    told = [*map(block, conditions.places), *conditions.indexed]
    rest = [*conditions.rest, *conditions.of_its_permit]
    if conditions.region is not None and not conditions.is_dear:
        told, rest = [block("by_openness")], [*told, *rest]  # which the index of cells says itself
    limit = sql.Placeholder("dear_limit" if conditions.is_dear else "count_limit")
    return QUERIES["count_leads"].format(rest=join(rest), leads=compose_leads(conditions, told), limit=limit)


def _compose_sample(conditions: Conditions) -> sql.Composed | None:
    """The best of each stretch, where there are few."""
    stretches = find_stretches(conditions)
    if stretches is None or not 0 < len(stretches.each) <= FEW_STRETCHES:
        return None
    told = join([*stretches.told, *map(block, stretches.places), *conditions.indexed])
    rest = join([*conditions.rest, *conditions.of_its_permit])
    share = sql.Literal(max(SMALLEST_SAMPLE, DEAR_LIMIT // len(stretches.each)))
    return QUERIES["count_stretches"].format(stretches=stretches.source, conditions=told, rest=rest, share=share)


def compose_permit_count(conditions: Conditions) -> sql.Composed:
    """The same by permits that have the words."""
    return QUERIES["count_by_permits"].format(
        permit_conditions=join(conditions.of_permit), conditions=join(conditions.of_lead)
    )


def compose_matching(conditions: Conditions) -> sql.Composed:
    """Permits that have the words, up to the bound."""
    return QUERIES["matching_permits"].format(permit_conditions=join(conditions.of_permit))
