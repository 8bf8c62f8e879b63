"""One timed run of our ETL for benchmarks.ingest: DATABASE_URL and PERMIT_LEADS_CONNECT_TO say where.

    python -m benchmarks.ingest_ours DATASET SINCE [--replay]

The spacing between requests is set to nothing here: a benchmark waits for no publisher.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from permit_leads.allocator import forget_imports, keep_freed_pages
from permit_leads.outcome import Outcome, Request
from permit_leads.registry import load_registry
from permit_leads.run import run_all
from permit_leads.settings import load_settings


class Run(TypedDict):
    """What is printed of a run; memory in MB of this whole process at its highest."""

    seconds: float
    record_count: int
    permit_new_count: int
    permit_changed_count: int
    permit_unchanged_count: int
    lead_written_count: int
    stage_seconds: dict[str, float]
    simulated_note: str | None
    peak_rss_mb: float


class Silent:
    """No progress lines."""

    def event(self, name: str, **fields: object) -> None:
        """Say nothing."""


def main() -> int:
    keep_freed_pages()
    forget_imports()
    dataset_id, since, *options = sys.argv[1:]
    dataset = load_registry()[dataset_id].model_copy(update={"spacing_seconds": 0.0})
    request = Request(
        dataset_ids=(dataset_id,),
        since=datetime.fromisoformat(since).replace(tzinfo=UTC, hour=12),
        until=datetime.now(UTC),
        formats=(),
        delay_seconds=None,
        is_dry_run=False,
        is_replay="--replay" in options,
        out_dir=Path(),
    )
    began = time.monotonic()
    (outcome,) = run_all(request, {dataset_id: dataset}, load_settings(), Silent())
    outcome = replace(outcome, seconds=time.monotonic() - began)
    if outcome.error is not None:
        print(outcome.error, file=sys.stderr)
        return 1
    print(json.dumps(figures(outcome)))
    return 0


def figures(outcome: Outcome) -> Run:
    """What the benchmark reports of a run."""
    return {
        "seconds": outcome.seconds,
        "record_count": outcome.record_count,
        "permit_new_count": outcome.permit_new_count,
        "permit_changed_count": outcome.permit_changed_count,
        "permit_unchanged_count": outcome.permit_unchanged_count,
        "lead_written_count": outcome.lead_written_count,
        "stage_seconds": {stage: round(spent, 2) for stage, spent in outcome.stage_seconds.items()},
        "simulated_note": outcome.simulated_note,
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
