"""What customers and operators make while a person still stands in the data, and what they do afterwards."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg

from leadledger.alerts import delivery as alerts
from leadledger.alerts.matching import match_all
from leadledger.exports.making import make_export
from leadledger.exports.tidying import tidy_exports
from leadledger.jobs.alert_tasks import open_ways
from leadledger.jobs.export_tasks import open_workshop
from leadledger.leads.tallies import tally_dataset
from leadledger.outgoing import Sender
from leadledger.privacy import desk
from leadledger.settings import ApiSettings
from leadledger.webhooks import delivery as webhooks
from permit_leads.export import FORMATS, export_window
from permit_leads.export.archived import archive_day, archive_name
from permit_leads.page import Window
from permit_leads.registry import load_registry
from permit_leads.store import db
from permit_leads.store.queries import load_queries
from permit_leads.window import OPERATOR_ZONE, resolve
from tests.integration.api.people import Person, enter
from tests.integration.api.receiver import Receiver
from tests.integration.privacy.person import Print
from tests.integration.run.town import Town

QUERIES = load_queries(Path(__file__).with_name("tables.sql"))
OPENNESS = ["open", "likely", "taken", "closed"]
SCOPES = ["new", "changed", "status", "price"]
KEY = {"Idempotency-Key": "claim of the marked lead"}


@dataclass
class Site:
    """Everything of one dataset, from its publisher to its customers."""

    printed: Print
    town: Town
    url: str
    settings: ApiSettings
    client: httpx.Client
    owner: psycopg.Connection
    receiver: Receiver
    person: Person
    known: dict[str, list[str]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    archived: Path = Path()

    @property
    def home(self) -> Path:
        return self.settings.home

    def post(self, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        answer = self.person.ask("POST", path, json=body, headers=headers)
        assert answer.status_code in (200, 201, 202), answer.text
        made: dict[str, Any] = answer.json()
        return made

    def publish(self, mark: str, *, is_replay: bool = False) -> None:
        """The publisher prints him, with a mark of this version; a run, and what the worker does after it."""
        self.printed.plant(self.town, mark)
        self.town.good(self.url, is_replay=is_replay)
        self.work()

    def work(self) -> None:
        """What workers do by themselves."""
        with closing(db.connect(self.url)) as conn:
            tally_dataset(conn, self.printed.dataset_id, datetime.now(UTC).date())
        with closing(db.connect(self.url)) as conn:
            match_all(conn, datetime.now(UTC))
        ways = open_ways(self.settings)
        alerts.deliver_due(self.url, ways, lines=1)
        webhooks.deliver_due(self.url, Sender(allow_loopback=True), lines=1)
        tidy_exports(open_workshop(self.settings, self.url))

    def send_again(self) -> None:
        """Whoever missed something asks for it again: every delivery, everything from the first event, a test."""
        for endpoint in self.known["webhook_endpoint_id"]:
            for (delivery,) in self.ask("deliveries"):
                self.post(f"/api/webhooks/{endpoint}/deliveries/{delivery}/redeliver", {})
            self.post(f"/api/webhooks/{endpoint}/rewind", {"after": 0})
        for alert in self.known["alert_id"]:
            self.person.ask("POST", f"/api/alerts/{alert}/test")
        self.hurry()

    def hurry(self) -> None:
        """Digests that gather are due now."""
        self.owner.execute(QUERIES["make_due"])
        self.work()

    def export(self, **filter_: Any) -> None:
        """One file in each format, as a worker makes it."""
        for file_format in ("csv", "xlsx", "parquet", "geojson"):
            made = self.post("/api/exports", {"format": file_format, "filter": {"openness": OPENNESS, **filter_}})
            make_export(open_workshop(self.settings, self.url), uuid.UUID(made["export_id"]))
            self.known.setdefault("export_id", []).append(made["export_id"])

    def export_for_operator(self, folder: Path) -> Path:
        """The files of the ETL in every format, and the day's archive file, whose path is returned."""
        day = datetime.now(UTC).astimezone(OPERATOR_ZONE).date()
        dataset = load_registry()[self.printed.dataset_id]
        with closing(db.connect(self.url)) as conn:
            export_window(conn, dataset, Window(None, None), date.today(), FORMATS, folder)  # noqa: DTZ011
            archived = folder / archive_name(day)
            archive_day(conn, archived, resolve(day.isoformat(), day.isoformat(), datetime.now(UTC)))
        return archived

    def at_desk(self, *arguments: str) -> int:
        parser = argparse.ArgumentParser()
        desk.add_commands(parser)
        return desk.run(parser.parse_args(arguments), self.settings, self.said.append)

    def file_request(self) -> None:
        """His request by the public form."""
        answer = self.client.post("/api/privacy/requests", json=self.printed.request)
        assert answer.status_code == 202, answer.text
        self.known["tracking_code"] = [answer.json()["tracking_code"]]

    def forget_him(self) -> None:
        """The operator's grant."""
        self.at_desk("list")
        (request_id,) = [line.split()[0] for line in self.said if "received" in line]
        assert self.at_desk("grant", request_id, "--reason", "confirmed by letter") == 0

    def ask(self, title: str, **values: object) -> Sequence[tuple[Any, ...]]:
        return self.owner.execute(QUERIES[title], values).fetchall()


