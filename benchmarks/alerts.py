"""New leads against many saved searches: how fast they are matched and handed over, and is anything lost or doubled.

    python -m benchmarks.alerts --searches 10000 --leads 5000 --json

The leads are those our ETL makes of recorded rows of the City of Austin, served over loopback; the searches are dealt
from values that occur in them. Mails go through the worker's own delivery code and SMTP to a real server in a process
of its own, which counts Message-IDs. Beside it: the same sample of searches asked one by one, as the list does it.
Prints one JSON line; ends with 1 when anything is lost or doubled.
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
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.mail_sink import LISTENING
from leadledger.alerts.channels import Ways
from leadledger.alerts.delivery import deliver_due
from leadledger.alerts.letters import Links
from leadledger.alerts.matching import match_all
from leadledger.alerts.searches import read_clauses
from leadledger.leads.filters import LeadSearch
from leadledger.leads.search import list_leads
from leadledger.mail import Mail, SmtpMailer
from leadledger.mail_settings import MailSettings
from leadledger.outgoing import Sender
from permit_leads.settings import REPOSITORY
from permit_leads.store import db, embedded
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries
from simulators.publishers import load_snapshot, serve

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
DATASET = "austin_issued_permits"
DAYS = 70
SAMPLE = 100
ACCOUNT_SIZE = 10  # searches
LINKS = Links(web="https://app.example.test", api="https://api.example.test")


def main(arguments: list[str]) -> int:
    """Measure; the JSON goes to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--searches", type=int, default=10_000)
    parser.add_argument("--leads", type=int, default=5_000)
    parser.add_argument("--json", action="store_true", help="kept for sameness; the answer is always JSON")
    options = parser.parse_args(arguments)
    figures = measure(options.searches, options.leads)
    print(json.dumps(figures))
    return 1 if figures["lost"] or figures["doubled"] else 0


def measure(search_count: int, lead_count: int) -> dict[str, Any]:
    """Everything in a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            url = embedded.ensure_running(home).owner
            with psycopg.connect(url, autocommit=True) as conn:
                migrate(conn)
            fetch_leads(url, home)
            with psycopg.connect(url, autocommit=True) as conn, running_sink(home) as sink:
                asked = put_searches(conn, search_count)
                conn.execute(QUERIES["forget_events"])
                happened = conn.execute(QUERIES["happen"], {"lead_count": lead_count}).rowcount
                conn.execute(QUERIES["analyze"])
                return run(conn, url, sink, asked, lead_count) | {"stretches": happened}
        finally:
            embedded.stop(home)


def run(
    conn: psycopg.Connection, url: str, sink: Sink, asked: dict[str, LeadSearch], lead_count: int
) -> dict[str, Any]:
    """Match and deliver once, then count what arrived."""
    settings = MailSettings.model_validate(
        {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_security": "none", "mail_from": "alerts@ours.example"}
    )
    ways = Ways(SmtpMailer(settings), Sender(), None, LINKS)
    began = time.perf_counter()
    with closing(db.connect(url)) as worker:
        matched = match_all(worker, datetime.now(UTC))
    matched_at = time.perf_counter()
    tally = deliver_due(url, ways)
    ended_at = time.perf_counter()
    lost, doubled = judge(conn, sink.received())
    one_by_one, missed, extra = ask_one_by_one(conn, asked)
    return {
        "seconds": round(ended_at - began, 2),
        "matched": matched,
        "lost": lost + missed,
        "doubled": doubled + extra,
        "searches": len(asked),
        "leads": lead_count,
        "match_seconds": round(matched_at - began, 2),
        "deliver_seconds": round(ended_at - matched_at, 2),
        "mails": tally.sent,
        "sample": min(SAMPLE, len(asked)),
        "one_by_one_seconds": round(one_by_one / min(SAMPLE, len(asked)) * len(asked), 2),
        "channel": "SMTP on loopback, a process of its own",
    }


def judge(conn: psycopg.Connection, received: Counter[str]) -> tuple[int, int]:
    """Matches of which no mail arrived, and mails that arrived more than once."""
    lost = 0
    for delivery_id, match_count in conn.execute(QUERIES["deliveries"]):
        key = Mail(key=f"alert delivery {delivery_id}", to="a@b.example", subject="-", text="-").digest
        lost += match_count if key not in received else 0
    return lost, sum(count - 1 for count in received.values())


def ask_one_by_one(conn: psycopg.Connection, asked: dict[str, LeadSearch]) -> tuple[float, int, int]:
    """Seconds for a sample of the searches as the list answers them, and where matching and list differ."""
    spent, missed, extra = 0.0, 0, 0
    happened = {str(lead_id) for (lead_id,) in conn.execute(QUERIES["happened"])}
    for search_id in random.Random(3).sample(sorted(asked), min(SAMPLE, len(asked))):
        began = time.perf_counter()
        shown = set(list_all(conn, asked[search_id])) & happened
        spent += time.perf_counter() - began
        matched = {str(lead_id) for (lead_id,) in conn.execute(QUERIES["matches"], {"saved_search_id": search_id})}
        missed, extra = missed + len(shown - matched), extra + len(matched - shown)
    return spent, missed, extra


def list_all(conn: psycopg.Connection, asked: LeadSearch) -> Iterator[str]:
    """Every page of the list."""
    page: dict[str, Any] = {"next_cursor": None}
    while True:
        page = dict(list_leads(conn, asked.model_copy(update={"limit": 100, "cursor": page["next_cursor"]}), today()))
        yield from (str(lead["lead_id"]) for lead in page["items"])
        if page["next_cursor"] is None:
            return


def fetch_leads(url: str, home: Path) -> None:
    """The ETL's own run over recorded rows."""
    with serve(load_snapshot(only={DATASET})) as simulator:
        since = (today() - timedelta(days=DAYS)).isoformat()
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "LEADLEDGER_HOME": str(home),
            "PERMIT_LEADS_CONNECT_TO": simulator.url,
        }
        command = [sys.executable, "-m", "benchmarks.ingest_ours", DATASET, since]
        subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, stdout=subprocess.DEVNULL)


