"""The whole product on one machine: brought up in order, looked at, and taken down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

import psycopg

from leadledger.processes import Processes, Service, StartFailed, is_healthy
from leadledger.services import DEFAULT_PORTS, plan_services
from leadledger.settings import ApiSettings
from permit_leads.errors import DatabaseUnavailable
from permit_leads.settings import REPOSITORY
from permit_leads.store import embedded
from permit_leads.store.migrate import migrate

DEMO_SOURCES = (
    "austin_issued_permits",
    "chicago_building_permits",
    "nyc_dob_now_permits",
    "nashville_building_permits",
    "southlake_permits",
    "baldwin_county_permits",
    "seattle_permits_2016",
)
ETL_PARTIAL = 5
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Status:
    """One line of `status`."""

    name: str
    is_well: bool
    place: str


def up(settings: ApiSettings, say: Say) -> dict[str, str]:
    """Bring up whatever is not up, load the permits, and return the origins by name.

    What runs well and is up to date is left alone.

    Raises:
        StartFailed: a process does not become healthy, or the ETL brings in nothing.
        DatabaseUnavailable: there is no database, or the migrations do not apply.
    """
    with one_at_a_time(settings.home):
        processes = Processes(settings.home)
        for name in DEFAULT_PORTS:
            if processes.find(name) is None:
                processes.stop(name)  # children of one that was killed may still hold its port
        services = plan_services(processes, settings, prepare_database(settings, say))
        begun = {name: time.monotonic() for name, service in services.items() if _begin(processes, service, say)}
        if "simulator" in begun:
            _finish(processes, services["simulator"], begun.pop("simulator"), say)
        run_etl(services.get("simulator"), settings, say)
        for name, started in begun.items():
            _finish(processes, services[name], started, say)
    return {name: service.url for name, service in services.items()}


def down(settings: ApiSettings, say: Say) -> None:
    """End everything `up` started; the data stays."""
    with one_at_a_time(settings.home):
        processes = Processes(settings.home)
        for name in reversed(DEFAULT_PORTS):
            say(f"{name}: {'ended' if processes.stop(name) else 'was not running'}")
        _scope_file(settings.home).unlink(missing_ok=True)
        say(f"database: {'ended' if embedded.stop(settings.home) else 'was not running'}")


def look(settings: ApiSettings) -> list[Status]:
    """How each part is, asked now."""
    processes = Processes(settings.home)
    found = [_look_at_database(settings)]
    for name in DEFAULT_PORTS:
        record = processes.find(name)
        if record is not None:
            url = f"http://127.0.0.1:{record.port}"
            found.append(Status(name, is_healthy(url, record.health), url))
        elif name != "simulator":
            found.append(Status(name, is_well=False, place="not running"))
    return found


def prepare_database(settings: ApiSettings, say: Say) -> str:
    """Start the embedded server unless DATABASE_URL names one, apply the migrations, return the API's address."""
    if settings.database_url is not None:
        owner = settings.database_url.get_secret_value()
        api = settings.api_database_url.get_secret_value() if settings.api_database_url else owner
        say("database: as DATABASE_URL says")
    else:
        urls = embedded.ensure_running(settings.home)
        owner, api = urls.owner, urls.api
        say(f"database: embedded PostgreSQL under {settings.home / 'postgres'}")
    apply_migrations(owner, say)
    return api


def apply_migrations(owner_url: str, say: Say) -> None:
    """Apply what is missing of supabase/migrations.

    Raises:
        DatabaseUnavailable: the server does not answer, or a migration does not fit.
    """
    try:
        conn = psycopg.connect(owner_url, connect_timeout=10, autocommit=True)
    except psycopg.OperationalError:
        raise DatabaseUnavailable("the database does not answer; check DATABASE_URL") from None
    with conn:
        applied = migrate(conn, on_applied=lambda name: say(f"database: applied {name}"))
    if not applied:
        say("database: no migration missing")


def run_etl(simulator: Service | None, settings: ApiSettings, say: Say) -> None:
    """Fetch what is new, in the foreground, so that its progress is seen.

    Raises:
        StartFailed: nothing could be brought in.
    """
    environment = {**os.environ, "LEADLEDGER_HOME": str(settings.home)}
    if simulator is not None:
        environment["PERMIT_LEADS_CONNECT_TO"] = simulator.url
        environment.setdefault("PERMIT_LEADS_SOURCES", ",".join(DEMO_SOURCES))
    _tell_commands(settings.home, environment)
    say(f"permits: fetching from {'the publisher simulator' if simulator else 'the publishers'}")
    status = subprocess.run(
        [sys.executable, "-m", "permit_leads"], cwd=REPOSITORY, env=environment, check=False
    ).returncode
    if status == ETL_PARTIAL:
        say("permits: WARNING, not every dataset could be brought in; see above and etl_output.log")
    elif status != 0:
        raise StartFailed(f"python -m permit_leads ended with status {status}; see above and etl_output.log")


def _tell_commands(home: Path, environment: Mapping[str, str]) -> None:
    """Commands by hand and the health check take the same sources from the same place (permit_leads.selection)."""
    sources = [name.strip() for name in environment.get("PERMIT_LEADS_SOURCES", "").split(",") if name.strip()]
    scope = {"connect_to": environment.get("PERMIT_LEADS_CONNECT_TO"), "sources": sources}
    _scope_file(home).write_text(json.dumps(scope), encoding="utf-8")


def _scope_file(home: Path) -> Path:
    return home / "run" / "etl.json"


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Only one `up` or `down` works on a home at a time; the next waits."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("a") as lock:
        flock(lock, LOCK_EX)
        yield


def _begin(processes: Processes, service: Service, say: Say) -> bool:
    """Start the service unless the one that runs is well and what it would be if started now."""
    running = processes.find(service.name)
    if running is not None:
        if running.fingerprint == service.fingerprint() and is_healthy(service.url, service.health):
            say(f"{service.name}: already up at {service.url}")
            return False
        processes.stop(service.name)
    usual = DEFAULT_PORTS[service.name]
    remark = "" if service.port == usual else f" (not the usual {usual})"
    say(f"{service.name}: starting at {service.url}{remark}")
    processes.start(service)
    return True


def _finish(processes: Processes, service: Service, started: float, say: Say) -> None:
    processes.wait_until_healthy(service)
    say(f"{service.name}: up at {service.url} after {time.monotonic() - started:.1f} s")


def _look_at_database(settings: ApiSettings) -> Status:
    if settings.database_url is None:
        return Status("database", embedded.is_running(settings.home), str(settings.home / "postgres"))
    try:
        psycopg.connect(settings.database_url.get_secret_value(), connect_timeout=5).close()
    except psycopg.OperationalError:
        return Status("database", is_well=False, place="DATABASE_URL does not answer")
    return Status("database", is_well=True, place="as DATABASE_URL says")
