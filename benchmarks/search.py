"""Ten searches over a million leads, by sixteen clients at once, at the API and in the database, beside two peers.

    python -m benchmarks.search --leads 1000000 --json

The leads are real permits, each told again whole weeks earlier until there are enough. The API runs as the product runs
it, in a process of its own; clients come with an API key. Each client asks, waits for the answer, thinks for a while
(--think seconds on average, exponentially distributed) and asks again; then once more without thinking, as fast as
answers come. The time in the database is what PostgreSQL's own log says of every statement of a request, parsing and
planning included, in a pass of its own at the same pace. The peers, in the same run: the ten searches as plain SQL over
as many connections, and Datasette over a SQLite file of the same rows. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import search_datasette
from benchmarks.search_api import PUBLISHABLE_KEY, served_api
from benchmarks.search_floor import Plain, run_plainly, write_plainly
from benchmarks.search_load import Answered, Customer, Load, Request, percentiles, run
from benchmarks.search_log import Spent, logging_everything, name_of, read_spent
from benchmarks.search_rows import NOTE, fill, read_facts
from benchmarks.searches import SEARCHES, Asked, Dealer
from permit_leads.store import embedded
from permit_leads.store.embedded import DatabaseUrls
from permit_leads.store.launch import choose_launcher

VARIANTS = 16  # of each search
WARM = 5.0
Run = Callable[[Load], list[Answered]]


def main(arguments: list[str]) -> int:
    """Measure; the JSON goes to stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=1_000_000, help="rows of the table of leads (1000000)")
    parser.add_argument("--clients", type=int, default=16, help="at once (16)")
    parser.add_argument("--seconds", type=float, default=30.0, help="each pass lasts (30)")
    parser.add_argument("--think", type=float, default=0.5, help="seconds a client thinks on average (0.5)")
    parser.add_argument("--without-datasette", action="store_true", help="leave it out; its figures are null")
    parser.add_argument("--keep", type=Path, help="a folder to keep the database in, and to find it in the next time")
    parser.add_argument("--json", action="store_true", help="kept for sameness; the answer is always JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="search-") as folder:
        home = options.keep or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        try:
            print(json.dumps(measure(home, options)))
        finally:
            embedded.stop(home)
    return 0


def measure(home: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Everything, one after the other: each has the machine to itself."""
    urls = embedded.ensure_running(home)
    filled = _fill_once(home, urls, options.leads)
    load = Load(options.clients, options.seconds, options.think)
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        dealt = Dealer(read_facts(owner), datetime.now(UTC).date()).deal(VARIANTS)
        asked = list(chain.from_iterable(dealt.values()))
        plain = [write_plainly(owner, one) for one in asked]
        ours = measure_api(home, urls, owner, asked, load)
        floor = two_passes(lambda load: run_plainly(urls.owner, plain, load), load)
    peer = None if options.without_datasette else measure_datasette(home, urls, plain, load)
    return {
        "benchmark": "search",
        "leads": filled["leads"],
        "p95_db_ms": ours["database"]["all"]["p95"],
        "p95_api_ms": ours["paced"]["all"]["p95"],
        "clients": load.clients,
        "pace": f"closed loop, {load.think_seconds:g} s of thinking on average between answer and next question",
        "cores": os.cpu_count(),
        **ours,
        "peers": {"plain_sql": floor, "datasette": peer},
        "rows": filled,
    }


def measure_api(
    home: Path, urls: DatabaseUrls, owner: psycopg.Connection, asked: Sequence[Asked], load: Load
) -> dict[str, Any]:
    """At the API, paced and as fast as it goes; then in the database, at the same pace."""
    with served_api(home, urls.api) as origin:
        with closing(Customer(origin, PUBLISHABLE_KEY)) as customer:
            requests = [customer.prepare(one) for one in asked]
        answered = two_passes(lambda load: run(origin, requests, load), load)
        return {**answered, "database": in_database(home, owner, origin, requests, load)}


def two_passes(ask: Run, load: Load) -> dict[str, Any]:
    """Paced, then without thinking; a short pass before warms up."""
    ask(replace(load, seconds=WARM, think_seconds=0.0))
    paced, saturated = ask(load), ask(replace(load, think_seconds=0.0))
    return {"paced": summarize(paced, load), "saturated": summarize(saturated, load)}


def in_database(
    home: Path, owner: psycopg.Connection, origin: str, requests: Sequence[Request], load: Load
) -> dict[str, Any]:
    """What the server's log says of the statements of each request; the key's own look-up is among them."""
    log = choose_launcher(home / "postgres").folder / "server.log"
    with log.open(encoding="utf-8", errors="replace") as lines:
        lines.seek(0, os.SEEK_END)
        with logging_everything(owner):
            run(origin, requests, load)
        spent = read_spent(lines)
    by_name: dict[str, list[Spent]] = {name: [] for name in SEARCHES}
    for request_id, one in spent.items():
        by_name[name_of(request_id)].append(one)
    every = {name: _describe_spent(each) for name, each in by_name.items()}
    return {"all": percentiles([one.milliseconds for one in spent.values()]), "searches": every}


def measure_datasette(home: Path, urls: DatabaseUrls, plain: Sequence[Plain], load: Load) -> dict[str, Any] | None:
    """The peer over its own file; None where it is not installed."""
    if not search_datasette.is_installed():
        return None
    path = home / "leads.db"
    if not path.exists():
        search_datasette.write_file(urls.owner, path)
    with search_datasette.served_datasette(path) as origin:
        requests = search_datasette.ask_datasette(origin, path, plain)
        return {**two_passes(lambda load: run(origin, requests, load), load), "note": search_datasette.NOTE}


def summarize(answers: Sequence[Answered], load: Load) -> dict[str, Any]:
    """Percentiles of all and of each search, milliseconds, and how many a second."""
    by_name: dict[str, list[float]] = {name: [] for name in SEARCHES}
    for one in answers:
        by_name[one.name].append(one.milliseconds)
    return {
        "requests_per_s": round(len(answers) / load.seconds, 1),
        "given_up": sum(not one.is_good for one in answers),
        "all": percentiles([one.milliseconds for one in answers]),
        "searches": {name: {**percentiles(each), "count": len(each)} for name, each in by_name.items()},
    }


def _describe_spent(each: Sequence[Spent]) -> dict[str, float]:
    statements = sorted(one.statements for one in each)
    trips = sorted(one.round_trips for one in each)
    most = {"queries": statements[-1], "round_trips": trips[-1]} if each else {}
    return {**percentiles([one.milliseconds for one in each]), **most, "count": len(each)}


def _fill_once(home: Path, urls: DatabaseUrls, leads: int) -> dict[str, Any]:
    """Fill it, unless a run before has kept it."""
    known = home / f"search-{leads}.json"
    if not known.exists():
        known.write_text(json.dumps(asdict(fill(urls.owner, home, leads)) | {"note": NOTE}), encoding="utf-8")
    filled: dict[str, Any] = json.loads(known.read_text(encoding="utf-8"))
    return filled


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
