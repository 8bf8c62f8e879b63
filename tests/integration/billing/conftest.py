"""An API whose Stripe is simulated, and a buyer in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from leadledger.billing import events
from leadledger.billing.desk import seed
from leadledger.billing.gateway import Gateway, make_gateway
from leadledger.settings import ApiSettings
from permit_leads.store import db
from permit_leads.store.queries import load_queries
from simulators.stripe import Envelope, StripeSimulator, running_stripe
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter

QUERIES = load_queries(Path(__file__).with_name("billing.sql"))


@dataclass(frozen=True)
class Site:
    """The API, its database, the simulated Stripe whose events the test carries, and a worker's way to settle them."""

    client: httpx.Client
    owner: psycopg.Connection
    url: str
    stripe: StripeSimulator
    settings: ApiSettings
    gateway: Gateway

    def post(self, envelope: Envelope, headers: dict[str, str] | None = None) -> httpx.Response:
        """Deliver an event."""
        return self.client.post(
            "/api/stripe/webhook", content=envelope.body, headers=envelope.headers if headers is None else headers
        )

    def deliver(self, envelopes: Iterable[Envelope] | None = None) -> int:
        """Deliver held events, all of them if none are given, and settle them; how many."""
        count = 0
        for envelope in list(self.stripe.take_events() if envelopes is None else envelopes):
            assert self.post(envelope).status_code == 200
            count += 1
        self.settle()
        return count

    def settle(self) -> list[str]:
        """Work off every waiting event as a worker does; the outcomes."""
        outcomes = []
        for (event_id,) in self.ask("waiting_events"):
            with closing(db.connect(self.url)) as conn:
                outcomes.append(events.apply_event(conn, self.gateway, event_id))
                conn.commit()
        return outcomes

    def ask(self, title: str, **values: object) -> list[tuple[Any, ...]]:
        return self.owner.execute(QUERIES[title], values).fetchall()

    def change(self, title: str, **values: object) -> None:
        self.owner.execute(QUERIES[title], values)

    def enter(self) -> Buyer:
        """A new account on its trial."""
        return Buyer(enter(self.client), self)


@dataclass(frozen=True)
class Buyer:
    """An owner of an account, who buys."""

    person: Person
    site: Site

    def checkout(self, **body: Any) -> str:
        """A checkout's session, open."""
        answer = self.person.ask("POST", "/api/billing/checkout", json=body)
        assert answer.status_code == 201, answer.text
        sessions = self.site.stripe.world.of("checkout.session")
        return next(str(one["id"]) for one in reversed(sessions) if one["url"] == answer.json()["url"])

    def buy_pack(self) -> str:
        """A pack, paid; the session."""
        session_id = self.checkout(kind="pack", pack="pack_50")
        self.site.stripe.pay(session_id)
        return session_id

    def subscribe(self, plan: str = "pro", **more: Any) -> str:
        """A plan, paid; the subscription."""
        session_id = self.checkout(kind="plan", plan=plan, **more)
        return str(self.site.stripe.pay(session_id)["subscription"])

    @property
    def customer_id(self) -> str:
        """The account at Stripe."""
        customers = self.site.stripe.world.of("customer")
        return next(str(one["id"]) for one in customers if one["metadata"]["account_id"] == str(self.person.account_id))

    @property
    def balance(self) -> int:
        return int(self.person.ask("GET", "/api/credits").json()["balance"])

    @property
    def standing(self) -> dict[str, Any]:
        found: dict[str, Any] = self.person.ask("GET", "/api/billing").json()
        return found

    @property
    def books(self) -> dict[str, Any]:
        """All that Stripe's facts became."""
        found: dict[str, Any] = self.site.ask("books", account_id=self.person.account_id)[0][0]
        return found

    def payment_of(self, session_id: str) -> str:
        return str(self.site.stripe.get(session_id)["payment_intent"])


@pytest.fixture(scope="module")
def site(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for the tests of a file; Stripe knows our prices, and its events wait to be carried."""
    for url in _fresh_database(template_database):
        with running_stripe(hold_events=True) as simulator:
            settings = make_settings(
                as_api(url),
                tmp_path_factory.mktemp("home"),
                stripe_secret_key=simulator.api_key,
                stripe_webhook_secret=",".join(simulator.webhook_secrets),
                stripe_api_base=simulator.url,
            )
            assert seed(settings, lambda _: None, is_applied=True) == 0
            gateway = make_gateway(settings)
            assert gateway is not None
            assert urlsplit(simulator.url).hostname == "127.0.0.1"
            with psycopg.connect(url, autocommit=True) as owner, serve(create_app(settings)) as client:
                yield Site(client, owner, url, simulator, settings, gateway)


@pytest.fixture
def buyer(site: Site) -> Buyer:
    """A new account; no events of others wait."""
    site.stripe.take_events()
    return site.enter()
