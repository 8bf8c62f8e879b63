"""A served API over synthetic permits, what the ETL would tell of them, and everybody who can be told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.alerts import delivery
from leadledger.alerts.channels import Ways
from leadledger.alerts.delivery import Tally, deliver_turn
from leadledger.alerts.letters import Links
from leadledger.alerts.matching import match_all
from leadledger.alerts.texts import make_texter
from leadledger.app import create_app
from leadledger.mail import make_mailer
from leadledger.outgoing import Sender
from leadledger.settings import ApiSettings
from permit_leads.store import db as store
from permit_leads.store.queries import load_queries
from simulators.twilio import TwilioSimulator, running_twilio
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter
from tests.integration.api.rows import Loaded, load
from tests.integration.mailbox import Mailbox, running_mailbox

QUERIES = load_queries(Path(__file__).with_name("alerts.sql"))
LINKS = Links(web="https://app.example.test", api="https://api.example.test")


@dataclass(frozen=True)
class Site:
    """The API, its database, and the ways out."""

    client: httpx.Client
    owner: psycopg.Connection
    url: str
    mailbox: Mailbox
    twilio: TwilioSimulator
    ways: Ways

    def happen(self, kind: str = "lead.created", *, versions: int | None = None, number: int | None = None) -> None:
        """What a run would tell: of all leads, or of those of one permit."""
        values = {"kind": kind, "version": versions, "permit_num": None if number is None else f"P-{number}"}
        self.owner.execute(QUERIES["happen"], values)

    def match(self, now: datetime | None = None) -> int:
        with closing(store.connect(self.url)) as conn:
            return match_all(conn, now or datetime.now(UTC))

    def deliver(self, now: datetime | None = None, ways: Ways | None = None) -> Tally:
        total = Tally()
        with closing(delivery.connect(self.url)) as conn:
            while (done := deliver_turn(conn, ways or self.ways, now or datetime.now(UTC))) is not None:
                total.add(done)
        return total

    def ask(self, title: str, **values: object) -> list[tuple[Any, ...]]:
        return self.owner.execute(QUERIES[title], values).fetchall()

    def change(self, title: str, **values: object) -> None:
        self.owner.execute(QUERIES[title], values)


@pytest.fixture(scope="package")
def outside() -> Iterator[tuple[Mailbox, TwilioSimulator]]:
    """A mail server and Twilio, on loopback."""
    with running_mailbox() as mailbox, running_twilio() as twilio:
        yield mailbox, twilio


@pytest.fixture(scope="package")
def site(
    template_database: str, tmp_path_factory: pytest.TempPathFactory, outside: tuple[Mailbox, TwilioSimulator]
) -> Iterator[Site]:
    """One for all tests of a file; each test signs up somebody new."""
    mailbox, twilio = outside
    for url in _fresh_database(template_database):
        settings = make_alert_settings(as_api(url), tmp_path_factory.mktemp("home"), mailbox, twilio)
        sender = Sender(allow_loopback=True)
        ways = Ways(make_mailer(settings), sender, make_texter(settings), LINKS)
        with psycopg.connect(url, autocommit=True) as owner, serve(create_app(settings)) as client:
            load(owner, Loaded(permit_count=60))
            yield Site(client, owner, url, mailbox, twilio, ways)
        assert ways.texter is not None
        ways.texter.client.close()


def make_alert_settings(api_url: str, home: Path, mailbox: Mailbox, twilio: TwilioSimulator) -> ApiSettings:
    return make_settings(
        api_url,
        home,
        smtp_host="127.0.0.1",
        smtp_port=mailbox.port,
        smtp_security="none",
        mail_from="LeadLedgerPro <alerts@leadledger.example>",
        twilio_account_sid=twilio.account_sid,
        twilio_auth_token=twilio.auth_token,
        twilio_from="+15125550100",
        twilio_url=twilio.url,
        max_saved_searches=3,
        max_alerts_a_search=4,
        outgoing_loopback=True,
        identity_autoconfirm=True,
    )


@pytest.fixture
def person(site: Site) -> Person:
    """Somebody new; what happened before is told to nobody new."""
    site.match()
    site.change("forget_alerts")
    site.change("forget_events")
    return enter(site.client)


def save(person: Person, **filter_: object) -> str:
    """A saved search; its id."""
    answer = person.ask("POST", "/api/saved-searches", json={"name": "Roofs & <b>more</b>", "filter": filter_})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["saved_search_id"])


def alert(
    person: Person, saved_search_id: str, channel: str, target: str | None = None, **more: object
) -> dict[str, Any]:
    """An alert of it."""
    draft = {"channel": channel, **({"target": target} if target else {}), **more}
    answer = person.ask("POST", f"/api/saved-searches/{saved_search_id}/alerts", json=draft)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def own_address(person: Person) -> str:
    """The e-mail the person signed up with."""
    members = person.ask("GET", "/api/account/members").json()["members"]
    return str(members[0]["email"])
