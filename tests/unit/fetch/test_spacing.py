"""How far apart the polite client keeps its requests, and from whom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.fetch.fakes import HOST, Setup, in_turn, ok


def test_requests_are_spaced_from_start_to_start() -> None:
    setup = Setup(in_turn(ok()))
    for _ in range(3):
        setup.get(min_spacing=2.0)
    assert setup.publisher.times == [1002.0, 1004.0, 1006.0]  # robots.txt was asked for at 1000


def test_two_datasets_share_the_spacing_of_their_host() -> None:
    setup = Setup(in_turn(ok()))
    setup.get(f"https://{HOST}/one.json")
    setup.client.fetch("other", "GET", f"https://{HOST}:443/two.json", kind="rows", min_spacing=5.0)
    assert setup.publisher.times[1] - setup.publisher.times[0] == 5.0


def test_hosts_do_not_wait_for_each_other() -> None:
    setup = Setup(in_turn(ok()))
    setup.get()
    asked_at = setup.publisher.times[0]
    setup.get("https://other-city.example/rows.json")
    assert setup.publisher.times[1] - asked_at == 1.0  # the other host's robots.txt first, then its own spacing


@pytest.mark.parametrize(("delay", "spacing"), [(5.0, 5.0), (0.1, 2.0), (None, 2.0)])
def test_delay_raises_the_spacing_and_never_lowers_it(delay: float | None, spacing: float) -> None:
    setup = Setup(in_turn(ok()), delay_seconds=delay)
    setup.get(min_spacing=2.0)
    setup.get(min_spacing=2.0)
    assert setup.publisher.times[1] - setup.publisher.times[0] == spacing


SIMULATED = ok(x_simulated_publisher="recorded rows")


@pytest.mark.parametrize(
    ("options", "spacing"),
    [
        ({"connect_to": "http://127.0.0.1:8801"}, 0.0),
        ({"connect_to": "http://127.0.0.1:8801", "delay_seconds": 3.0}, 3.0),
        ({"connect_to": "http://127.0.0.1:8801", "robots": ok(b"User-agent: *\nCrawl-delay: 4\n")}, 4.0),
        ({}, 2.0),
    ],
)
def test_stand_in_is_not_spaced_by_the_rule_of_the_dataset(options: dict[str, Any], spacing: float) -> None:
    setup = Setup(in_turn(SIMULATED), **options)
    for _ in range(3):
        setup.get(min_spacing=2.0)
    assert setup.publisher.times[2] - setup.publisher.times[1] == spacing


def test_real_publisher_behind_a_recording_proxy_is_spaced() -> None:
    setup = Setup(in_turn(ok()), connect_to="http://127.0.0.1:8801")
    for _ in range(2):
        setup.get(min_spacing=2.0)
    assert setup.publisher.times[1] - setup.publisher.times[0] == 2.0
