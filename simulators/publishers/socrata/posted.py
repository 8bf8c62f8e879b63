"""SODA 3.0: a statement that is posted, with an application token or not at all.

The status and words of a refusal are documented nowhere: 403 and the words of an invalid token were seen with 2.1, the
refusal without one is made after it.
"""

from __future__ import annotations

from typing import Protocol

import orjson

from simulators.publishers.messages import Reply, Request
from simulators.publishers.socrata.errors import front_error

REFUSED = "invalid"  # what a client sends to see the refusal of a token that counts for nothing


class Named(Protocol):
    """A dataset, as far as its address goes."""

    four_by_four: str


def is_soda3(request: Request, dataset: Named) -> bool:
    """Whether the request asks this dataset by SODA 3.0."""
    return request.path == f"/api/v3/views/{dataset.four_by_four}/query.json"


def statement_of(request: Request) -> str:
    """The statement in the body; nothing when there is none."""
    try:
        return str(orjson.loads(request.body)["query"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


def token_refusal(request: Request) -> Reply | None:
    """The refusal of a request without a token that counts."""
    token = request.headers.get("x-app-token")
    if token is None:
        return front_error(403, "authentication_required", "An app_token is required")
    return front_error(403, "permission_denied", "Invalid app_token specified") if token == REFUSED else None
