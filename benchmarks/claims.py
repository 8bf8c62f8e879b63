"""Claims under contention: are seats and money right, and what do the rules cost?

    python -m benchmarks.claims --json

The leads are those our ETL makes of recorded rows of the City of Austin. First a thousand accounts claim one lead at
once. Then claims that find a seat, sixteen at a time, beside the bare transaction with the same two rows and none of
our rules, in turns. Then sixteen processes do ten thousand mixed things (claims, exclusive ones, undoing, purchases,
grants, refunds, corrections) while some of them are killed with kill -9, and the ledger is worked out anew from the
claims.
Prints one JSON line; ends with 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.alerts import fetch_leads
from benchmarks.claims_buyer import QUERIES
from benchmarks.claims_market import Market, judge, mix, race, run_together
from leadledger.credits.catalog import write_catalog
from leadledger.plans import load_catalog
from permit_leads.store import embedded
from permit_leads.store.migrate import migrate

ROUNDS = 3


def main(arguments: list[str]) -> int:
    """Measure; the JSON goes to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000)
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="kept for sameness; the answer is always JSON")
    options = parser.parse_args(arguments)
    figures = measure(options.accounts, options.operations, options.kills)
    print(json.dumps(figures))
    is_right = figures["winners"] == figures["charges"] == figures["seats"] and not figures["wrong"]
    return 0 if is_right and figures["ledger_difference"] == 0 else 1


def measure(account_count: int, operations: int, kill_count: int) -> dict[str, Any]:
    """Everything in a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            urls = embedded.ensure_running(home)
            with psycopg.connect(urls.owner, autocommit=True) as owner:
                migrate(owner)
                write_catalog(owner, load_catalog())
                fetch_leads(urls.owner, home)
                market = Market(urls.api, urls.owner, owner)
                members = market.open_accounts(account_count, 1_000)
                figures = count_seats(market, members) | time_claims(market, members[:200])
                mixed = mix(market, home, operations, kill_count, seed=datetime.now(UTC).toordinal())
                wrong = judge(market, mixed)
                (difference,) = owner.execute(QUERIES["difference"]).fetchone() or (None,)
                return figures | {
                    "ledger_difference": int(difference),
                    "operations": mixed.operations,
                    "kills": mixed.kills,
                    "wrong": wrong,
                }
        finally:
            embedded.stop(home)


def count_seats(market: Market, members: list[tuple[UUID, UUID]]) -> dict[str, Any]:
    """All accounts at one lead."""
    (lead_id,) = market.find_leads(1)
    told, seconds = race(market, members, [lead_id])
    winners, charges = market.owner.execute(QUERIES["holders"], {"lead_id": lead_id}).fetchone() or (0, 0)
    return {
        "seats": load_catalog().claims["any"].seats,
        "winners": winners,
        "charges": charges,
        "racing": len(members),
        "told": dict(told),
        "race_seconds": round(seconds, 2),
    }


def time_claims(market: Market, members: list[tuple[UUID, UUID]]) -> dict[str, float]:
    """Claims that mostly succeed beside the bare transaction, in turns; the median of the rounds."""
    market.owner.execute(QUERIES["make_bare"])
    users = dict(members)
    rates: dict[str, list[float]] = {"claims_per_s": [], "bare_per_s": []}

    def bare(acting: Any, lead_id: UUID) -> None:
        about = {"account_id": acting.account_id, "user_id": users[acting.account_id], "lead_id": lead_id}
        acting.conn.execute(QUERIES["bare_claim"], about)

    for _ in range(ROUNDS):
        leads = market.find_leads(200)
        told: Counter[str] = Counter()
        seconds = 0.0
        for place in range(0, 200, 20):  # ten leads with three accounts each, again and again
            group = members[place : place + 3]
            more, spent = race(market, group, leads[place : place + 20])
            told, seconds = told + more, seconds + spent
        assert set(told) == {"done"}, told
        rates["claims_per_s"].append(told.total() / seconds)
        told, seconds = run_together(market, members[:60], leads[:10], bare)
        assert set(told) == {"done"}, told
        rates["bare_per_s"].append(told.total() / seconds)
    return {name: round(median(found), 1) for name, found in rates.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
