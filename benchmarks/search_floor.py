"""The floor: the ten searches as plain SQL, straight to PostgreSQL, by as many connections as there are clients."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.search_load import Answered, Load
from benchmarks.searches import Asked
from permit_leads.search import query_words
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Plain:
    """A search with the values that plain SQL needs."""

    name: str
    values: Mapping[str, Any]


def write_plainly(owner: psycopg.Connection, asked: Asked) -> Plain:
    """Words as they are stored; for a deep page the key that the page before ended with."""
    values = dict(asked.values)
    words = values.get("q") or values.get("word")
    if words:
        values["stems"] = query_words(words)
    if "since" in values:
        values["since"] = datetime.fromisoformat(values["since"])
    if asked.page > 1:
        last = owner.execute(QUERIES["last_of_page_nineteen"], values).fetchone()
        assert last is not None
        values |= {"after_key": last[0], "after_lead_id": last[1]}
    return Plain(asked.name, values)


def run_plainly(url: str, asked: Sequence[Plain], load: Load) -> list[Answered]:
    """Every client asks all of them in an order of its own, over one connection, until the time is up."""
    answers: list[list[Answered]] = [[] for _ in range(load.clients)]
    until = time.perf_counter() + load.seconds
    clients = [
        threading.Thread(target=_ask_until, args=(url, asked, load, number, until, answers[number]))
        for number in range(load.clients)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return [one for each in answers for one in each]


def _ask_until(
    url: str, asked: Sequence[Plain], load: Load, number: int, until: float, answers: list[Answered]
) -> None:
    dice = random.Random(number)
    order = dice.sample(list(asked), len(asked))
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as conn:
        time.sleep(dice.expovariate(1 / load.think_seconds) if load.think_seconds else 0)
        while time.perf_counter() < until:
            one = order[len(answers) % len(order)]
            started = time.perf_counter()
            conn.execute(QUERIES[one.name], one.values).fetchall()
            answers.append(Answered(one.name, (time.perf_counter() - started) * 1000))
            time.sleep(dice.expovariate(1 / load.think_seconds) if load.think_seconds else 0)
