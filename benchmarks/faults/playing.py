"""All cases, shared out among processes."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from benchmarks.faults.adapters import adapters
from benchmarks.faults.case import Result, play_all
from benchmarks.faults.modes import menu
from benchmarks.faults.stage import Server, stages
from permit_leads.store import embedded

MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of its own is made in it


def play_menu(only: str, wanted: str, workers: int) -> list[Result]:
    """All cases; adapters are shared out among processes, the dearest first."""
    chosen = [one.name for one in adapters() if not only or one.name in only.split(",")]
    place = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="faults-", dir=place) as folder:
        home = Path(folder)
        try:
            Server(home, home).hurry()
            with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
                waiting = [pool.submit(play_adapter, home, name, wanted) for name in reversed(chosen)]
                done = [result for one in as_completed(waiting) for result in one.result()]
        finally:
            embedded.stop(home)
    return sorted(done, key=lambda one: (one.mode, one.adapter))


def play_adapter(home: Path, name: str, wanted: str) -> list[Result]:
    """One adapter's history and all its cases."""
    (adapter,) = [one for one in adapters() if one.name == name]
    with stages(Server(home, home), [adapter]) as get:
        stage = get(adapter)
        stage.play_history()
        return list(play_all(stage, [mode for mode in menu() if any(part in mode.name for part in wanted.split(","))]))
