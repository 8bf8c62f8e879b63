"""The peer of benchmarks.ingest: dlt merges the same records from the same simulator into one PostgreSQL table."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx

HOST = "data.austintexas.gov"
RESOURCE = "/resource/3syk-w9eu.json"
PAGE_SIZE = 10_000


def days(address: str) -> list[tuple[date, int]]:
    """Every day of issue with its number of records, oldest first."""
    query = {"$select": "issue_date, count(*) as n", "$group": "issue_date", "$order": "issue_date", "$limit": "100000"}
    return [(date.fromisoformat(row["issue_date"][:10]), int(row["n"])) for row in _get(address, query)]


def records(address: str, since: date) -> Iterator[list[dict[str, Any]]]:
    """The records from a day on, page by page, as the publisher's JSON says them."""
    offset = 0
    while True:
        query = {"$where": f"issue_date >= '{since}T00:00:00.000'", "$order": "issue_date,:id"}
        page = _get(address, {**query, "$limit": str(PAGE_SIZE), "$offset": str(offset)})
        if not page:
            return
        yield page
        offset += len(page)


def merge(url: str, address: str, since: date, folder: Path) -> float:
    """Seconds of one dlt `merge` on the permit number, from the first request to the committed table.

    Raises:
        SystemExit: dlt is not installed; `make bench` installs it.
    """
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    try:
        import dlt
    except ModuleNotFoundError:
        raise SystemExit("dlt is not installed: `make bench` installs the peers, --without-dlt leaves it out") from None
    pipeline = dlt.pipeline(
        "ingest_peer",
        pipelines_dir=str(folder / "dlt"),
        destination=dlt.destinations.postgres(credentials=url),
        dataset_name="peer",
    )
    resource = dlt.resource(
        records(address, since), name="permits", primary_key="permit_number", write_disposition="merge"
    )
    began = time.monotonic()
    pipeline.run(resource)
    return time.monotonic() - began


def _get(address: str, query: dict[str, str]) -> list[dict[str, Any]]:
    answer = httpx.get(address + RESOURCE, params=query, headers={"Host": HOST}, timeout=120)
    answer.raise_for_status()
    rows: list[dict[str, Any]] = answer.json()
    return rows
