"""A served API over synthetic permits, what runs would tell of them, and a worker's way to deliver it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
import pytest
from standardwebhooks import Webhook

from leadledger.app import create_app
from leadledger.outgoing import Sender
from leadledger.webhooks import delivery
from leadledger.webhooks.delivery import Tally
from permit_leads.store.queries import load_queries
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter
from tests.integration.api.receiver import Received, Receiver, receive
from tests.integration.api.rows import Loaded, load

QUERIES = load_queries(Path(__file__).with_name("webhooks.sql"))


@dataclass(frozen=True)
class Site:
    """The API, its database, and a sender that may reach this machine."""

    client: httpx.Client
    owner: psycopg.Connection
    url: str
    sender: Sender

    def happen(self, count: int = 3, kind: str = "permit.created") -> list[int]:
        """Numbers of what a run would tell."""
        first, last = self.ask("happen", kind=kind, count=count)[0]
        return list(range(first, last + 1))

    def deliver(self, sender: Sender | None = None, *, lines: int = 1) -> Tally:
        return delivery.deliver_due(self.url, sender or self.sender, lines=lines)

    def ask(self, title: str, **values: object) -> list[tuple[Any, ...]]:
        return self.owner.execute(QUERIES[title], values).fetchall()

    def change(self, title: str, **values: object) -> None:
        self.owner.execute(QUERIES[title], values)


@pytest.fixture(scope="package")
def site(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all tests; each begins without endpoints and events."""
    for url in _fresh_database(template_database):
        settings = make_settings(
            as_api(url), tmp_path_factory.mktemp("home"), outgoing_loopback=True, max_webhook_endpoints=3
        )
        with psycopg.connect(url, autocommit=True) as owner, serve(create_app(settings)) as client:
            load(owner, Loaded(permit_count=40))
            yield Site(client, owner, url, Sender(allow_loopback=True))


@pytest.fixture
def person(site: Site) -> Person:
    """Somebody new, before anything happened."""
    site.change("forget")
    return enter(site.client)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody's server."""
    with receive() as running:
        yield running


def put_endpoint(person: Person, url: str, **more: object) -> dict[str, Any]:
    """A new endpoint with its secret."""
    answer = person.ask("POST", "/api/webhooks", json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def path_of(made: dict[str, Any], rest: str = "") -> str:
    """The address of an endpoint."""
    return f"/api/webhooks/{made['webhook_endpoint_id']}{rest}"


def read(person: Person, made: dict[str, Any]) -> dict[str, Any]:
    """The endpoint as it stands."""
    found: dict[str, Any] = person.ask("GET", path_of(made)).json()
    return found


def log(person: Person, made: dict[str, Any], **query: object) -> list[dict[str, Any]]:
    """Its deliveries."""
    answer = person.ask("GET", path_of(made, "/deliveries"), params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def open_letter(request: Received, secret: str) -> list[dict[str, Any]]:
    """The events of a delivery whose signature is good."""
    body = Webhook(secret).verify(request.body, request.headers)
    assert body == orjson.loads(request.body)
    events: list[dict[str, Any]] = body["data"]["events"]
    return events


def ids_told(receiver: Receiver) -> list[int]:
    """Numbers of events in the order they came."""
    return [event["event_id"] for one in receiver.requests for event in orjson.loads(one.body)["data"]["events"]]
