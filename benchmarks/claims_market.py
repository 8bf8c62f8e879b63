"""A market of accounts and leads for benchmarks.claims and its tests: races, mixed work with kills, and the judge."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from benchmarks.claims_buyer import QUERIES, claim_once
from leadledger.acting import acting_for_account
from leadledger.auth import Caller
from leadledger.database import Database
from leadledger.errors import AppError
from permit_leads.settings import REPOSITORY

BUYERS = 16


class Gift(NamedTuple):
    """Credits that a process was about to give."""

    key: str
    account_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Market:
    """The same database as the API's login and as the service see it."""

    api_url: str
    owner_url: str
    owner: psycopg.Connection[Any]

    def open_accounts(self, count: int, amount: int) -> list[tuple[UUID, UUID]]:
        """Accounts with so many credits more than a trial has, each with its owner; all that there are."""
        self.owner.execute(QUERIES["put_accounts"], {"count": count})
        self.owner.execute(QUERIES["give_all"], {"amount": amount})
        return self.owner.execute(QUERIES["members"]).fetchall()

    def find_leads(self, count: int) -> list[UUID]:
        """Leads that nobody has claimed."""
        return [lead_id for (lead_id,) in self.owner.execute(QUERIES["some_leads"], {"count": count})]


def race(market: Market, members: list[tuple[UUID, UUID]], leads: list[UUID]) -> tuple[Counter[str], float]:
    """Every member claims every lead, all at once; what each was told, and the seconds it took."""

    def work(acting: Any, lead_id: UUID) -> None:
        claim_once(acting, lead_id)

    return run_together(market, members, leads, work)


def run_together(
    market: Market, members: list[tuple[UUID, UUID]], leads: list[UUID], work: Callable[[Any, UUID], None]
) -> tuple[Counter[str], float]:
    """The work of every member at every lead in a transaction of its own, sixteen at a time, in a dealt order."""
    tasks = [(member, lead_id) for lead_id in leads for member in members]
    random.Random(len(tasks)).shuffle(tasks)
    api = Database(market.api_url, size=BUYERS)

    def one(task: tuple[tuple[UUID, UUID], UUID]) -> str:
        (account_id, user_id), lead_id = task
        claims = {"sub": str(user_id), "role": "authenticated", "aud": "authenticated"}
        try:
            with acting_for_account(api, Caller(user_id, claims, account_id), "member") as acting:
                work(acting, lead_id)
        except AppError as refused:
            return refused.code
        return "done"

    api.open()
    try:
        with ThreadPoolExecutor(BUYERS) as pool:
            began = time.perf_counter()
            told = Counter(pool.map(one, tasks))
            return told, time.perf_counter() - began
    finally:
        api.close()


@dataclass(slots=True)
class Mixed:
    """What sixteen processes did between them."""

    operations: int = 0
    kills: int = 0
    begun: dict[str, Gift] | None = None
    given: set[str] | None = None


def mix(market: Market, folder: Path, operations: int, kill_count: int, seed: int = 1) -> Mixed:
    """So many operations by sixteen processes, of which so many are killed at random moments and replaced."""
    dice = random.Random(seed)
    mixed = Mixed(begun={}, given=set())
    number, killed = 0, 0
    share = -(-operations // BUYERS)
    running: dict[int, tuple[subprocess.Popen[bytes], Path, int]] = {}

    def start(left: int) -> None:
        nonlocal number
        number += 1
        said = folder / f"buyer-{number}"
        command = [sys.executable, "-m", "benchmarks.claims_buyer", market.api_url, market.owner_url]
        command += [str(number), str(left), str(seed * 1_000 + number)]
        with said.open("wb") as out:
            running[number] = (subprocess.Popen(command, cwd=REPOSITORY, stdout=out), said, left)

    for _ in range(BUYERS):
        start(share)
    while running:
        time.sleep(dice.uniform(0.05, 0.3))
        busy = [one for one, (process, said, _) in running.items() if process.poll() is None and _count(said)]
        if killed < kill_count and busy:
            victim, said, left = running[dice.choice(busy)]
            victim.kill()
            victim.wait()
            killed += 1
            start(max(1, left - _count(said)))
        for one, (process, said, _) in list(running.items()):
            if process.poll() is None:
                continue
            del running[one]
            if process.returncode > 0:
                raise RuntimeError(f"buyer {one} ended with {process.returncode}; see its stderr above")
            _read(said, mixed)
    mixed.kills = killed
    return mixed


def judge(market: Market, mixed: Mixed) -> dict[str, int]:
    """What is wrong, by kind; nothing that is right is in it."""
    wrong = {kind: count for kind, count in market.owner.execute(QUERIES["wrongs"]) if count}
    (difference,) = market.owner.execute(QUERIES["difference"]).fetchone() or (None,)
    if difference:
        wrong["ledger difference"] = int(difference)
    begun, given = mixed.begun or {}, mixed.given or set()
    found = {
        key: Gift(key, str(account_id), amount) for key, account_id, amount in market.owner.execute(QUERIES["gifts"])
    }
    lost = sum(1 for key in given if key not in found)
    strange = sum(1 for key, gift in found.items() if begun.get(key) != gift)
    return wrong | ({"gifts lost": lost} if lost else {}) | ({"gifts nobody gave": strange} if strange else {})


def _count(said: Path) -> int:
    return said.read_bytes().count(b"did ")


def _read(said: Path, mixed: Mixed) -> None:
    assert mixed.begun is not None
    assert mixed.given is not None
    for line in said.read_text().splitlines(keepends=True):
        words = line.split()
        if not line.endswith("\n"):
            continue  # it was killed in the middle of a word
        if words[0] == "give":
            mixed.begun[words[1]] = Gift(words[1], words[2], int(words[3]))
        elif words[0] == "gave":
            mixed.given.add(words[1])
        elif words[0] == "did":
            mixed.operations += 1
