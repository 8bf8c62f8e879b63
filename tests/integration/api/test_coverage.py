"""Coverage over HTTP: every dataset of the registry, as the store's own record of its runs says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from leadledger.leads import coverage
from permit_leads.registry import load_registry
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.rows import NOTE, Loaded, load, today
from tests.integration.api.rows import QUERIES as ROWS

AUSTIN = Loaded(permit_count=40)
STALE = Loaded("chicago_building_permits", "City of Chicago", "17031", 10, 1_001, hours_ago=100, page_sha256="cd" * 32)
FROZEN = Loaded("nashville_building_permits", "Metro Nashville", "47037", 10, 2_001, newest_days_ago=200,
                page_sha256="ef" * 32, note=None)  # fmt: skip


@pytest.fixture(scope="module")
def api(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A stranger's client: one dataset is fresh, one was not read for days, one answers but stands still."""
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            for what in (AUSTIN, STALE, FROZEN):
                load(owner, what)
        with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
            yield client


@pytest.fixture(scope="module")
def datasets(api: httpx.Client) -> dict[str, dict[str, Any]]:
    """What /api/coverage says, by dataset."""
    return {one["dataset_id"]: one for one in api.get("/api/coverage").json()["datasets"]}


def count_permits(server: httpx.Client) -> int:
    return sum(one["permit_count"] for one in server.get("/api/coverage").json()["datasets"])


def test_every_dataset_of_the_registry_is_listed(datasets: dict[str, dict[str, Any]]) -> None:
    assert set(load_registry()) <= set(datasets)


def test_loaded_dataset_says_what_came_of_it(datasets: dict[str, dict[str, Any]]) -> None:
    austin = datasets["austin_issued_permits"]
    assert (austin["status"], austin["freshness"], austin["freshness_reason"]) == ("success", "fresh", None)
    assert (austin["permit_count"], austin["lead_count"], austin["record_count"]) == (40, 76, 100)
    assert austin["newest_issued_date"] == (today() - timedelta(days=1)).isoformat()
    assert (austin["county_name"], austin["simulated_note"]) == ("Travis County", NOTE)


def test_published_and_not_published_fields_are_all_granted_fields(datasets: dict[str, dict[str, Any]]) -> None:
    austin = datasets["austin_issued_permits"]
    assert "est_project_cost" in austin["published_fields"]
    assert "contractor_phone" in austin["not_published_fields"]
    assert not {"owner_name", "applicant_name"} & {*austin["published_fields"], *austin["not_published_fields"]}


def test_dataset_not_read_for_days_is_stale(datasets: dict[str, dict[str, Any]]) -> None:
    assert datasets[STALE.dataset_id]["freshness"] == "stale"
    assert "72 hours" in datasets[STALE.dataset_id]["freshness_reason"]


def test_dataset_that_stands_still_is_stale(datasets: dict[str, dict[str, Any]]) -> None:
    assert datasets[FROZEN.dataset_id]["freshness"] == "stale"
    assert "newest permit" in datasets[FROZEN.dataset_id]["freshness_reason"]


def test_dataset_that_never_ran_says_so(datasets: dict[str, dict[str, Any]]) -> None:
    harris = datasets["harris_issued_permits"]
    assert (harris["status"], harris["last_success"], harris["permit_count"]) == ("never_run", None, 0)
    assert "issued_date" in harris["published_fields"]


def test_dataset_that_is_off_says_why_and_since_when(datasets: dict[str, dict[str, Any]]) -> None:
    missoula = datasets["missoula_permits"]
    assert (missoula["freshness"], missoula["is_enabled"], missoula["disabled_status"]) == (
        "disabled",
        False,
        "unusable",
    )
    assert missoula["disabled_on"] == "2026-11-23"
    assert "prints no dates" in missoula["disabled_reason"]
    assert datasets["austin_issued_permits"]["disabled_on"] is None


def test_counties_are_those_with_permits_and_by_name(api: httpx.Client) -> None:
    counties = api.get("/api/counties").json()["counties"]
    assert {"county_fips": "48491", "name": "Williamson County", "state": "TX"} in counties
    assert [(one["state"], one["name"]) for one in counties] == sorted((one["state"], one["name"]) for one in counties)


def test_trades_are_named(api: httpx.Client) -> None:
    trades = api.get("/api/trades").json()["trades"]
    assert {"trade": "roofing", "label": "Roofing"} in trades
    assert len(trades) == 21


def test_window_fetched_by_hand_counts_as_covered(server: httpx.Client, owner: psycopg.Connection) -> None:
    load(owner, AUSTIN)
    owner.execute(ROWS["forget_state"])
    austin = next(one for one in server.get("/api/coverage").json()["datasets"] if one["permit_count"])
    assert (austin["status"], austin["freshness"]) == ("success", "fresh")


def test_new_run_shows_after_seconds(
    server: httpx.Client, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage, "KEPT_SECONDS", 0.0)
    assert not any(one["permit_count"] for one in server.get("/api/coverage").json()["datasets"])
    load(owner, AUSTIN)
    assert [one["permit_count"] for one in server.get("/api/coverage").json()["datasets"] if one["permit_count"]] == [
        40
    ]


def test_dataset_switched_off_after_its_last_run_is_off(
    server: httpx.Client, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dataset that is off never runs, so the store goes on saying that it is on: the registry knows better."""
    monkeypatch.setattr(coverage, "KEPT_SECONDS", 0.0)
    load(owner, Loaded("missoula_permits", "City of Missoula", "30063", 3))
    (missoula,) = (one for one in server.get("/api/coverage").json()["datasets"] if one["permit_count"])
    assert (missoula["freshness"], missoula["disabled_status"]) == ("disabled", "unusable")
