"""Which requests a fault strikes, and what it refuses to be."""

from __future__ import annotations

import pytest

from simulators.publishers.faults import Fault, UnknownFaultError, early_reply, make_fault
from simulators.publishers.messages import Request
from simulators.publishers.robots import Robots, RobotsKind


def strikes(fault: Fault, kinds: str) -> list[bool]:
    words = {"r": "rows", "c": "count", "m": "metadata"}
    return [fault.strikes("a.example", ("abcd-1234",), words[kind]) for kind in kinds]  # type: ignore[arg-type]


def test_a_fault_strikes_as_often_as_it_says() -> None:
    assert strikes(Fault("F02", count=2), "rrr") == [True, True, False]
    assert strikes(Fault("F02", count="forever"), "rrr") == [True, True, True]


def test_a_fault_lets_the_first_requests_pass() -> None:
    assert strikes(Fault("F10", kind="delete"), "rrr") == [False, True, False]
    assert strikes(Fault("F01", after=2), "rrr") == [False, False, True]


def test_a_fault_of_row_pages_leaves_counts_alone() -> None:
    assert strikes(Fault("F07"), "cmr") == [False, False, True]


def test_a_fault_of_another_host_or_dataset_does_not_strike() -> None:
    assert strikes(Fault("F02", host="b.example"), "r") == [False]
    assert strikes(Fault("F02", dataset="zzzz-9999"), "r") == [False]
    assert strikes(Fault("F02", dataset="abcd-1234", host="a.example"), "r") == [True]


@pytest.mark.parametrize(("kind", "expected"), [("none", None), ("seconds", "7"), ("garbage", "in a while")])
def test_retry_after_says_what_it_is_told(kind: str, expected: str | None) -> None:
    reply = early_reply([Fault("F01", kind=kind, seconds=7)])
    assert reply is not None
    assert (reply.status, reply.headers.get("Retry-After")) == (429, expected)


@pytest.mark.parametrize(
    "given", [{"id": "F99"}, {"kind": "date"}, {"id": "F01", "sconds": 1}, {"id": "F12"}, {"id": "F10"}]
)
def test_a_fault_that_cannot_be_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(UnknownFaultError):
        make_fault(given)


@pytest.mark.parametrize(
    ("kind", "status"), [("allow", 200), ("disallow", 200), ("missing", 404), ("status", 403), ("redirect", 301)]
)
def test_robots_answers_in_every_way(kind: RobotsKind, status: int) -> None:
    assert Robots(kind).answer(Request("GET", "a.example", "/robots.txt", "", {})).status == status


def test_robots_redirects_end_after_as_many_hops_as_told() -> None:
    robots, path, hops = Robots("redirect", hops=6), "/robots.txt", 0
    while (reply := robots.answer(Request("GET", "a.example", path, "", {}))).status == 301:
        path, hops = reply.headers["Location"], hops + 1
    assert (hops, reply.status) == (6, 200)
    assert robots.serves(path)
