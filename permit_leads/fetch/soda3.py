"""Socrata SODA 3.0: the same questions as one statement, posted, and only with an application token.

Rows are paged by LIMIT and OFFSET within the statement, as in 2.1: with the `page` of 3.0 the server imposes an order
of its own. SODA 2.1 is served on and needs no token, so without one it is asked instead, and that is said.
Source: Socrata developer documentation, "Queries" (SODA 3.0), read 2026-09.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from permit_leads.fetch.http import PoliteClient
from permit_leads.registry import Dataset

CLAUSES = (
    ("$select", "SELECT"),
    ("$where", "WHERE"),
    ("$order", "ORDER BY"),
    ("$limit", "LIMIT"),
    ("$offset", "OFFSET"),
)
HEADERS = {"content-type": "application/json"}


def is_spoken(dataset: Dataset, client: PoliteClient) -> bool:
    """Whether the portal is asked by SODA 3.0: the source file says so and there is a token."""
    return dataset.soda == "3.0" and client.socrata_app_token is not None


def say_if_tokenless(dataset: Dataset, client: PoliteClient) -> None:
    """Tell that 2.1 is asked although the source file says 3.0."""
    if dataset.soda == "3.0" and client.socrata_app_token is None:
        reason = (
            "SODA 3.0 answers only with an application token, and SOCRATA_APP_TOKEN is not set; 2.1 is asked instead"
        )
        client.on_event("fetch.soda3_without_token", level="warning", source=dataset.id, reason=reason)


def address_of(dataset: Dataset) -> str:
    """Where statements about the dataset are posted."""
    parts = urlsplit(dataset.url)
    four_by_four = parts.path.rpartition("/")[2].partition(".")[0]
    return f"{parts.scheme}://{parts.netloc}/api/v3/views/{four_by_four}/query.json"


def body_of(query: Mapping[str, str]) -> str:
    """The clauses of a 2.1 query as one statement in the JSON that is posted."""
    given = {"$select": "*"} | dict(query)
    return json.dumps({"query": " ".join(f"{word} {given[name]}" for name, word in CLAUSES if name in given)})
