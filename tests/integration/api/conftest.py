"""A served API on a database of its own, and what tests ask it with."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI

from leadledger.app import create_app
from leadledger.sandbox.building import ensure_sandbox
from leadledger.settings import ApiSettings
from permit_leads.settings import Settings
from tests.conftest import HOME, _fresh_database, as_api, server_url

PUBLISHABLE_KEY = "sb_publishable_for_tests_only"
FRONTEND = "http://web.example.test:3000"


@pytest.fixture
def settings(api_database_url: str, tmp_path: Path) -> ApiSettings:
    """Settings of an API with the embedded provider, on this test's database and archive."""
    return make_settings(api_database_url, tmp_path)


@pytest.fixture(scope="session")
def sandbox() -> None:
    """The database that test keys see, on the server of this run; every API of the tests finds it there."""
    ensure_sandbox(Settings(), server_url(Path(os.environ[HOME])), lambda _: None)


@pytest.fixture
def server(settings: ApiSettings) -> Iterator[httpx.Client]:
    """A client of the API, served by uvicorn on loopback as in production."""
    with serve(create_app(settings)) as client:
        yield client


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    """The schema owner's connection, for putting rows in place; autocommits."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def make_settings(api_database_url: str | None, home: Path, **changes: object) -> ApiSettings:
    """Settings that no file and no environment can change."""
    values: dict[str, object] = {
        "api_database_url": api_database_url,
        "home": home,
        "frontend_url": (FRONTEND,),
        "supabase_anon_key": PUBLISHABLE_KEY,
        "sign_in_burst": 1_000,
        "database_pool_size": 4,
        "user_limit": 1_000_000,
        "address_limit": 1_000_000,
    }
    return ApiSettings.model_validate({**values, **changes})


@contextmanager
def serve(app: FastAPI) -> Iterator[httpx.Client]:
    """The application behind a real server on a free port of loopback, until the block ends."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", proxy_headers=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(20)


def sign_up(client: httpx.Client, email: str = "owner@example.com", password: str = "correct horse") -> dict[str, Any]:
    """A session of a new user of the embedded provider."""
    answer = client.post(
        "/auth/v1/signup", json={"email": email, "password": password}, headers={"apikey": PUBLISHABLE_KEY}
    )
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


@pytest.fixture(scope="module")
def auth(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client with the publishable key, as a browser would have it."""
    for url in _fresh_database(template_database):
        with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
            client.headers["apikey"] = PUBLISHABLE_KEY
            client.base_url = client.base_url.join("/auth/v1/")
            yield client


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the API of `place`."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def place(template_database: str, home: Path) -> Iterator[tuple[httpx.Client, psycopg.Connection]]:
    """A served API, and its database as the owner of the schema sees it; one for all tests of a file."""
    for url in _fresh_database(template_database):
        settings = make_settings(as_api(url), home)
        with psycopg.connect(url, autocommit=True) as owner, serve(create_app(settings)) as client:
            yield client, owner


@pytest.fixture
def client(place: tuple[httpx.Client, psycopg.Connection]) -> httpx.Client:
    """A client of that API."""
    return place[0]


@pytest.fixture
def db(place: tuple[httpx.Client, psycopg.Connection]) -> psycopg.Connection:
    """The owner's connection to its database."""
    return place[1]
