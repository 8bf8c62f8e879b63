"""CKAN's envelope, with a result or with an error whose type decides the status."""

from __future__ import annotations

import orjson

from simulators.publishers.messages import Reply, Request

_JSON = {"Content-Type": "application/json;charset=utf-8"}
_STATUS = {"Validation Error": 409, "Not Found Error": 404, "Authorization Error": 403}


def result(request: Request, value: bytes) -> Reply:
    """200 with a result that is JSON already."""
    return Reply(200, b'{"help": ' + _help(request) + b', "success": true, "result": ' + value + b"}", _JSON)


def refusal(request: Request, kind: str, error: dict[str, object], status: int | None = None) -> Reply:
    """An error envelope under the status of its type."""
    body = b'{"help": ' + _help(request) + b', "success": false, "error": ' + orjson.dumps(error | {"__type": kind})
    return Reply(status or _STATUS[kind], body + b"}", _JSON)


def bad_sql(request: Request, exception: str, message: str) -> Reply:
    """409 of a statement PostgreSQL does not take."""
    said = f"(psycopg2.errors.{exception}) {message}"
    return refusal(request, "Validation Error", {"query": [said], "info": {"orig": [message]}})


def not_found(request: Request) -> Reply:
    """404 of an id nobody has; an unknown action is one JSON string under 400."""
    action = request.path.rpartition("/")[2]
    if action not in ACTIONS:
        return Reply(400, orjson.dumps(f"Bad request - Action name not known: {action}"), _JSON)
    return refusal(request, "Not Found Error", {"message": "Not found: Resource was not found."})


ACTIONS = ("datastore_search", "datastore_search_sql", "resource_show", "package_show")


def _help(request: Request) -> bytes:
    return orjson.dumps(f"https://{request.host}/api/3/action/help_show?name={request.path.rpartition('/')[2]}")
