"""Events of Stripe: is each kept and acted on once, how fast is the answer, how soon are the credits there?

    python -m benchmarks.payments --json

A simulated Stripe signs its own events; the API is served by real processes, each with the secrets of a step: the
endpoint's secret rolls while eight threads post without a pause, and both secrets sign in between. Then one event of a
pack that was paid is posted fifty times at once. Then packs are bought one after the other while a worker, a process
of its own, works: from the posting of checkout.session.completed to the credits on the account. Prints one JSON line;
ends with 1 when an event is refused or lost, or a credit is doubled or missing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
import psycopg

from benchmarks.payments_shop import Buyer, copy_event, enter, post
from benchmarks.search_api import served_api
from benchmarks.working import SOURCE, running_worker, wait_until
from leadledger.billing.desk import seed
from leadledger.credits.catalog import write_catalog
from leadledger.plans import load_catalog
from leadledger.settings import ApiSettings
from permit_leads.store import embedded
from permit_leads.store.embedded import DatabaseUrls
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries
from simulators.publishers import load_snapshot, serve
from simulators.stripe import Envelope, StripeSimulator, running_stripe

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
THREADS = 8
COPIES = 50
BUYERS = 8
POLL_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Step:
    """What the process that is asked believes, and who signs meanwhile."""

    origin: str
    signing: Sequence[str]


@dataclass(frozen=True, slots=True)
class Site:
    """The database, Stripe, and the API at every step of the roll; the last one stays."""

    owner: psycopg.Connection
    stripe: StripeSimulator
    steps: list[Step]

    def ask(self, title: str, **about: object) -> tuple[Any, ...]:
        """The one row a statement answers."""
        row = self.owner.execute(QUERIES[title], about).fetchone()
        assert row is not None
        return row


def main(arguments: list[str]) -> int:
    """Measure; the JSON goes to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--purchases", type=int, default=40)
    parser.add_argument("--json", action="store_true", help="kept for sameness; the answer is always JSON")
    options = parser.parse_args(arguments)
    figures = measure(options.events, options.purchases)
    print(json.dumps(figures))
    return 1 if any(figures[wrong] for wrong in ("refused", "lost", "doubled_credits", "missing_credits")) else 0


