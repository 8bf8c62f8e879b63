"""Runs of one dataset that die where they are told to: each is a fork of this process, killed by its own hand.

Started once as `python -m tests.integration.run.doomed`; each line of its input names a boundary and how many times it
may be reached before it is the end ("" for a run that lives), each line of its output is how that run ended. The hooks
stand here and nowhere in the product.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import httpx
from fsspec.implementations.local import LocalFileSystem

from permit_leads import run
from permit_leads.archive import Archive
from permit_leads.outcome import Request
from permit_leads.progress import Progress
from permit_leads.registry import SOURCES_DIR, load_source
from permit_leads.settings import Settings, load_settings
from permit_leads.store import state
from permit_leads.store.permits import PermitWriter

DATASET = "austin_issued_permits"
FILE = SOURCES_DIR / "tx" / "austin.toml"  # alone: each of forty forks reads it anew
DAYS, PAGE_SIZE = 14, 500  # several pages of rows between two counts, in a week of holidays too
BOUNDARIES: dict[str, tuple[object, str, bool]] = {  # where, which function, and whether death comes after it
    "claimed": (run, "_signs_of_life", False),
    "page fetched": (Archive, "write_page", False),
    "page archived": (Archive, "write_page", True),
    "page stored": (run, "_store", True),
    "checked": (PermitWriter, "apply", False),
    "applied": (PermitWriter, "apply", True),
    "watermark set": (state, "finish_success", True),
    "manifest pending": (Archive, "prepare", True),
    "committed": (run, "confirm", False),
    "manifest written": (LocalFileSystem, "rm_file", False),
    "confirmed": (run, "confirm", True),
}


def main() -> None:
    """One fork a line, until the input ends. Nothing has started a thread before: no fork would have it."""
    settings = load_settings()
    httpx.Client().close()  # loads what the first request would: here once, and not in each fork
    for line in sys.stdin:
        boundary, _, count = line.strip().rpartition(" ")
        child = os.fork()
        if child == 0:
            if boundary:
                doom(boundary, int(count))
            os._exit(bring_in(settings))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def doom(boundary: str, count: int) -> None:
    """Let this process be killed when the boundary is reached for the count-th time."""
    owner, name, is_after = BOUNDARIES[boundary]
    function: Callable[..., Any] = getattr(owner, name)
    reached = 0

    @wraps(function)
    def last(*args: Any, **options: Any) -> Any:
        nonlocal reached
        reached += 1
        if reached == count and not is_after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = function(*args, **options)
        if reached == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, last)


def bring_in(settings: Settings) -> int:
    """One sync-like run over the last days; 0 when it went well."""
    now = datetime.now(UTC)
    (dataset,) = (one for one in load_source(FILE) if one.id == DATASET)
    quick = dataset.model_copy(update={"spacing_seconds": 0.0, "page_size": PAGE_SIZE})
    request = Request(
        dataset_ids=(DATASET,),
        since=now - timedelta(days=DAYS),
        until=now,
        formats=(),
        delay_seconds=None,
        is_dry_run=False,
        is_replay=False,
        out_dir=Path("exports"),
    )
    with Path("doomed.log").open("a") as console:
        (outcome,) = run.run_all(request, {DATASET: quick}, settings, Progress(Path("etl_output.log"), console))
    return 0 if outcome.status == "success" else 1


if __name__ == "__main__":
    main()
