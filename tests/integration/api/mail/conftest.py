"""A provider that sends its mail to a server of these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import PUBLISHABLE_KEY, make_settings, serve
from tests.integration.api.rows import QUERIES as ROWS
from tests.integration.mailbox import Mailbox, running_mailbox

SENDER = "LeadLedgerPro <no-reply@leads.example.test>"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    """The mail server of this module."""
    with running_mailbox() as running:
        yield running


@pytest.fixture(scope="module")
def mail_database_url(template_database: str) -> Iterator[str]:
    """The owner's address of this module's database."""
    yield from _fresh_database(template_database)


@pytest.fixture(scope="module")
def auth(mail_database_url: str, mailbox: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client with the publishable key, of a provider that sends its mail to `mailbox`."""
    with serve(create_app(with_mail(as_api(mail_database_url), tmp_path_factory.mktemp("home"), mailbox))) as client:
        client.headers["apikey"] = PUBLISHABLE_KEY
        client.base_url = client.base_url.join("/auth/v1/")
        yield client


@pytest.fixture
def a_minute_later(mail_database_url: str) -> Callable[[], None]:
    """Lets a minute pass since the last mail to anybody."""

    def pass_by() -> None:
        with psycopg.connect(mail_database_url, autocommit=True) as owner:
            owner.execute(ROWS["age_mail_requests"])

    return pass_by


def with_mail(api_database_url: str, home: Path, mailbox: Mailbox, **changes: object) -> Any:
    mail = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_security": "none", "mail_from": SENDER}
    return make_settings(api_database_url, home, **{**mail, **changes})
