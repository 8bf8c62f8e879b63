"""A command of the ETL in a process of its own, as an operator or a cron starts it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence

from procrastinate.exceptions import JobAborted

from leadledger.jobs.patience import CommandFailed, Interrupted

DONE, DATABASE, INTERRUPTED = 0, 3, 130
LOOK_SECONDS = 0.5
STOP_SECONDS = 60.0


def run_etl(arguments: Sequence[str], is_over: Callable[[], bool]) -> None:
    """Run `python -m permit_leads` with these arguments; when `is_over` says so, end it in good order.

    Raises:
        JobAborted: it was ended because the worker ends.
        Interrupted: it was killed, or could not reach the database.
        CommandFailed: it says that it failed.
    """
    command = [sys.executable, "-m", "permit_leads", *arguments]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as child:
        while not _has_ended(child):
            if is_over():
                _end(child)
                raise JobAborted("the worker ends; the command was told to end")
    said = f"python -m permit_leads {' '.join(arguments)} ended with status {child.returncode}"
    if child.returncode < 0 or child.returncode in (DATABASE, INTERRUPTED) or child.returncode > 128:
        raise Interrupted(said)
    if child.returncode != DONE:
        raise CommandFailed(f"{said}; see etl_output.log")


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(LOOK_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
