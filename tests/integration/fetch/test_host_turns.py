"""Several processes on one database ask a host no faster than one of them would."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from permit_leads.store.host_turns import HostTurns
from simulators.publishers import load_snapshot, serve
from tests.integration.fetch.asker import HOST, SPACING_SECONDS

ROOT = Path(__file__).parents[3]
REQUESTS_EACH = 3
# From the turn to the publisher a request takes no time that could be promised; unshared turns fall within half of it.
TOLERANCE_SECONDS = 0.1


def test_two_processes_keep_the_spacing_of_one(database_url: str) -> None:
    with serve(load_snapshot(only=["austin_issued_permits"])) as simulator:
        command = [sys.executable, "-m", "tests.integration.fetch.asker", database_url, simulator.url]
        askers = [subprocess.Popen([*command, str(REQUESTS_EACH)], cwd=ROOT, env=dict(os.environ)) for _ in range(2)]
        assert [asker.wait(timeout=60) for asker in askers] == [0, 0]
        asked_at = [request.at for request in simulator.requests if request.host == HOST]
    assert len(asked_at) == 2 * (REQUESTS_EACH + 1)  # each reads robots.txt first
    gaps = [later - earlier for earlier, later in pairwise(asked_at)]
    assert min(gaps) >= SPACING_SECONDS - TOLERANCE_SECONDS, gaps


def test_only_one_of_many_takes_a_free_turn(database_url: str) -> None:
    ready, waits = threading.Barrier(8), []

    def take() -> None:
        turns = HostTurns(database_url)
        turns.take("elsewhere.example", 60.0)
        ready.wait(timeout=30)
        waits.append(turns.take(HOST, 60.0))
        turns.close()

    takers = [threading.Thread(target=take) for _ in range(8)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join(timeout=30)
    assert sorted(wait == 0.0 for wait in waits) == [False] * 7 + [True]
    assert all(55.0 < wait <= 60.0 for wait in waits if wait)


def test_host_that_asked_for_patience_is_left_alone_by_all(database_url: str) -> None:
    one, other = HostTurns(database_url), HostTurns(database_url)
    one.put_off(HOST, 900.0)
    one.put_off(HOST, 5.0)
    assert 890.0 < other.take(HOST, 1.0) <= 900.0
    assert other.take("other.example", 1.0) == 0.0
    one.close()
    other.close()


def test_a_turn_given_back_is_free_and_patience_that_was_asked_for_stays(database_url: str) -> None:
    one, other = HostTurns(database_url), HostTurns(database_url)
    assert one.take(HOST, 60.0) == 0.0
    one.give_back(HOST, 60.0, 0.0)
    assert other.take(HOST, 60.0) == 0.0
    one.put_off(HOST, 900.0)
    other.give_back(HOST, 60.0, 0.0)
    assert one.take(HOST, 60.0) > 890.0
    one.close()
    other.close()


def test_turns_go_on_when_the_server_ended_the_connection(database_url: str) -> None:
    turns = HostTurns(database_url)
    assert turns.take(HOST, 60.0) == 0.0
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'permit_leads' and datname = current_database()"
        )
    assert turns.take(HOST, 60.0) > 50.0
    turns.close()


def test_turns_are_nobodys_business_but_the_etls(conn: psycopg.Connection) -> None:
    conn.execute("set role authenticated")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("select host from public.host_turns")