def put_searches(conn: psycopg.Connection, count: int) -> dict[str, LeadSearch]:
    """Searches dealt from what occurs, each with an alert by mail to its maker."""
    dice = random.Random(20261126)
    trades, zips, words = ([value for (value,) in conn.execute(QUERIES[name])] for name in ("trades", "zips", "words"))
    asked = [deal(dice, trades, zips, words) for _ in range(count)]
    account_count = -(-count // ACCOUNT_SIZE)
    conn.execute(QUERIES["put_accounts"], {"count": account_count})
    accounts = conn.execute(QUERIES["accounts"]).fetchall()
    with conn.cursor() as rows:
        rows.executemany(
            QUERIES["put_search"],
            [
                {
                    "account_id": accounts[n % account_count][0],
                    "user_id": accounts[n % account_count][1],
                    "name": f"Search {n}",
                    "clauses": Jsonb(read_clauses(one)),
                }
                for n, one in enumerate(asked)
            ],
        )
    names = conn.execute(QUERIES["searches"]).fetchall()
    conn.execute(QUERIES["put_alerts"])
    return {str(search_id): asked[int(name.rpartition(" ")[2])] for search_id, name in names}


def deal(dice: random.Random, trades: list[str], zips: list[str], words: list[str]) -> LeadSearch:
    """Most ask for a trade in some ZIPs; some for little more than a trade, for words, or inside of a box."""
    asked: dict[str, Any] = {"trade": dice.sample(trades, dice.choice([1, 1, 1, 2, 3]))}
    kind = dice.random()
    if kind < 0.75:
        asked["zip"] = dice.sample(zips, dice.randint(1, 8))
    elif kind < 0.85:
        asked["q"] = dice.choice(words)
    elif kind < 0.95:
        west, south = -97.9 + dice.random() * 0.3, 30.15 + dice.random() * 0.35
        asked["bbox"] = f"{west:.4f},{south:.4f},{west + 0.05:.4f},{south + 0.05:.4f}"
    if dice.random() < 0.5:
        asked["min_score"] = dice.randint(20, 60)
    if dice.random() < 0.3:
        asked["min_cost"] = dice.choice([1_000, 10_000, 50_000])
    return LeadSearch.model_validate(asked)


class Sink:
    """A mail server in another process, and the file it notes Message-IDs in."""

    def __init__(self, port: int, noted: Path) -> None:
        self.port = port
        self._noted = noted

    def received(self) -> Counter[str]:
        """How often each mail arrived."""
        return Counter(self._noted.read_text().split())


@contextmanager
def running_sink(home: Path) -> Iterator[Sink]:
    """Until the block ends."""
    noted = home / "received"
    command = [sys.executable, "-m", "benchmarks.mail_sink", str(noted)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Sink(int(process.stdout.readline().removeprefix(LISTENING)), noted)
        finally:
            process.terminate()


def today() -> Any:
    """The day scores are of."""
    return datetime.now(UTC).date()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
