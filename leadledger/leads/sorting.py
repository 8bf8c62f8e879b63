"""Orders a list may have. Each has one key per lead, a whole number for cursors; ties are broken by lead_id."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from leadledger.leads.asking import Sort


@dataclass(frozen=True, slots=True)
class Order:
    """One order: the key as an index has it, the same as a whole number, and a cursor's number as the key."""

    key: sql.SQL
    number: sql.SQL
    after: sql.SQL


ORDERS: dict[Sort, Order] = {
    "score": Order(sql.SQL("lead.rank_key"), sql.SQL("lead.rank_key"), sql.SQL("%(after_key)s::bigint")),
    "newest": Order(
        sql.SQL("coalesce(lead.rank_date, date '0001-01-01')"),
        sql.SQL("coalesce(lead.rank_date, date '0001-01-01') - date '0001-01-01'"),
        sql.SQL("date '0001-01-01' + %(after_key)s::integer"),
    ),
    "cost": Order(
        sql.SQL("coalesce(lead.est_project_cost, -1)"),
        sql.SQL("(100 * coalesce(lead.est_project_cost, -1))::bigint"),
        sql.SQL("%(after_key)s::numeric / 100"),
    ),
    "changed": Order(
        sql.SQL("lead.updated_at"),
        sql.SQL("(extract(epoch from lead.updated_at) * 1000000)::bigint"),
        sql.SQL("timestamptz 'epoch' + %(after_key)s::bigint * interval '1 microsecond'"),
    ),
}
# What a key can be; a cursor that says otherwise is none of ours.
KEYS: dict[Sort, range] = {
    "score": range(-(2**63), 2**63),
    "newest": range(3_652_059),
    "cost": range(-100, 10**15),
    "changed": range(10**18),
}
# Only costs from here on are in their order's index: dear work is what is asked for, and the index must cost a load
# nothing.
INDEXED_COST = 50_000
