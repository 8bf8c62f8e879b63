"""A request comes in, is followed, decided and done; what is granted is gone from every answer, raw cells included."""

from __future__ import annotations

import argparse
import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from leadledger.app import create_app
from leadledger.exports.making import make_export
from leadledger.jobs.export_tasks import open_workshop
from leadledger.mail import outbox_folder
from leadledger.privacy import desk
from leadledger.settings import ApiSettings
from permit_leads.archive import Archive
from permit_leads.suppress import MARK
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve, sign_up
from tests.integration.api.pages import ROWS_BODY, rows_page
from tests.integration.api.rows import QUERIES, Loaded, load

PAGE_SHA256 = hashlib.sha256(ROWS_BODY).hexdigest()
BUILDER = {"kind": "deletion", "name": "Example Builders", "contact_email": "a@example.com"}


class Office:
    """An API over three permits, the first of which stands in an archived page, and its operator's desk."""

    def __init__(self, api: httpx.Client, url: str, settings: ApiSettings) -> None:
        self.api, self.url = api, url
        self.settings = settings.model_copy(update={"database_url": SecretStr(url)})

    def file(self, **asked: str) -> dict[str, Any]:
        answer = self.api.post("/api/privacy/requests", json=asked)
        assert answer.status_code == 202, answer.text
        filed: dict[str, Any] = answer.json()
        return filed

    def ids(self) -> list[str]:
        said: list[str] = []
        self.at_desk("list", said=said)
        return [line.split()[0] for line in said if "received" in line]

    def at_desk(self, *arguments: str, said: list[str] | None = None) -> int:
        parser = argparse.ArgumentParser()
        desk.add_commands(parser)
        return desk.run(parser.parse_args(arguments), self.settings, (said if said is not None else []).append)

    def everything(self) -> str:
        """All that a signed-in caller can get of these permits: every address that tells of them, and a file."""
        openness = ["open", "closed", "taken", "likely"]
        leads = self.api.get("/api/leads", params={"openness": openness})
        found = leads.json()["items"]
        permits = sorted({lead["permit_id"] for lead in found})
        assert permits
        paths = [f"/api/leads/{lead['lead_id']}" for lead in found]
        for permit_id in permits:
            paths += [f"/api/permits/{permit_id}{part}" for part in ("", "/versions", "/property")]
        paths += [f"/api/pages/{PAGE_SHA256}", "/api/events?include=record", "/api/claims", "/api/market"]
        paths += [f"/api/claims/{claim['claim_id']}" for claim in self.api.get("/api/claims").json()["items"]]
        answers = [self.api.get(path) for path in paths]
        assert {answer.status_code for answer in answers} == {200}
        return "\n".join([leads.text, *(answer.text for answer in answers), self.export(openness)]).casefold()

    def export(self, openness: list[str]) -> str:
        """The file of these leads, made as a worker makes it."""
        asked = {"format": "csv", "filter": {"openness": openness}}
        export_id = self.api.post("/api/exports", json=asked).json()["export_id"]
        make_export(open_workshop(self.settings, self.url), uuid.UUID(export_id))
        file = self.api.get(f"/api/exports/{export_id}/file")
        assert file.status_code == 200, file.text
        return file.text


@pytest.fixture
def office(template_database: str, tmp_path: Path) -> Iterator[Office]:
    for url in _fresh_database(template_database):
        settings = make_settings(as_api(url), tmp_path)
        Archive(f"file://{tmp_path}/archive").write_page(uuid.uuid4(), "austin_issued_permits", 0, rows_page())
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=3, page_sha256=PAGE_SHA256))
            owner.execute(QUERIES["point_at_page"])
        with serve(create_app(settings)) as api:
            api.headers["Authorization"] = f"Bearer {sign_up(api)['access_token']}"
            yield Office(api, url, settings)


