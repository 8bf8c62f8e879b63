"""A served API over sixty permits, for tests of the pipeline."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter, give_credits
from tests.integration.api.pipeline.claiming import SQL
from tests.integration.api.rows import Loaded, load


@pytest.fixture(scope="module")
def place(
    template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, psycopg.Connection, str]]:
    """A served API over sixty permits, its database as the owner of the schema sees it, and the API's own address."""
    for url in _fresh_database(template_database):
        settings = make_settings(as_api(url), tmp_path_factory.mktemp("home"))
        with psycopg.connect(url, autocommit=True) as owner, serve(create_app(settings)) as client:
            load(owner, Loaded(permit_count=60))
            owner.execute(SQL["let_all_hold_it"])  # what is sold, and to how many, is for tests of credits
            yield client, owner, as_api(url)


@pytest.fixture
def client(place: tuple[httpx.Client, psycopg.Connection, str]) -> httpx.Client:
    return place[0]


@pytest.fixture
def db(place: tuple[httpx.Client, psycopg.Connection, str]) -> psycopg.Connection:
    return place[1]


@pytest.fixture
def person(client: httpx.Client, db: psycopg.Connection) -> Person:
    made = enter(client)
    give_credits(db, made)
    return made
