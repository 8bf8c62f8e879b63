"""Whether this process lives, whether it may get traffic, and how the database is: three different questions."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal

import psycopg
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from leadledger import VERSION
from leadledger.database import PROBE_PATIENCE, Database
from leadledger.deps import DatabaseOf, SettingsOf, refuse_parameters
from leadledger.errors import Unavailable
from leadledger.responses import declare_errors, json_response
from leadledger.settings import ApiSettings
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
SLOW_SECONDS = 1.0

router = APIRouter(tags=["health"], dependencies=[Depends(refuse_parameters)])


class Health(BaseModel):
    """The process is alive and can serve."""

    status: Literal["ok"]
    version: str = Field(description="Version of the product.", examples=[VERSION])


DatabaseStatus = Literal["connected", "degraded", "error"]
PaymentsStatus = Literal["ok", "waiting", "differs", "requests", "off", "unknown"]


class EnvironmentStatus(BaseModel):
    """One word for each part, and nothing that could tell a stranger more."""

    database_status: DatabaseStatus = Field(
        description="connected; degraded: it answers, but slowly or without our migrations; error: it does not answer."
    )
    payments_status: PaymentsStatus = Field(
        description="ok; waiting: events of Stripe are not worked off for five minutes; differs: the comparison with "
        "Stripe's books found what a person must look at; requests: one for a refund waits for more than two days; "
        "off: as ok, and nothing can be bought here; unknown: the database does not say."
    )


@router.get("/health", operation_id="get_health", response_model=Health, responses=declare_errors(400))
def get_health(database: DatabaseOf) -> Response:
    """Liveness: asks nobody; but a worker thread was free, and the last use of the database did not fail."""
    if not database.is_serving:
        raise Unavailable("this process cannot serve: the database did not answer a moment ago")
    return json_response({"status": "ok", "version": VERSION})


@router.get("/readyz", operation_id="get_readiness", response_model=Health, responses=declare_errors(400))
def get_readiness(database: DatabaseOf) -> Response:
    """Readiness: asks the database and waits up to two seconds for it."""
    try:
        database.probe()
    except psycopg.Error:
        raise Unavailable("the database answers, but not as a migrated one") from None
    return json_response({"status": "ok", "version": VERSION})


@router.get(
    "/api/supa-env-check",
    operation_id="check_environment",
    response_model=EnvironmentStatus,
    responses=declare_errors(400),
)
def check_environment(database: DatabaseOf, settings: SettingsOf) -> Response:
    """How the database and the payments are, a word for each; always 200, since the words are the answer."""
    return json_response(
        {"database_status": _look_at(database), "payments_status": _look_at_payments(database, settings)}
    )


def _look_at(database: Database) -> DatabaseStatus:
    started = time.perf_counter()
    try:
        database.probe()
    except Unavailable:
        return "error"
    except psycopg.Error:
        return "degraded"
    return "connected" if time.perf_counter() - started < SLOW_SECONDS else "degraded"


def _look_at_payments(database: Database, settings: ApiSettings) -> PaymentsStatus:
    try:
        with database.acting_as("leadledger_api", patience=PROBE_PATIENCE) as conn:
            row = conn.execute(QUERIES["payments_status"]).fetchone()
    except (Unavailable, psycopg.Error):
        return "unknown"
    status: PaymentsStatus = row[0] if row else "unknown"
    return "off" if status == "ok" and settings.stripe_secret_key is None else status
