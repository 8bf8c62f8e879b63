"""All cases, shared out among processes."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults.adapters import adapters
from benchmarks.faults.case import Result, play_all
from benchmarks.faults.modes import menu
from benchmarks.faults.stage import Server, stages
from permit_leads.store import embedded

MEMORY = Path("/dev/shm")  # noqa: S108  # only a parent: tempfile makes a private folder with a random name in it


def play_menu(only: str, wanted: str, workers: int) -> list[Result]:
    """All cases; adapters are shared out among processes, the dearest first."""
    chosen = [one.name for one in adapters() if not only or one.name in only.split(",")]
    with quick_folder() as home:
        try:
            server = Server(home, home)
            server.hurry()
            server.make("first")  # the roles of the whole server are made by whoever migrates first: by one alone
            with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
                waiting = [pool.submit(play_adapter, home, name, wanted) for name in reversed(chosen)]
                done = [result for one in as_completed(waiting) for result in _told(one.result())]
        finally:
            embedded.stop(home)
    return sorted(done, key=lambda one: (one.mode, one.adapter))


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder for a while, in memory where the machine has such a place: nobody waits for its disk."""
    place = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="faults-", dir=place) as folder:
        yield Path(folder)


def _told(results: list[Result]) -> list[Result]:
    """The results, and a sign of life on stderr."""
    missed = sum(one.verdict == "missed" for one in results)
    if results:
        print(f"{results[0].adapter}: {len(results)} cases, {missed} missed", file=sys.stderr, flush=True)
    return results


def play_adapter(home: Path, name: str, wanted: str) -> list[Result]:
    """One adapter's history and all its cases."""
    (adapter,) = [one for one in adapters() if one.name == name]
    with stages(Server(home, home), [adapter]) as get:
        stage = get(adapter)
        stage.play_history()
        return list(play_all(stage, [mode for mode in menu() if any(part in mode.name for part in wanted.split(","))]))
