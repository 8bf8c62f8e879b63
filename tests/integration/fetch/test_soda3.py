"""SODA 3.0: the same rows by posted statements, never without a token."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from permit_leads.errors import SourceRefused
from permit_leads.page import Window
from simulators.publishers import Fault
from tests.integration.fetch.publishers import HOSTS, NUMBERS, Fetch

ALL = Window(None, None)
MARCH = Window(date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize("window", [ALL, MARCH])
def test_both_versions_give_the_same_rows(fetch: Fetch, window: Window) -> None:
    by_get = fetch.rows("socrata", window)
    fetch.simulator.application.forget()
    fetch.client.socrata_app_token = "a-token"
    assert fetch.rows("socrata", window, soda="3.0").equals(by_get)
    asked = [request for request in fetch.simulator.requests if request.path != "/robots.txt"]
    assert {request.method for request in asked if "/v3/" in request.path} == {"POST"}
    assert not any(request.path.startswith("/resource/") for request in asked)


def test_without_a_token_version_2_is_asked_and_that_is_said(fetch: Fetch) -> None:
    assert fetch.numbers("socrata", soda="3.0") == NUMBERS
    assert not any("/v3/" in request.path for request in fetch.simulator.requests)
    (said,) = fetch.events.named("fetch.soda3_without_token")
    assert "SOCRATA_APP_TOKEN is not set; 2.1 is asked instead" in str(said["reason"])


def test_a_token_that_is_refused_is_named_as_such(fetch: Fetch) -> None:
    fetch.client.socrata_app_token = "invalid"
    with pytest.raises(SourceRefused, match=r"the application token is refused .* correct SOCRATA_APP_TOKEN"):
        fetch.rows("socrata", soda="3.0")


@pytest.mark.parametrize(
    "fault",
    [Fault("F02"), Fault("F03"), Fault("F07"), Fault("F08", cap=3), Fault("F10", kind="insert")],
    ids=lambda fault: str(fault.id),
)
def test_faults_of_a_posted_query_lose_no_row(fetch: Fetch, fault: Fault) -> None:
    fetch.client.socrata_app_token = "a-token"
    fetch.simulator.faults.add(replace(fault, host=HOSTS["socrata"]))
    numbers = fetch.numbers("socrata", soda="3.0")
    assert set(NUMBERS) <= set(numbers)
    assert len(numbers) == len(set(numbers))
