"""The ETL as `up` runs it: from the simulator or the publishers, only what was not brought in lately."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from leadledger.processes import StartFailed
from leadledger.settings import ApiSettings
from permit_leads.registry import load_registry
from permit_leads.selection import choose_sources
from permit_leads.settings import REPOSITORY
from permit_leads.store.queries import load_queries

DEMO_SOURCES = (
    "austin_issued_permits",
    "chicago_building_permits",
    "nyc_dob_now_permits",
    "nashville_building_permits",
    "southlake_permits",
    "baldwin_county_permits",
    "seattle_permits_2016",
)
QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
ETL_PARTIAL = 5
Say = Callable[[str], None]


def load_permits(simulator_url: str | None, settings: ApiSettings, owner_url: str, say: Say) -> None:
    """Fetch what is due, in the foreground, so that its progress is seen; once an hour is enough for any publisher.

    Raises:
        StartFailed: nothing of it could be brought in.
    """
    sources = choose_scope(simulator_url, settings)
    _tell_commands(settings.home, simulator_url, sources)
    due = find_due(owner_url, sources)
    if not due:
        say("permits: all brought in within the last hour; `python -m permit_leads` looks again")
        return
    say(
        f"permits: fetching {len(due)} datasets from {'the publisher simulator' if simulator_url else 'the publishers'}"
    )
    status = _run_etl(simulator_url, settings.home, due)
    if status == ETL_PARTIAL:
        say("permits: WARNING, not every dataset could be brought in; see above and etl_output.log")
    elif status != 0:
        raise StartFailed(f"python -m permit_leads ended with status {status}; see above and etl_output.log")


def find_due(owner_url: str, sources: tuple[str, ...]) -> tuple[str, ...]:
    """The sources that were not brought in within the last hour, or whose last run failed."""
    with psycopg.connect(owner_url) as conn:
        return tuple(source for (source,) in conn.execute(QUERIES["due_sources"], {"sources": list(sources)}))


def forget_scope(home: Path) -> None:
    """From now on commands by hand take what the environment says, as nothing runs here any more."""
    _scope_file(home).unlink(missing_ok=True)


def choose_scope(simulator_url: str | None, settings: ApiSettings) -> tuple[str, ...]:
    """The sources that run here: those configured, else those of the demo, else all that are enabled."""
    demo = settings.sources or (DEMO_SOURCES if simulator_url else ())
    scoped = settings.model_copy(update={"connect_to": simulator_url or settings.connect_to, "sources": demo})
    return choose_sources((), scoped, load_registry(), is_replay=False)


def _run_etl(simulator_url: str | None, home: Path, sources: tuple[str, ...]) -> int:
    environment = {**os.environ, "LEADLEDGER_HOME": str(home), "PERMIT_LEADS_SOURCES": ",".join(sources)}
    if simulator_url:
        environment["PERMIT_LEADS_CONNECT_TO"] = simulator_url
    return subprocess.run(
        [sys.executable, "-m", "permit_leads"], cwd=REPOSITORY, env=environment, check=False
    ).returncode


def _tell_commands(home: Path, simulator_url: str | None, sources: tuple[str, ...]) -> None:
    """Commands by hand and the health check take the same sources from the same place (permit_leads.selection)."""
    scope = {"connect_to": simulator_url, "sources": list(sources)}
    _scope_file(home).write_text(json.dumps(scope), encoding="utf-8")


def _scope_file(home: Path) -> Path:
    return home / "run" / "etl.json"
