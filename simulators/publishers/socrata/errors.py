"""Socrata's two error envelopes: the query engine's and the front end's."""

from __future__ import annotations

from zlib import crc32

import orjson

from simulators.publishers.messages import Reply, Request
from simulators.publishers.sql.tokens import BadQueryError

_JSON = {"Content-Type": "application/json;charset=utf-8"}
_NO_CACHE = {"Cache-Control": "private, no-cache, must-revalidate"}


def engine_error(error: BadQueryError, dataset: str) -> Reply:
    """400 of the query engine: message, errorCode, data."""
    code = f"query.soql.{error.code}"
    data: dict[str, object] = {
        "dataset": f"alpha.{crc32(dataset.encode()) % 100000}",
        "position": {"row": 1, "column": 8},
    }
    if error.column is not None:
        data["column"] = error.column
    body = {"message": f"Query coordinator error: {code}; {error.message}", "errorCode": code, "data": data}
    return Reply(400, orjson.dumps(body), _JSON)


def front_error(status: int, code: str, message: str, **data: str) -> Reply:
    """An error of the front end ("core"): code, error, message, data."""
    body = {"code": code, "error": True, "message": message, "data": data}
    return Reply(status, orjson.dumps(body), _JSON | _NO_CACHE | {"X-Error-Code": code, "X-Error-Message": message})


def missing_dataset(request: Request) -> Reply:
    """404 for a path that names no dataset."""
    dataset = request.path.rpartition("/")[2].partition(".")[0]
    code = "dataset.missing" if request.path.startswith("/resource/") else "not_found"
    return front_error(404, code, "Not found", id=dataset)


def private_error() -> Reply:
    """403 of a dataset that needs a login; it has no code."""
    body = {"message": "You must be logged in to access this resource", "error": True}
    return Reply(403, orjson.dumps(body), _JSON | _NO_CACHE)
