"""Whether this process lives, whether it may get traffic, and how the database is: three different questions."""

from __future__ import annotations

import time
from typing import Literal

import psycopg
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from leadledger import VERSION
from leadledger.database import Database
from leadledger.deps import DatabaseOf, refuse_parameters
from leadledger.errors import Unavailable
from leadledger.responses import declare_errors, json_response

SLOW_SECONDS = 1.0

router = APIRouter(tags=["health"], dependencies=[Depends(refuse_parameters)])


class Health(BaseModel):
    """The process is alive and can serve."""

    status: Literal["ok"]
    version: str = Field(description="Version of the product.", examples=[VERSION])


class DatabaseStatus(BaseModel):
    """One word, and nothing that could tell a stranger more."""

    database_status: Literal["connected", "degraded", "error"] = Field(
        description="connected; degraded: it answers, but slowly or without our migrations; error: it does not answer."
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
    response_model=DatabaseStatus,
    responses=declare_errors(400),
)
def check_environment(database: DatabaseOf) -> Response:
    """How the database is, in one word; always 200, since the word is the answer."""
    return json_response({"database_status": _look_at(database)})


def _look_at(database: Database) -> Literal["connected", "degraded", "error"]:
    started = time.perf_counter()
    try:
        database.probe()
    except Unavailable:
        return "error"
    except psycopg.Error:
        return "degraded"
    return "connected" if time.perf_counter() - started < SLOW_SECONDS else "degraded"