def open_site(
    printed: Print, town: Town, url: str, settings: ApiSettings, client: httpx.Client, owner: psycopg.Connection,
    receiver: Receiver,
) -> Site:  # fmt: skip
    """Alerts and webhooks first, so that they are told; then the runs; then what is made of their rows."""
    site = Site(printed, town, url, settings, client, owner, receiver, enter(client))
    _ask_to_be_told(site)
    site.publish(" first version")
    site.known["between"] = [datetime.now(UTC).isoformat().replace("+00:00", "Z")]
    site.publish(" second version")
    _find_him(site)
    _use(site)
    site.file_request()
    return site


def _ask_to_be_told(site: Site) -> None:
    """Everything at once by three channels, a daily digest by mail, and a webhook endpoint."""
    filter_ = {"openness": OPENNESS}
    searches = [site.post("/api/saved-searches", {"name": name, "filter": filter_}) for name in ("All", "Digest")]
    (member,) = site.person.ask("GET", "/api/account/members").json()["members"]
    at_once, digest = (f"/api/saved-searches/{one['saved_search_id']}/alerts" for one in searches)
    drafts: list[tuple[str, dict[str, Any]]] = [
        (at_once, {"channel": "in_app"}),
        (at_once, {"channel": "email", "target": member["email"]}),
        (at_once, {"channel": "webhook", "target": f"{site.receiver.url}/alert"}),
        (digest, {"channel": "email", "target": member["email"], "frequency": "daily"}),
    ]
    made = [site.post(path, {**draft, "scopes": SCOPES}) for path, draft in drafts]
    endpoint = site.post("/api/webhooks", {"url": f"{site.receiver.url}/events", "after": 0})
    site.known |= {
        "saved_search_id": [one["saved_search_id"] for one in searches],
        "alert_id": [one["alert_id"] for one in made],
        "webhook_endpoint_id": [endpoint["webhook_endpoint_id"]],
        "link_token": [token for (token,) in site.ask("link_tokens")],
    }


def _find_him(site: Site) -> None:
    marked = site.town.resource.table.rows.head(3)[site.printed.key].to_list()
    found = site.ask("of_him", permit_keys=[f"%{key}%" for key in marked])
    assert len(found) == 3, found
    site.known["permit_id"] = [permit_id for permit_id, *_ in found]
    site.known["lead_id"] = [lead_id for *_, lead_ids in found for lead_id in lead_ids]
    site.known["page_sha256"] = [sha256 for (sha256,) in site.ask("pages")]
    site.known["dataset_id"] = [site.printed.dataset_id]


def _use(site: Site) -> None:
    """Claims with their names looked at, work, files, tests, and answers that are kept for who asks again."""
    for lead_id in site.known["lead_id"]:
        answer = site.person.ask(
            "POST", "/api/claims", json={"lead_id": lead_id}, headers=KEY | {"Idempotency-Key": lead_id}
        )
        if answer.status_code == 201:
            site.known.setdefault("claim_id", []).append(answer.json()["claim_id"])
    for claim_id in site.known["claim_id"]:
        assert site.person.ask("GET", f"/api/claims/{claim_id}").status_code == 200
        site.post(f"/api/claims/{claim_id}/notes", {"body": "called, wants two quotes"})
        site.post(f"/api/claims/{claim_id}/tasks", {"title": "Measure the roof"})
    territory = site.post("/api/territories", {"name": "His ZIP", "zips": [site.printed.zip]})
    site.known["territory_id"] = [territory["territory_id"]]
    site.known["note_id"] = []
    site.export()
    site.archived = site.export_for_operator(site.home / "before")
