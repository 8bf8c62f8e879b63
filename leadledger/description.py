"""The OpenAPI document as it is, where FastAPI assumes otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from leadledger.rate_edge import UNCOUNTED

TAGS = [
    {"name": "leads", "description": "Scored leads, with reasons and receipts. Needs an access token."},
    {"name": "permits", "description": "Permits with their versions, diffs and receipts. Needs an access token."},
    {
        "name": "pipeline",
        "description": "Claimed leads, their stages, notes and tasks. Needs an access token or an API key.",
    },
    {
        "name": "feed",
        "description": "What happened, in the order it was committed. Needs an access token or an API key.",
    },
    {
        "name": "account",
        "description": "Accounts, members, invitations, keys, audit, territories. Needs an access token or an API key.",
    },
    {"name": "exports", "description": "Files of what the search shows. Needs an access token or an API key."},
    {"name": "coverage", "description": "What is covered, and how fresh. Public."},
    {"name": "privacy", "description": "For people whom permits name: to be left out. Public."},
    {"name": "health", "description": "For load balancers and for the health check. Public."},
]


LIMIT_HEADERS = {
    "RateLimit": {
        "description": "What is left: `r` requests in the next `t` seconds.",
        "schema": {"type": "string"},
        "example": '"user";r=598;t=37',
    },
    "RateLimit-Policy": {
        "description": "Who is counted, and how many requests (`q`) are allowed in `w` seconds.",
        "schema": {"type": "string"},
        "example": '"user";q=600;w=60',
    },
}


class DescribedApp(FastAPI):
    """An application whose document says what it answers: 400 to a wrong parameter, never 422 without a body."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if not self.openapi_schema:
            self.openapi_schema = get_openapi(
                title=self.title,
                version=self.version,
                description=self.description,
                routes=self.routes,
                tags=TAGS,
                separate_input_output_schemas=False,
            )
            _drop_assumed_errors(self.openapi_schema)
            _name_apart(self.openapi_schema)
            _add_limits(self.openapi_schema)
        return self.openapi_schema


def _drop_assumed_errors(document: dict[str, Any]) -> None:
    for operation in _operations(document):
        if "requestBody" not in operation:
            operation["responses"].pop("422", None)
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)


def _add_limits(document: dict[str, Any]) -> None:
    """Every answer of a counted address says what is left; probes are not counted."""
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if path in UNCOUNTED:
                operation["responses"].pop("429", None)
                continue
            for status, answer in operation["responses"].items():
                if status < "300" or status == "429":
                    answer.setdefault("headers", {}).update(LIMIT_HEADERS)


def _name_apart(document: dict[str, Any]) -> None:
    """A model that is asked for and answered is two schemas of one title, by which clients name their classes."""
    for name, schema in document["components"]["schemas"].items():
        if name.endswith(("-Input", "-Output")):
            schema["title"] = name.replace("-", "")


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()
