"""What proves that an event is Stripe's, and what does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from leadledger.billing.signing import EventRefused, read_event

NOW = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
OLD, NEW = "whsec_old", "whsec_new"


def make_body(**more: Any) -> bytes:
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "invoice.paid",
        "livemode": False,
        "api_version": "2026-10-28.endive",
        "created": 1_790_000_000,
        "data": {"object": {"id": "in_1", "object": "invoice", "customer": "cus_1"}},
    }
    return json.dumps({**event, **more}).encode()


def sign(body: bytes, *secrets: str, at: datetime = NOW) -> str:
    headers = [
        stripe.WebhookSignature.generate_signature_header(body.decode(), one, int(at.timestamp())) for one in secrets
    ]
    return ",".join([headers[0], *(header.partition(",")[2] for header in headers[1:])])


def refused(body: bytes, signature: str | None, *secrets: str, is_live: bool = False) -> EventRefused:
    with pytest.raises(EventRefused) as caught:
        read_event(body, signature, secrets or (NEW,), is_live=is_live, now=NOW)
    assert caught.value.status == 400
    return caught.value


def test_signed_event_is_read() -> None:
    body = make_body()
    event = read_event(body, sign(body, NEW), (NEW,), is_live=False, now=NOW)
    assert (event.event_id, event.type, event.object_id, event.is_live) == ("evt_1", "invoice.paid", "in_1", False)


@pytest.mark.parametrize("held", [(OLD, NEW), (NEW, OLD)])
@pytest.mark.parametrize("used", [(OLD,), (NEW,), (OLD, NEW)])
def test_while_a_secret_rolls_either_signature_is_good(held: tuple[str, ...], used: tuple[str, ...]) -> None:
    body = make_body()
    assert read_event(body, sign(body, *used), held, is_live=False, now=NOW).event_id == "evt_1"


@pytest.mark.parametrize(
    "signature", [None, "", "t=1", "v1=00", "t=x,v1=00", "t=1790000000,v0=00", "t=1790000000,v1=", ",,,=", "t=,v1=,"]
)
def test_body_without_a_good_signature_is_refused(signature: str | None) -> None:
    assert refused(make_body(), signature).reason == "unsigned"


def test_signature_of_another_body_or_secret_is_refused() -> None:
    body = make_body()
    assert refused(make_body(id="evt_2"), sign(body, NEW)).reason == "unsigned"
    assert refused(body, sign(body, "whsec_foreign")).reason == "unsigned"


@pytest.mark.parametrize(
    ("seconds", "reason"), [(-301, "stale"), (301, "from_the_future"), (86_400 * 400, "from_the_future")]
)
def test_time_of_the_signature_is_bounded_on_both_sides(seconds: int, reason: str) -> None:
    body = make_body()
    assert refused(body, sign(body, NEW, at=NOW + timedelta(seconds=seconds))).reason == reason


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_signature_within_five_minutes_is_good(seconds: int) -> None:
    body = make_body()
    assert read_event(body, sign(body, NEW, at=NOW + timedelta(seconds=seconds)), (NEW,), is_live=False, now=NOW)


@pytest.mark.parametrize("is_live", [False, True])
def test_event_of_the_other_mode_is_refused(is_live: bool) -> None:
    body = make_body(livemode=not is_live)
    assert refused(body, sign(body, NEW), is_live=is_live).reason == "foreign_mode"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        make_body(id="in_1"),
        make_body(type=None),
        make_body(created="now"),
        make_body(data=None),
    ],
)
def test_signed_body_that_is_no_event_is_refused(body: bytes) -> None:
    signature = sign(body, NEW) if body != b"\xff\xfe" else "t=1,v1=00"
    assert refused(body, signature).reason in ("no_event", "unsigned")


@given(st.binary(max_size=300), st.text(max_size=200))
def test_no_body_and_no_header_break_it(body: bytes, signature: str) -> None:
    assert refused(body, signature).reason == "unsigned"


@pytest.mark.parametrize(
    "about",
    [
        None,
        [],
        "invoice",
        5,
        {"id": "i" * 256},
        {"id": "in_1", "customer": "c" * 10_000},
        {"id": "in_1", "customer": "c" * 256},
    ],
)
def test_signed_body_about_nothing_is_no_event(about: Any) -> None:
    body = make_body(data={"object": about})
    assert refused(body, sign(body, NEW)).reason == "no_event"


def test_signed_body_nested_without_end_is_no_event() -> None:
    body = b"[" * 100_000
    assert refused(body, sign(body, NEW)).reason == "no_event"


@pytest.mark.parametrize("version", [5, {"a": 1}, ["x"]])
def test_version_that_is_no_word_is_none(version: Any) -> None:
    body = make_body(api_version=version)
    assert read_event(body, sign(body, NEW), (NEW,), is_live=False, now=NOW).api_version is None


@pytest.mark.parametrize(
    "signature", ["t=1,v1=\u00e9", "t=\u00b2,v1=aa", "t=1", "v1=aa", "t=,v1=", "\u00e9", ",,,", "t=1,v1"]
)
def test_odd_signatures_prove_nothing(signature: str) -> None:
    assert refused(make_body(), signature).reason == "unsigned"
