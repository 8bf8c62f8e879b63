"""The client and the turns that all processes take together; see tests/integration/fetch for the turns themselves."""

from __future__ import annotations

import pytest

from tests.unit.fetch.fakes import HOST, Setup, in_turn, ok, status

SIMULATED = ok(x_simulated_publisher="recorded rows")
STAND_IN = "http://127.0.0.1:8801"


class Busy:
    """Turns that another process has taken for some seconds."""

    def __init__(self, *waits: float) -> None:
        self.waits = list(waits)
        self.taken: list[tuple[str, float]] = []
        self.put_offs: list[tuple[str, float]] = []
        self.given_back: list[tuple[str, float, float]] = []
        self.is_closed = False

    def take(self, host: str, spacing_seconds: float) -> float:
        self.taken.append((host, spacing_seconds))
        return self.waits.pop(0) if self.waits else 0.0

    def put_off(self, host: str, seconds: float) -> None:
        self.put_offs.append((host, seconds))

    def give_back(self, host: str, taken_seconds: float, owed_seconds: float) -> None:
        self.given_back.append((host, taken_seconds, owed_seconds))

    def close(self) -> None:
        self.is_closed = True


def test_a_turn_of_another_process_is_waited_for() -> None:
    turns = Busy(0.0, 7.0, 2.0)
    setup = Setup(in_turn(ok()), turns=turns, delay_seconds=3.0)
    began = setup.clock.monotonic()
    setup.get()
    assert setup.publisher.times == [pytest.approx(began + 3.0 + 7.0 + 2.0)]
    assert turns.taken == [(HOST, 3.0)] * 4
    setup.client.close()
    assert turns.is_closed


def test_other_processes_are_told_of_the_patience_a_host_asks_for() -> None:
    turns = Busy()
    Setup(in_turn(status(429, retry_after="30"), ok()), turns=turns).get()
    ((host, seconds),) = turns.put_offs
    assert host == HOST
    assert 30.0 <= seconds <= 31.0  # and at random up to a second more


def test_a_stand_in_gives_back_the_turn_that_was_taken_before_it_said_so() -> None:
    turns = Busy()
    Setup(in_turn(SIMULATED), robots=SIMULATED, connect_to=STAND_IN, turns=turns).get()
    assert turns.given_back == [(HOST, 1.0, 0.0)]


def test_a_publisher_and_a_stand_in_with_a_delay_are_owed_all_of_it() -> None:
    turns = Busy()
    Setup(in_turn(ok()), turns=turns).get()
    Setup(in_turn(SIMULATED), robots=SIMULATED, connect_to=STAND_IN, turns=turns, delay_seconds=2.0).get()
    assert turns.given_back == []
