"""Refunds by evidence: does everything provably bad come back, for the right reason and soon, and nothing else?

    python -m benchmarks.refunds --json

The leads are those our ETL makes of real rows of the City of Austin; accounts of a plan for its metropolitan area claim
them. Then the city corrects some permits and takes others down, homes are suppressed on request, and leads are sold
that are late, without a house number or paid for already: so many of each reason. Runs of our ETL bring the corrections
in while a worker, a process of its own, is at work beside a book of older claims. What is sound is decided by the
benchmark, from the city's own rows. Prints one JSON line; ends with 1 when something bad is not credited, or something
good is.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.claims_market import Market
from benchmarks.refunds_city import DATASET, City
from benchmarks.refunds_sales import Chooser, Lead, Sale, hide_numbers, plan_bad, sell
from leadledger.credits.catalog import write_catalog
from leadledger.plans import load_catalog
from leadledger.refunds.crediting import credit_proved
from permit_leads.settings import REPOSITORY
from permit_leads.store import db, embedded
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries
from simulators.publishers import Simulator, load_snapshot, serve

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
WORKERS_SOURCE = "southlake_permits"  # a worker needs one that it may bring in itself
ACCOUNTS = 40
PATIENCE_SECONDS = 90.0
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Size:
    """How much is sold. `old_each`: claims of each of so many other accounts; `days` of permits are read."""

    good: int = 1_000
    bad_each: int = 25
    old_accounts: int = 200
    old_each: int = 100
    rounds: int = 5
    days: int = 30


def main(arguments: list[str]) -> int:
    """Measure; the JSON goes to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--good", type=int, default=Size.good)
    parser.add_argument("--bad-each", type=int, default=Size.bad_each)
    parser.add_argument("--json", action="store_true", help="kept for sameness; the answer is always JSON")
    options = parser.parse_args(arguments)
    figures = measure(Size(good=options.good, bad_each=options.bad_each))
    print(json.dumps(figures))
    return 1 if figures["credited"] < figures["bad"] or figures["wrongly_credited"] or figures["doubled"] else 0


