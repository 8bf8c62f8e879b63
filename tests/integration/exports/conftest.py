"""An API over two hundred permits, and the workshop of a worker beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from leadledger.exports.making import Workshop, make_export
from leadledger.jobs.export_tasks import open_workshop
from permit_leads.store.queries import load_queries
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter
from tests.integration.api.rows import Loaded, load

SQL = load_queries(Path(__file__).with_name("exports.sql"))
PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Site:
    """What a test of exports works with."""

    client: httpx.Client
    owner: psycopg.Connection
    url: str
    home: Path
    shop: Workshop

    def make(self, export: dict[str, Any], **changes: Any) -> int | None:
        """Do the worker's part."""
        return make_export(replace(self.shop, **changes), UUID(export["export_id"]))

    @property
    def kept(self) -> list[Path]:
        """All files, whole or not, that lie anywhere."""
        return [
            path for name in ("exports", "exports.partial") for path in (self.home / name).rglob("*") if path.is_file()
        ]


@pytest.fixture(scope="module")
def site(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    for url in _fresh_database(template_database):
        settings = make_settings(as_api(url), tmp_path_factory.mktemp("home"))
        shop = replace(open_workshop(settings, url), page_rows=PAGE_ROWS)
        with psycopg.connect(url, autocommit=True) as owner, serve(create_app(settings)) as client:
            load(owner, Loaded(permit_count=200))
            yield Site(client, owner, url, settings.home, shop)


@pytest.fixture
def person(site: Site) -> Person:
    return enter(site.client)


def ask(person: Person, file_format: str = "csv", **asked: Any) -> dict[str, Any]:
    answer = person.ask("POST", "/api/exports", json={"format": file_format, "filter": asked})
    assert answer.status_code == 202, answer.text
    export: dict[str, Any] = answer.json()
    return export


def look(person: Person, export: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = person.ask("GET", f"/api/exports/{export['export_id']}").json()
    return found


def fetch(person: Person, export: dict[str, Any], **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return person.ask("GET", f"/api/exports/{export['export_id']}/file", headers=names)
