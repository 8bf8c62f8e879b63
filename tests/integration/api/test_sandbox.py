"""Test keys: real permits that never change, nothing of any account, and no way from one kind of data to the other."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import time_machine
from psycopg import sql

from leadledger.api_keys import SAMPLE_ACCOUNT_ID, enter_sandbox, find_caller
from leadledger.app import create_app
from leadledger.auth import Caller
from leadledger.database import Database
from leadledger.modes import MODE_HEADER, SAMPLE_NOTE
from leadledger.sandbox.building import SAMPLE_TERRITORY_ID, ensure_sandbox
from leadledger.sandbox.hiding import hide_suppressed
from leadledger.sandbox.place import ARCHIVE, archive_url, beside, database_name
from permit_leads.archive import Archive
from permit_leads.settings import Settings
from permit_leads.store import db, suppressions
from permit_leads.store.queries import load_queries
from permit_leads.suppress import MARK, Suppression
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter, give_key
from tests.integration.api.rows import Loaded, load
from tests.integration.api.test_mcp import call

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
EXPECTED = Path(__file__).with_name("sandbox_expected.json")
SCOPES = ("read", "write", "export", "admin")
LEAD = "5a9c0acb-903c-5720-adbd-26fb6006461a"
PERMIT = "28473121-d187-5123-a58c-c1a6716720ae"
COUNTED = 603  # new leads of the last seven days in that county
ADDRESSES = (
    *("/api/leads", "/api/leads?trade=roofing&trade=solar&sort=cost", "/api/leads?q=remodel&limit=5"),
    *("/api/leads?place=78704", "/api/leads?county=36047&limit=3", f"/api/leads?territory_id={SAMPLE_TERRITORY_ID}"),
    *("/api/leads/facets", "/api/leads/clusters?zoom=9&bbox=-98.5,29.5,-97,31", f"/api/leads/{LEAD}"),
    *(f"/api/permits/{PERMIT}", f"/api/permits/{PERMIT}/versions", f"/api/permits/{PERMIT}/property"),
    *("/api/coverage", "/api/coverage/fields", "/api/counties", "/api/trades"),
    *("/api/market?trade=electrical", "/api/events?limit=100", "/api/events/state"),
    *("/api/account", "/api/territories", "/api/saved-searches", "/api/claims", "/api/exports"),
)


@dataclass(frozen=True)
class Two:
    """One account with a key of each kind, on an API whose live data is 30 synthetic permits."""

    live: Person
    test: Person
    owner: psycopg.Connection
    url: str


@pytest.fixture(scope="module")
def two(template_database: str, sandbox: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    del sandbox
    for url in _fresh_database(template_database):
        settings = make_settings(as_api(url), tmp_path_factory.mktemp("home"))
        with psycopg.connect(url, autocommit=True) as owner, serve(create_app(settings)) as client:
            load(owner, Loaded(permit_count=30))
            one = enter(client)
            keys = {mode: give_key(owner, one, *SCOPES, mode=mode) for mode in ("live", "test")}
            live, test = (Person(client, keys[mode], one.user_id, one.account_id) for mode in ("live", "test"))
            yield Two(live, test, owner, url)


def hash_of(answer: httpx.Response) -> str:
    return hashlib.sha256(answer.content).hexdigest()[:16]


def all_leads(person: Person) -> dict[str, dict[str, Any]]:
    found, cursor = dict[str, dict[str, Any]](), None
    while True:
        page = person.ask("GET", "/api/leads", params={"limit": 100, **({"cursor": cursor} if cursor else {})}).json()
        found |= {lead["lead_id"]: lead for lead in page["items"]}
        if (cursor := page["next_cursor"]) is None:
            return found


def test_answers_are_the_same_every_day(two: Two, request: pytest.FixtureRequest) -> None:
    answers = {address: two.test.ask("GET", address) for address in ADDRESSES}
    assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(ADDRESSES, 200)
    hashes = {address: hash_of(answer) for address, answer in answers.items()}
    if request.config.getoption("--record"):
        EXPECTED.write_text(json.dumps(hashes, indent=2) + "\n", encoding="utf-8")
    assert hashes == json.loads(EXPECTED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("day", ["2027-03-01T04:00:00Z", "2031-12-31T23:59:59Z"])
def test_another_day_brings_no_other_answer(two: Two, day: str) -> None:
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    with time_machine.travel(day):
        assert {address: hash_of(two.test.ask("GET", address)) for address in ADDRESSES} == expected
        for as_of in ("2026-11-26T17:00:00Z", "2026-11-26T17:00:01Z"):
            answer = two.test.ask("GET", f"/api/permits/{PERMIT}", params={"as_of": as_of})
            assert answer.status_code == (200 if as_of.endswith("00Z") else 400)
        found = two.test.ask("POST", "/api/saved-search-previews", json={"filter": {"county": ["48453"]}})
        assert (found.status_code, found.json().get("count")) == (200, COUNTED)


def test_every_answer_to_a_test_key_says_so_and_no_other_does(two: Two) -> None:
    for address in (*ADDRESSES, "/api/leads?zip=x", f"/api/leads/{SAMPLE_TERRITORY_ID}", "/api/nowhere", "/health"):
        assert two.test.ask("GET", address).headers[MODE_HEADER] == "test", address
        assert MODE_HEADER not in two.live.ask("GET", address).headers, address
    nobody = Person(two.test.client, "llp_test_" + "x" * 43, two.test.user_id, two.test.account_id)
    assert (nobody.ask("GET", "/api/leads").status_code, nobody.ask("POST", "/api/leads/search").status_code) == (
        401,
        401,
    )


def test_coverage_says_that_it_is_sample_data(two: Two) -> None:
    for address in ("/api/coverage", "/api/leads"):
        sample, live = (person.ask("GET", address).json() for person in (two.test, two.live))
        assert sample.get("coverage", sample)["sample_note"] == SAMPLE_NOTE
        assert live.get("coverage", live)["sample_note"] is None
    datasets = two.test.ask("GET", "/api/coverage").json()["datasets"]
    assert {one["freshness"] for one in datasets} == {"fresh", "unknown"}  # Nashville prints no day of issue
    assert all("rows of" in one["simulated_note"] for one in datasets)


def test_live_and_sample_leads_are_apart(two: Two) -> None:
    live, sample = all_leads(two.live), all_leads(two.test)
    assert len(live) > 30
    assert len(sample) == two.test.ask("GET", "/api/leads").json()["total"]["value"] > 1_000
    assert set(live).isdisjoint(sample)
    for person, others in ((two.test, live), (two.live, sample)):
        lead = next(iter(others.values()))
        for address in (f"/api/leads/{lead['lead_id']}", f"/api/permits/{lead['permit_id']}"):
            assert person.ask("GET", address).status_code == 404


def test_sample_goes_back_to_published_bytes(two: Two) -> None:
    receipts = two.test.ask("GET", f"/api/leads/{LEAD}").json()["receipts"]
    assert receipts["problem"] is None
    address = next(one for one in receipts["fields"] if one["field"] == "original_address1")
    assert address["value"] in address["raw_values"].values()
    page = two.test.ask("GET", f"/api/pages/{receipts['page']['page_sha256']}")
    assert page.status_code == 200
    assert address["value"] in page.text
    assert two.live.ask("GET", f"/api/pages/{receipts['page']['page_sha256']}").status_code == 404


def test_test_key_acts_for_the_sample_account_only(two: Two) -> None:
    for headers in ({}, {"X-Account-Id": str(two.live.account_id)}):
        account = two.test.ask("GET", "/api/account", headers=headers).json()
        assert account["account_id"] == str(SAMPLE_ACCOUNT_ID)
    assert two.test.ask("GET", "/api/account", headers={"X-Account-Id": str(SAMPLE_ACCOUNT_ID)}).status_code == 403
    assert two.test.ask("GET", "/api/account/keys").json() == {"api_keys": []}


def test_writes_are_refused_and_say_what_to_do(two: Two) -> None:
    answer = two.test.ask("POST", "/api/claims", json={"lead_id": LEAD})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_in_sandbox")
    assert "live key" in answer.json()["message"]
    assert two.test.ask("POST", "/api/privacy/requests", json={}).json()["code"] == "not_in_sandbox"
    found = two.test.ask("POST", "/api/leads/search", json={"county": ["48453"], "limit": 2})
    assert len(found.json()["items"]) == 2


def test_scopes_and_end_of_a_test_key_count(two: Two) -> None:
    person = enter(two.test.client)
    token = give_key(two.owner, person, "write", mode="test")
    key = Person(person.client, token, person.user_id, person.account_id)
    assert key.ask("GET", "/api/leads").json()["code"] == "forbidden"
    two.owner.execute(QUERIES["revoke_keys"], {"account_id": person.account_id})
    assert key.ask("GET", "/api/leads").status_code == 401


def test_test_keys_are_made_listed_and_rotated_as_such(two: Two) -> None:
    person = enter(two.test.client)
    wanted = {"name": "CI", "scopes": ["read"], "mode": "test"}
    made = person.ask("POST", "/api/account/keys", json=wanted).json()
    assert (made["mode"], made["key"][:9], made["key_start"]) == ("test", "llp_test_", made["key"][:13])
    successor = person.ask("POST", f"/api/account/keys/{made['api_key_id']}/rotate", json={}).json()
    assert (successor["mode"], successor["key"][:9]) == ("test", "llp_test_")
    person.ask("POST", "/api/account/keys", json={"name": "CRM", "scopes": ["read"]})
    listed = person.ask("GET", "/api/account/keys").json()["api_keys"]
    assert sorted(one["mode"] for one in listed) == ["live", "test", "test"]
    for key in (made["key"], successor["key"]):
        answer = person.client.get("/api/leads", headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.headers[MODE_HEADER]) == (200, "test")


def test_what_a_key_begins_with_is_what_it_is_for(two: Two) -> None:
    for mode, is_sandbox in (("live", True), ("test", False)):
        with pytest.raises(psycopg.errors.CheckViolation, match="api_keys_mode_shown"):
            two.owner.execute(
                QUERIES["mislabel"],
                {"key_start": f"llp_{mode}_Ab3d", "is_sandbox": is_sandbox, "user_id": two.live.user_id},
            )


def sample_caller(two: Two) -> Caller:
    live = Database(as_api(two.url), size=1)
    live.open()
    try:
        return enter_sandbox(find_caller(live, two.test.token))
    finally:
        live.close()


@pytest.mark.parametrize("mode", ["live", "test"])
def test_claims_of_a_test_key_get_nowhere_in_the_live_database(two: Two, mode: Any) -> None:
    """Even where the code mixes the two up, or a variable names the wrong database."""
    live = Database(as_api(two.url), size=1, mode=mode)
    live.open()
    claims = sample_caller(two).claims
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="serves live keys"):
        live.acting_as("authenticated", claims).__enter__()
    live.close()


def test_live_claims_get_nowhere_in_the_sandbox(two: Two) -> None:
    sandbox = Database(beside(as_api(two.url)), size=1)
    sandbox.open()
    for claims in (None, {"sub": str(two.live.user_id), "role": "authenticated"}):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="serves test keys"):
            sandbox.acting_as("authenticated", claims).__enter__()
    sandbox.close()


def test_sandbox_cannot_be_written(two: Two) -> None:
    with (
        psycopg.connect(beside(two.url), autocommit=True) as owner,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        owner.execute(QUERIES["forget_leads"])


def test_who_was_granted_to_be_left_out_is_left_out_of_the_sample(two: Two, template_database: str) -> None:
    """In a sandbox of its own, for it changes."""
    name = f"test_sandbox_{secrets.token_hex(4)}"
    ensure_sandbox(Settings(), two.url, lambda _: None, name)
    sandbox = beside(two.url, name)
    for live in _fresh_database(template_database):
        assert hide_suppressed(live, sandbox) is None
        with closing(db.connect(live)) as conn:
            home = Suppression(str(uuid.uuid4()), "opt_out", address="5216 Basswood Ln", zip="78723")
            suppressions.add(conn, home, datetime.now(UTC))
            conn.commit()
        cleaned = hide_suppressed(live, sandbox)
        assert cleaned is not None
        assert (cleaned.permits, hide_suppressed(live, sandbox)) == (1, None)
    with psycopg.connect(sandbox) as conn:
        assert conn.execute(QUERIES["address_of"], {"permit_id": PERMIT}).fetchone() == (MARK, "closed")
    with psycopg.connect(two.url, autocommit=True) as server:
        server.execute(QUERIES["drop_database"].format(name=sql.Identifier(name)))


def test_agent_reads_the_sample_with_a_test_key(two: Two) -> None:
    environment = {"LEADLEDGER_API_URL": str(two.test.client.base_url), "LEADLEDGER_API_KEY": two.test.token}
    found = call(environment, "search_leads", trade=["roofing"], limit=2).structured_content or {}
    assert len(found["items"]) == 2
    assert found["coverage"]["sample_note"] == SAMPLE_NOTE


def test_api_says_so_where_nobody_built_the_sandbox(two: Two, tmp_path: Path) -> None:
    elsewhere = make_settings(as_api(two.url), tmp_path, sandbox_database_url="postgresql://nobody:x@127.0.0.1:1/none")
    with serve(create_app(elsewhere)) as client:
        answer = client.get("/api/leads", headers={"Authorization": f"Bearer {two.test.token}"}, timeout=30)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "leadledger migrate" in answer.json()["message"]
        assert client.get("/api/leads", headers={"Authorization": f"Bearer {two.live.token}"}).status_code == 200


def test_recorded_pages_are_whole() -> None:
    archive = Archive(archive_url())
    pages = sorted((ARCHIVE / "pages").rglob("*.zst"))
    assert len(pages) == 9
    for page in pages:
        assert hashlib.sha256(archive.read_body(page.stem)).hexdigest() == page.stem


def test_name_of_the_database_is_a_hash_of_what_it_is_made_of() -> None:
    assert database_name().startswith("leadledger_sandbox_")
    assert len(database_name()) == len("leadledger_sandbox_") + 16