def measure(size: Size) -> dict[str, Any]:
    """Everything in a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            urls = embedded.ensure_running(home)
            with psycopg.connect(urls.owner, autocommit=True) as owner:
                migrate(owner)
                write_catalog(owner, load_catalog())
                return run(Market(urls.api, urls.owner, owner), home, size)
        finally:
            embedded.stop(home)


def run(market: Market, home: Path, size: Size) -> dict[str, Any]:
    """Sell, let the city correct itself, and judge what came back."""
    with serve(load_snapshot(only={DATASET, WORKERS_SOURCE})) as simulator:
        city = City(simulator, market.owner_url, home, size.days)
        good, bad, old = prepare(market, city, size)
        put_old_claims(market, old, size)
        with running_worker(market, simulator, home):
            wait_until(lambda: ask(market, "looked_until") is not None and not ask(market, "waiting_jobs"))
            sound_yet = [sale for sale in bad if sale.happen]
            sell(market.api_url, [*good, *sound_yet, *(sale.earlier for sale in bad if sale.earlier)])
            set_back(market, bad)
            for number in range(size.rounds):
                correct(market, city, bad[number :: size.rounds])
            claim_ids = [sale.claim_id for sale in bad]
            wait_until(lambda: ask(market, "count_credited", claim_ids=claim_ids) == len(bad))
        review_seconds = review(market)
        return judge(market, good, bad) | {
            "claims": len(good) + len(bad) + size.old_accounts * size.old_each,
            "review_s": round(review_seconds, 2),
        }


def prepare(market: Market, city: City, size: Size) -> tuple[list[Sale], list[Sale], list[Lead]]:
    """The permits in the store, and what will be sold: the good, the bad, and sound leads beside."""
    chooser = Chooser(city, market.open_accounts(ACCOUNTS, 1_000), random.Random(20261128))
    market.owner.execute(QUERIES["put_plans"])
    city.bring_in()
    about = {"dataset_id": DATASET}
    chooser.look(market.owner.execute(QUERIES["claimable"], about))
    numberless = hide_numbers(chooser, size.bad_each // 2)
    city.publish_late()
    city.bring_in()
    chooser.look(market.owner.execute(QUERIES["claimable"], about))
    trades = dict(market.owner.execute(QUERIES["trades_of_permits"], about).fetchall())
    bad = plan_bad(chooser, numberless, size.bad_each, trades)
    chooser.dice.shuffle(bad)
    good = [Sale(chooser.member(), lead) for lead in chooser.take_sure(size.good)]
    return good, bad, chooser.rest()


def put_old_claims(market: Market, leads: list[Lead], size: Size) -> None:
    """A book of claims that were sold before."""
    if not size.old_accounts:
        return
    known = {account_id for account_id, _ in market.open_accounts(0, 1)}
    accounts = [account_id for account_id, _ in market.open_accounts(size.old_accounts, 1) if account_id not in known]
    lead_ids = [lead.lead_id for lead in leads]
    assert len(lead_ids) > size.old_each
    with market.owner.transaction():
        market.owner.execute(QUERIES["as_replica"])
        about = {"account_ids": accounts, "lead_ids": lead_ids, "each": size.old_each}
        market.owner.execute(QUERIES["put_old_claims"], about)
    market.owner.execute(QUERIES["analyze"])


def set_back(market: Market, bad: list[Sale]) -> None:
    """The first of two at one place was bought some minutes ago."""
    earlier = [sale.earlier.claim_id for sale in bad if sale.earlier]
    market.owner.execute(QUERIES["set_back"], {"claim_ids": earlier})


def correct(market: Market, city: City, bad: list[Sale]) -> None:
    """The city corrects its rows and a run brings them in; homes are suppressed; what is bad already is sold."""
    for sale in bad:
        if sale.happen is not None:
            sale.happen()
        else:
            sell(market.api_url, [sale])
    city.bring_in()


def review(market: Market) -> float:
    """Seconds for a look at everything, as the nightly one takes."""
    began = time.perf_counter()
    with closing(db.connect(market.owner_url)) as conn:
        credit_proved(conn, is_whole=True)
    return time.perf_counter() - began


def judge(market: Market, good: list[Sale], bad: list[Sale]) -> dict[str, Any]:
    """What came back, and how long after its evidence was there."""
    expected = {sale.claim_id: sale.reason for sale in bad}
    proved_at: dict[UUID, datetime] = dict(
        market.owner.execute(QUERIES["proved_at"], {"claim_ids": list(expected)}).fetchall()
    )
    seconds: list[float] = []
    right, wrong, reasons = 0, 0, dict.fromkeys(sorted({sale.reason or "" for sale in bad}), 0)
    for claim_id, reason, credited_at in market.owner.execute(QUERIES["refunds"]):
        if claim_id not in expected:
            wrong += 1
            continue
        seconds.append((credited_at - proved_at[claim_id]).total_seconds())
        right += reason == expected[claim_id]
        reasons[reason] = reasons.get(reason, 0) + 1
    return {
        "bad": len(bad),
        "credited": len(seconds),
        "credited_with_right_reason": right,
        "good": len(good),
        "wrongly_credited": wrong,
        "doubled": ask(market, "count_doubled"),
        "median_s": round(median(seconds), 2) if seconds else None,
        "max_s": round(max(seconds), 2) if seconds else None,
        "reasons": reasons,
    }


def ask(market: Market, title: str, **about: object) -> Any:
    """The one value a statement answers; None: no row."""
    row = market.owner.execute(QUERIES[title], about).fetchone()
    return None if row is None else row[0]


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look again and again; what is not so after a while is told by the figures."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so() and time.monotonic() < until:
        time.sleep(POLL_SECONDS)


@contextmanager
def running_worker(market: Market, simulator: Simulator, home: Path) -> Iterator[None]:
    """A worker in a process of its own, until the block ends."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "DATABASE_URL": market.owner_url,
        "API_DATABASE_URL": market.api_url,
        "LEADLEDGER_HOME": str(home),
        "PERMIT_LEADS_CONNECT_TO": simulator.url,
        "PERMIT_LEADS_SOURCES": WORKERS_SOURCE,
    }
    command = [sys.executable, "-m", "leadledger", "worker", "--without-reconcile"]
    with (home / "worker.log").open("wb") as log:
        worker = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(60)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
