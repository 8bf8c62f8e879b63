"""What PostgreSQL itself says a request took: its own log of every statement, summed by the request's id.

The API puts the id of each request into its transactions (`request.id`), so the log's parameters tell which statements
belong together. Durations are the server's: parsing, planning and execution, without the way there and back.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
LINE = re.compile(r"^\d{4}-\d\d-\d\d \S+ UTC \[(\d+)\] (\S+)@\S+ (LOG|DETAIL):  (.*)$")
DURATION = re.compile(r"^duration: ([0-9.]+) ms  (parse|bind|execute|statement)(?: <unnamed>)?: (.*)$")
REQUEST_ID = re.compile(r"'([a-z-]+)-\d{8}'")
EDGES = ("begin", "commit", "rollback")


@dataclass
class Spent:
    """What one request cost the database."""

    milliseconds: float = 0.0
    statements: int = 0
    round_trips: int = 0


@dataclass
class _Transaction:
    request_id: str | None = None
    spent: Spent = field(default_factory=Spent)


@contextmanager
def logging_everything(owner: psycopg.Connection) -> Iterator[None]:
    """The server logs each statement of the API's role with its duration while the block runs."""
    for title in ("log_all", "reload"):
        owner.execute(QUERIES[title])
    time.sleep(1)
    try:
        yield
    finally:
        for title in ("log_as_before", "reload"):
            owner.execute(QUERIES[title])
        time.sleep(1)


def read_spent(lines: Iterable[str], role: str = "leadledger_api") -> dict[str, Spent]:
    """By request id, all of its transactions together; statements of nobody's request are left out."""
    found: dict[str, Spent] = {}
    open_transactions: dict[str, _Transaction] = {}
    for pid, kind, text in _entries(lines, role):
        current = open_transactions.setdefault(pid, _Transaction())
        if kind == "DETAIL":
            told = REQUEST_ID.search(text)
            current.request_id = current.request_id or (told.group().strip("'") if told else None)
        elif (timed := DURATION.match(text)) and _add(current, timed):
            if current.request_id is not None:
                _merge(found.setdefault(current.request_id, Spent()), current.spent)
            del open_transactions[pid]
    return found


def name_of(request_id: str) -> str:
    """The search behind an id."""
    return request_id.rpartition("-")[0].replace("-", "_")


def _entries(lines: Iterable[str], role: str) -> Iterator[tuple[str, str, str]]:
    """Process, kind and first line of each entry; the rest of a long statement begins with a tab."""
    for line in lines:
        entry = LINE.match(line)
        if entry is not None and entry[2] == role:
            yield entry[1], entry[3], entry[4]


def _add(current: _Transaction, timed: re.Match[str]) -> bool:
    """Count it in; whether the transaction is over."""
    current.spent.milliseconds += float(timed[1])
    is_run, word = timed[2] in ("execute", "statement"), timed[3].strip().lower()
    current.spent.round_trips += is_run
    current.spent.statements += is_run and not word.startswith(EDGES)
    return is_run and word.startswith(EDGES[1:])


def _merge(whole: Spent, part: Spent) -> None:
    whole.milliseconds += part.milliseconds
    whole.statements += part.statements
    whole.round_trips += part.round_trips
