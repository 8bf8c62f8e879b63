"""Several workers, and dead ones: nothing twice at once, nothing lost, and what is repeated has the same id."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections import Counter, defaultdict

import orjson

from tests.integration.api.people import Person
from tests.integration.api.receiver import Received, Receiver, Reply
from tests.integration.api.webhooks.conftest import Site, ids_told, put_endpoint

KILLS = 4


def start(site: Site) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.integration.api.webhooks.doomed", site.url])


def test_two_workers_send_nothing_twice(site: Site, person: Person, receiver: Receiver) -> None:
    for _ in range(3):
        put_endpoint(person, receiver.url, after=0)
    numbers = site.happen(40) + site.happen(40, "lead.created")
    workers = [threading.Thread(target=site.deliver, kwargs={"lines": 3}) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    told = Counter(ids_told(receiver))
    assert sorted(told) == numbers
    assert set(told.values()) == {3}
    assert max(Counter(one.headers["webhook-id"] for one in receiver.requests).values()) == 1


def test_worker_killed_between_sending_and_noting_repeats_the_same_id(
    site: Site, person: Person, receiver: Receiver
) -> None:
    put_endpoint(person, receiver.url)
    site.happen(1)
    arrived, release = threading.Event(), threading.Event()

    def wait(request: Received) -> Reply:
        del request
        arrived.set()
        release.wait(30)
        return Reply()

    receiver.decide = wait
    with start(site) as worker:
        assert arrived.wait(30)
        worker.kill()
    release.set()
    receiver.decide = lambda _: Reply()
    assert site.deliver().delivered == 0, "the lease of the dead one still runs"
    site.change("let_lease_run_out")
    assert site.deliver().delivered == 1
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_workers_killed_at_any_moment_lose_nothing(site: Site, person: Person, receiver: Receiver) -> None:
    put_endpoint(person, receiver.url)
    numbers = [number for _ in range(6) for number in site.happen(40)]
    dice = random.Random(11)
    for _ in range(KILLS):
        with start(site) as worker:
            try:
                worker.wait(dice.uniform(0.8, 1.4))
            except subprocess.TimeoutExpired:
                worker.kill()
        site.change("let_lease_run_out")
    with start(site) as worker:
        assert worker.wait(60) == 0
    bodies: dict[str, set[bytes]] = defaultdict(set)
    ids: dict[int, set[str]] = defaultdict(set)
    for one in receiver.requests:
        bodies[one.headers["webhook-id"]].add(one.body)
        ids[orjson.loads(one.body)["data"]["events"][0]["event_id"]].add(one.headers["webhook-id"])
    assert sorted(ids) == numbers
    assert {len(some) for some in bodies.values()} == {1}
    assert {len(some) for some in ids.values()} == {1}