def test_granted_request_leaves_no_trace_in_any_answer(office: Office) -> None:
    lead = office.api.get("/api/leads", params={"q": "P-1"}).json()["items"][0]
    assert office.api.post("/api/claims", json={"lead_id": lead["lead_id"]}).status_code == 201
    before = office.everything()
    assert before.count("example builders") > 20
    assert "person owner 1" in before
    office.file(kind="deletion", name="Person Owner", contact_email="a@example.com")
    office.at_desk("grant", *office.ids(), "--reason", "by letter")
    assert "person owner" not in office.everything()
    filed = office.file(**BUILDER)
    (request_id,) = office.ids()
    said: list[str] = []
    assert office.at_desk("grant", request_id, "--reason", "confirmed by letter", said=said) == 0
    assert said[0] == "granted: cleaned 3 permits, 0 former versions, 0 leads"
    mails = [mail.read_text().replace("\r\n", "\n") for mail in outbox_folder(office.settings.home).glob("*.eml")]
    assert sum("Your request was granted.\n\nconfirmed by letter" in mail for mail in mails) == 1
    assert "example builders" not in office.everything()
    assert MARK in office.everything()
    found = office.api.get("/api/leads", params={"q": "builders"}).json()
    assert found["items"] == []
    state = office.api.get(f"/api/privacy/requests/{filed['tracking_code']}").json()
    assert (state["state"], state["reason"]) == ("granted", "confirmed by letter")
    assert office.at_desk("grant", request_id, "--reason", "again") == 1


def test_home_that_opted_out_is_in_no_list_receipt_or_page(office: Office) -> None:
    lead_id = office.api.get("/api/leads", params={"q": "P-1"}).json()["items"][0]["lead_id"]
    office.file(kind="opt_out", address="1 Example Street", zip="78702", contact_email="a@example.com")
    office.at_desk("grant", *office.ids(), "--reason", "owner of another house of this name")
    assert office.api.get("/api/leads", params={"q": "P-1"}).json()["items"]
    office.file(kind="opt_out", address="1 example st", zip="78704", contact_email="a@example.com")
    office.at_desk("grant", *office.ids(), "--reason", "owner")
    assert office.api.get("/api/leads", params={"q": "P-1"}).json()["items"] == []
    receipts = {one["field"]: one for one in office.api.get(f"/api/leads/{lead_id}").json()["receipts"]["fields"]}
    assert receipts["original_address1"]["value"] == MARK
    assert set(receipts["link"]["raw_values"].values()) == {None}
    assert "1 example st" not in office.everything()


def test_refused_request_says_why_and_changes_nothing(office: Office) -> None:
    filed, before = office.file(**BUILDER), office.everything()
    (request_id,) = office.ids()
    assert office.at_desk("refuse", request_id, "--reason", "a company is no person") == 0
    state = office.api.get(f"/api/privacy/requests/{filed['tracking_code']}").json()
    assert (state["state"], state["reason"]) == ("refused", "a company is no person")
    assert office.everything() == before


def test_request_waits_45_days_and_the_desk_says_when_it_is_late(office: Office) -> None:
    office.file(**BUILDER)
    assert office.at_desk("list") == 0
    with psycopg.connect(office.url) as conn:
        conn.execute("update privacy_requests set due_at = now() - interval '2 days'")
    said: list[str] = []
    assert office.at_desk("list", said=said) == 1
    assert "DAYS OVERDUE" in said[0]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({**BUILDER, "name": "Smith"}, "is one word; expected first and last name"),
        ({**BUILDER, "kind": "opt_out"}, "opt_out needs the address"),
        ({"kind": "deletion", "contact_email": "a@example.com"}, "say who or what is meant"),
        ({**BUILDER, "phone": "555-0100"}, "fewer than ten digits"),
        ({**BUILDER, "contact_email": "nobody"}, "contact_email"),
        ({**BUILDER, "account_id": "x"}, "account_id"),
    ],
)
def test_request_that_cannot_be_granted_is_refused_at_the_door(office: Office, asked: Any, words: str) -> None:
    answer = office.api.post("/api/privacy/requests", json=asked)
    assert answer.status_code == 422
    assert words in answer.json()["message"]


def test_nobody_reads_requests_but_by_their_code(office: Office) -> None:
    office.file(**BUILDER)
    assert office.api.get(f"/api/privacy/requests/{'x' * 32}").status_code == 404
    with psycopg.connect(as_api(office.url), autocommit=True) as conn:
        for role in ("anon", "authenticated"):
            conn.execute(f"set role {role}".encode())
            for relation in ("public.privacy_requests", "public.suppressions", "private.suppression_terms()"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    conn.execute(f"select * from {relation}".encode())
