"""What people do with leads, for tests of the pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import psycopg

from permit_leads.store.queries import load_queries
from tests.integration.api.people import Person, enter, join

SQL = load_queries(Path(__file__).with_suffix(".sql"))


def leads(person: Person, count: int = 1, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.ask("GET", "/api/leads", params={"limit": count, **asked}).json()["items"]
    return found


def claim(person: Person, lead_id: str | None = None) -> dict[str, Any]:
    answer = person.ask("POST", "/api/claims", json={"lead_id": lead_id or leads(person)[0]["lead_id"]})
    assert answer.status_code in (200, 201), answer.text
    made: dict[str, Any] = answer.json()
    return made


def move(person: Person, claimed: dict[str, Any], stage: str, **more: Any) -> httpx.Response:
    body = {"version": claimed["version"], "stage": stage, **more}
    return person.ask("POST", f"/api/claims/{claimed['claim_id']}/moves", json=body)


def colleague(client: httpx.Client, db: psycopg.Connection, host: Person, role: str) -> Person:
    """A member of the host's account, who acts for it."""
    guest = enter(client)
    join(db, guest, host.account_id, role)
    return guest


def at(host: Person) -> dict[str, str]:
    return {"X-Account-Id": str(host.account_id)}
