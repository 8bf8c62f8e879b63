"""The SDK, built from the document as a user would get it, talks to a served API."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import psycopg
import pytest
from standardwebhooks import Webhook

from leadledger.app import create_app
from scripts.build_sdk import build
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter, give_key
from tests.integration.api.rows import Loaded, load

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The package, importable while these tests run."""
    folder = str(build(tmp_path_factory.mktemp("sdk")))
    sys.path.insert(0, folder)
    yield importlib.import_module("leadledger_sdk")
    sys.path.remove(folder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "leadledger_sdk"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def person(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Person, str]]:
    """Somebody with a key, before 130 permits."""
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=130))
            with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
                one = enter(client)
                yield one, give_key(owner, one, "read")


@pytest.fixture(scope="module")
def client(sdk: Any, person: tuple[Person, str]) -> Iterator[Any]:
    """The SDK's client, connected with the key."""
    with sdk.connect(str(person[0].client.base_url), person[1]) as connected:
        yield connected


def operation(name: str) -> Any:
    return importlib.import_module(f"leadledger_sdk.rest.api.{name}")


def test_pages_together_are_the_whole_list(sdk: Any, client: Any, person: tuple[Person, str]) -> None:
    found = list(sdk.paged(operation("leads.list_leads").sync, client=client, limit=7, openness=["open", "likely"]))
    first = person[0].ask("GET", "/api/leads", params={"limit": 100}).json()
    assert len(found) == first["total"]["value"] > 200
    assert len({lead.lead_id for lead in found}) == len(found)
    assert [str(lead.lead_id) for lead in found[:100]] == [lead["lead_id"] for lead in first["items"]]


def test_answers_are_typed(sdk: Any, client: Any) -> None:
    lead = next(sdk.paged(operation("leads.list_leads").sync, client=client, limit=1))
    detail = sdk.ask(operation("leads.get_lead").sync, lead.lead_id, client=client)
    permit = sdk.ask(operation("permits.get_permit").sync, lead.permit_id, client=client)
    assert (type(detail).__name__, type(permit).__name__) == ("LeadDetail", "PermitDetail")
    assert detail.issued_date == permit.fields.issued_date == lead.issued_date
    assert permit.first_recorded_at <= datetime.now(UTC)


def test_other_pages_are_walked_by_their_own_names(sdk: Any, client: Any) -> None:
    lead = next(sdk.paged(operation("leads.list_leads").sync, client=client, limit=1))
    versions = sdk.paged(operation("permits.list_permit_versions").sync, lead.permit_id, client=client, limit=1)
    assert [one.version for one in versions] == [1]


def test_account_is_named_where_one_is_given(sdk: Any, client: Any, person: tuple[Person, str]) -> None:
    """As a default, and by the argument each operation has."""
    someone, _ = person
    get_account = operation("account.get_account").sync
    assert sdk.ask(get_account, client=client, x_account_id=someone.account_id).account_id == someone.account_id
    url = str(someone.client.base_url)
    with sdk.connect(url, someone.token, account_id=someone.account_id) as named:
        assert sdk.ask(get_account, client=named).account_id == someone.account_id


def test_refusal_is_an_exception_with_what_the_api_says(sdk: Any, client: Any) -> None:
    with pytest.raises(sdk.Refused, match=r"^invalid_parameter: limit is '1000'") as refused:
        sdk.ask(operation("leads.list_leads").sync, client=client, limit=1_000)
    assert (refused.value.code, refused.value.field) == ("invalid_parameter", "limit")
    assert len(refused.value.request_id) > 10
    with pytest.raises(sdk.Refused, match=r"^not_found"):
        sdk.ask(operation("permits.get_permit").sync, "00000000-0000-4000-8000-000000000000", client=client)


def test_test_key_reads_the_sample_and_is_refused_writes(sdk: Any, person: tuple[Person, str], sandbox: None) -> None:
    del sandbox
    someone, _ = person
    wanted = {"name": "CI", "scopes": ["read", "write"], "mode": "test"}
    key = someone.ask("POST", "/api/account/keys", json=wanted).json()["key"]
    with sdk.connect(str(someone.client.base_url), key) as client:
        page = sdk.ask(operation("leads.list_leads").sync, client=client, trade=["roofing"])
        assert page.coverage.sample_note.startswith("Sample data")
        found = list(sdk.paged(operation("leads.list_leads").sync, client=client, trade=["roofing"], limit=7))
        assert len(found) == page.total.value > 7
        body = importlib.import_module("leadledger_sdk.rest.models").NewClaim(lead_id=found[0].lead_id)
        with pytest.raises(sdk.Refused, match=r"^not_in_sandbox: .*live key"):
            sdk.ask(operation("pipeline.claim_lead").sync, client=client, body=body)


def test_key_never_travels_unencrypted(sdk: Any) -> None:
    with pytest.raises(ValueError, match="expected https://host"):
        sdk.connect("http://api.example.com", "llp_live_x")


def asked_with(sdk: Any, answers: list[httpx.Response], method: str, **headers: str) -> tuple[int, list[float], int]:
    """Status in the end, waits, and how many requests it took, of a server that gives these answers in turn."""
    waits: list[float] = []
    left = list(answers)
    transport = httpx.MockTransport(lambda request: left.pop(0))
    patience = sdk.Patience(sleep=waits.append)
    with sdk.connect("https://api.example.com", "k", transport=transport, patience=patience) as client:
        http = client.get_httpx_client()
        answer = http.request(method, "/api/leads", headers=headers, json={"a": 1})
    return answer.status_code, [round(wait) for wait in waits], len(answers) - len(left)


def busy(status: int = 429, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_client_waits_as_it_is_told(sdk: Any) -> None:
    good = httpx.Response(200, json={})
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=30.5), usegmt=True)
    answers = [busy(retry_after="7"), busy(503, retry_after=in_a_minute), busy(503), good]
    status, waits, asked = asked_with(sdk, answers, "GET")
    assert (status, asked) == (200, 4)
    assert waits[0] == 7
    assert 28 <= waits[1] <= 31
    assert waits[2] == 4


def test_client_gives_up_in_the_end(sdk: Any) -> None:
    assert asked_with(sdk, [busy(retry_after="1") for _ in range(9)], "GET") == (429, [1, 1, 1], 4)
    assert asked_with(sdk, [busy(retry_after="3600"), busy()], "GET") == (429, [], 1)


def test_write_is_sent_again_only_when_it_can_be_known_again(sdk: Any) -> None:
    good = httpx.Response(201, json={})
    assert asked_with(sdk, [busy(503, retry_after="1"), good], "POST") == (503, [], 1)
    assert asked_with(sdk, [busy(503, retry_after="1"), good], "POST", **{"Idempotency-Key": "k"}) == (201, [1], 2)


def test_webhook_is_believed_only_with_our_signature(sdk: Any) -> None:
    body, now = json.dumps({"type": "lead.created"}).encode(), datetime.now(UTC)
    signed = Webhook(SECRET).sign("msg_1", now, body.decode())
    headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(int(now.timestamp())), "Webhook-Signature": signed}
    other = "whsec_" + "A" * 32
    assert sdk.verify_webhook(body, headers, other, SECRET) == {"type": "lead.created"}
    for wrong in ((body + b" ", headers, SECRET), (body, headers, other), (body, {}, SECRET), (body, headers)):
        with pytest.raises(sdk.NotOurs):
            sdk.verify_webhook(*wrong)
    old = {**headers, "Webhook-Timestamp": str(int(now.timestamp()) - 3_600)}
    with pytest.raises(sdk.NotOurs):
        sdk.verify_webhook(body, old, SECRET)