def measure(event_count: int, purchase_count: int) -> dict[str, Any]:
    """Everything in a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            urls = embedded.ensure_running(home)
            with psycopg.connect(urls.owner, autocommit=True) as owner:
                migrate(owner)
                write_catalog(owner, load_catalog())
                return run(owner, urls, home, event_count, purchase_count)
        finally:
            embedded.stop(home)


def run(
    owner: psycopg.Connection, urls: DatabaseUrls, home: Path, event_count: int, purchase_count: int
) -> dict[str, Any]:
    """The roll, the event that comes fifty times, and the purchases."""
    with running_stripe(hold_events=True) as stripe, served_steps(owner, urls, home, stripe) as site:
        buyers = [enter(site.steps[-1].origin, stripe, number) for number in range(BUYERS)]
        figures = roll(site, buyers[0], event_count)
        jobs = repeat(site, buyers[1])
        settings = environment(stripe, stripe.webhook_secrets)
        publishers = serve(load_snapshot(only={SOURCE}))
        with publishers as simulator, running_worker(home, urls, simulator.url, settings):
            seconds = buy(site, buyers, purchase_count)
            wait_until(lambda: site.ask("waiting_events") == (0,))
        for buyer in buyers:
            buyer.client.close()
        return {
            **figures,
            "copies": COPIES,
            "jobs_of_copies": jobs,
            "purchases": len(seconds),
            "median_s": round(median(seconds), 3),
            "p95_s": round(_percentile_95(seconds), 3),
            **judge(site, buyers),
        }


@contextmanager
def served_steps(owner: psycopg.Connection, urls: DatabaseUrls, home: Path, stripe: StripeSimulator) -> Iterator[Site]:
    """A process for the old secret, one for both, one for the new one; Stripe knows our prices."""
    [old] = stripe.webhook_secrets
    new = stripe.roll_webhook_secret()
    assert seed(_settings(home, urls, stripe), lambda _: None, is_applied=True) == 0
    with ExitStack() as serving:
        of_old, of_both, of_new = (
            serving.enter_context(served_api(home, urls.api, environment(stripe, held)))
            for held in ([old], [new, old], [new])
        )
        steps = [
            Step(of_old, [old]),
            Step(of_old, [new, old]),
            Step(of_both, [new, old]),
            Step(of_both, [new]),
            Step(of_new, [new]),
        ]
        yield Site(owner, stripe, steps)


def roll(site: Site, buyer: Buyer, event_count: int) -> dict[str, Any]:
    """So many events posted without a pause while the steps are gone through."""
    paid, others = buyer.buy()
    told = [paid, *others]
    clients = {step.origin: httpx.Client(base_url=step.origin, timeout=30) for step in site.steps}

    def one(number: int) -> tuple[int, float]:
        step = site.steps[number * len(site.steps) // event_count]
        envelope = copy_event(told[number % len(told)], f"evt_roll_{number}")
        began = time.perf_counter()
        status = post(clients[step.origin], envelope, step.signing)
        return status, time.perf_counter() - began

    with ThreadPoolExecutor(THREADS) as posting:
        began = time.perf_counter()
        answers = list(posting.map(one, range(event_count)))
        seconds = time.perf_counter() - began
    for client in clients.values():
        client.close()
    kept, _ = site.ask("count_events")
    site.owner.execute(QUERIES["forget_events"])
    site.stripe.end_webhook_secret()
    deliver(site, told)
    return {
        "events": event_count,
        "refused": sum(status != 200 for status, _ in answers),
        "lost": event_count - kept,
        "events_per_s": round(event_count / seconds, 1),
        "p95_ms": round(_percentile_95([spent for _, spent in answers]) * 1_000, 1),
    }


def repeat(site: Site, buyer: Buyer) -> int:
    """The event of one pack many times at once; how many jobs that made."""
    paid, others = buyer.buy()
    (before,) = site.ask("count_jobs")
    with httpx.Client(base_url=site.steps[-1].origin, timeout=30) as client, ThreadPoolExecutor(COPIES) as posting:
        statuses = list(posting.map(lambda _: post(client, paid), range(COPIES)))
    assert set(statuses) == {200}, statuses
    (after,) = site.ask("count_jobs")
    deliver(site, others)
    return int(after - before)


def buy(site: Site, buyers: list[Buyer], count: int) -> list[float]:
    """Packs bought one after the other; seconds from the posting of the event to the credits of each."""
    found = []
    with httpx.Client(base_url=site.steps[-1].origin, timeout=30) as client:
        for number in range(count):
            buyer = buyers[number % len(buyers)]
            wait_until(lambda: site.ask("waiting_events") == (0,))
            (held,) = site.ask("credits_bought", account_id=buyer.account_id)
            paid, others = buyer.buy()
            began = time.perf_counter()
            assert post(client, paid) == 200
            has_come = _more_than(site, buyer, held)
            wait_until(has_come, POLL_SECONDS)
            found.append(time.perf_counter() - began)
            deliver(site, others)
    return found


def deliver(site: Site, told: Sequence[Envelope]) -> None:
    """What else Stripe has to tell."""
    with httpx.Client(base_url=site.steps[-1].origin, timeout=30) as client:
        for envelope in told:
            assert post(client, envelope, site.stripe.webhook_secrets) == 200


def judge(site: Site, buyers: list[Buyer]) -> dict[str, int]:
    """Credits that came twice, and credits that were paid for and did not come."""
    each = load_catalog().packs["pack_50"].credits
    differences = [
        int(site.ask("credits_bought", account_id=buyer.account_id)[0]) - buyer.bought * each for buyer in buyers
    ]
    return {
        "doubled_credits": sum(max(0, one) for one in differences),
        "missing_credits": sum(max(0, -one) for one in differences),
    }


def environment(stripe: StripeSimulator, held: Sequence[str]) -> dict[str, str]:
    """What a process must be told to sell, believing these secrets."""
    return {
        "STRIPE_SECRET_KEY": stripe.api_key,
        "STRIPE_WEBHOOK_SECRET": ",".join(held),
        "STRIPE_API_BASE": stripe.url,
        "IDENTITY_RATE_BURST": "1000",
    }


def _settings(home: Path, urls: DatabaseUrls, stripe: StripeSimulator) -> ApiSettings:
    told = {name.lower(): value for name, value in environment(stripe, stripe.webhook_secrets).items()}
    return ApiSettings.model_validate({"home": home, "api_database_url": urls.api, **told})


def _more_than(site: Site, buyer: Buyer, held: int) -> Any:
    return lambda: site.ask("credits_bought", account_id=buyer.account_id)[0] > held


def _percentile_95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
