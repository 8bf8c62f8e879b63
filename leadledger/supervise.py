"""The whole product on one machine: brought up in order, looked at, and taken down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

import psycopg
from pydantic import SecretStr

from leadledger.billing.desk import seed
from leadledger.credits.catalog import write_catalog
from leadledger.loading import Say, choose_scope, forget_scope, load_permits
from leadledger.plans import load_catalog
from leadledger.processes import Processes, Service, StartFailed, is_healthy
from leadledger.sandbox.building import SandboxUnavailable, ensure_sandbox
from leadledger.sandbox.hiding import hide_suppressed
from leadledger.sandbox.place import beside, building_url
from leadledger.services import DEFAULT_PORTS, NAMES, SIMULATORS, plan_services, plan_worker, simulated_payments
from leadledger.settings import ApiSettings
from permit_leads.errors import DatabaseUnavailable
from permit_leads.store import embedded
from permit_leads.store.embedded import DatabaseUrls
from permit_leads.store.migrate import migrate


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
        for name in NAMES:
            if processes.find(name) is None:
                processes.stop(name)  # children of one that was killed may still hold its port
        database = prepare_database(settings, say)
        services = plan_services(processes, settings, database.api)
        begun = {name: time.monotonic() for name, service in services.items() if _begin(processes, service, say)}
        if "simulator" in begun:
            _finish(processes, services["simulator"], begun.pop("simulator"), say)
        if "stripe" in services:
            _open_shop(processes, services["stripe"], begun.pop("stripe", None), settings, say)
        simulator_url = services["simulator"].url if "simulator" in services else None
        load_permits(simulator_url, settings, database.owner, say)
        for name, started in begun.items():
            _finish(processes, services[name], started, say)
        # Last: before the permits are loaded everything would be due.
        scope = choose_scope(simulator_url, settings)
        _begin(processes, plan_worker(settings, services["api"], simulator_url, scope), say)
    return {name: service.url for name, service in services.items()}


def _open_shop(processes: Processes, service: Service, started: float | None, settings: ApiSettings, say: Say) -> None:
    """Wait for the simulated Stripe, and tell it what is sold."""
    if started is not None:
        _finish(processes, service, started, say)
    told = simulated_payments(settings, service.url)
    key, base = SecretStr(told["STRIPE_SECRET_KEY"]), told["STRIPE_API_BASE"]
    shop = settings.model_copy(update={"stripe_secret_key": key, "stripe_api_base": base})
    if seed(shop, say, is_applied=True) != 0:
        raise StartFailed(f"stripe does not take our prices; see {processes.log_path(service.name)}")
    say("stripe: test payments, no money moves")


def down(settings: ApiSettings, say: Say) -> None:
    """End everything `up` started; the data stays."""
    with one_at_a_time(settings.home):
        processes = Processes(settings.home)
        for name in reversed(NAMES):
            say(f"{name}: {'ended' if processes.stop(name) else 'was not running'}")
        forget_scope(settings.home)
        say(f"database: {'ended' if embedded.stop(settings.home) else 'was not running'}")


def look(settings: ApiSettings) -> list[Status]:
    """How each part is, asked now."""
    processes = Processes(settings.home)
    found = [_look_at_database(settings)]
    for name in NAMES:
        record = processes.find(name)
        if record is not None:
            url = f"http://127.0.0.1:{record.port}" if record.port is not None else str(processes.log_path(name))
            found.append(Status(name, is_healthy(url, record.health), url))
        elif name not in SIMULATORS:
            found.append(Status(name, is_well=False, place="not running"))
    return found


def prepare_database(settings: ApiSettings, say: Say) -> DatabaseUrls:
    """Start the embedded server unless DATABASE_URL names one, and apply the migrations."""
    if settings.database_url is not None:
        owner = settings.database_url.get_secret_value()
        api = settings.api_database_url.get_secret_value() if settings.api_database_url else owner
        urls = DatabaseUrls(owner, api)
        say("database: as DATABASE_URL says")
    else:
        urls = embedded.ensure_running(settings.home)
        say(f"database: embedded PostgreSQL under {settings.home / 'postgres'}")
    apply_migrations(urls.owner, say)
    build_sandbox(settings, urls.owner, say)
    return urls


def build_sandbox(settings: ApiSettings, owner_url: str, say: Say) -> None:
    """Build what test keys see, where it is missing; without it everything else works, and they are told so."""
    server = building_url(settings, owner_url)
    try:
        ensure_sandbox(settings, server, say)
        hide_suppressed(owner_url, beside(server))
    except (SandboxUnavailable, DatabaseUnavailable) as reason:
        say(f"sandbox: WARNING, {reason}; test keys (llp_test_…) get 503 until it is; see SANDBOX_DATABASE_URL")


def apply_migrations(owner_url: str, say: Say) -> None:
    """Apply what is missing of supabase/migrations, and write what plans.toml says is sold.

    Raises:
        DatabaseUnavailable: the server does not answer, or a migration does not fit.
        PlansError: plans.toml cannot be used.
    """
    catalog = load_catalog()
    try:
        conn = psycopg.connect(owner_url, connect_timeout=10, autocommit=True)
    except psycopg.OperationalError:
        raise DatabaseUnavailable("the database does not answer; check DATABASE_URL") from None
    with conn:
        applied = migrate(conn, on_applied=lambda name: say(f"database: applied {name}"))
        write_catalog(conn, catalog)
    if not applied:
        say("database: no migration missing")


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
            say(f"{service.name}: already up{f' at {service.url}' if service.port else ''}")
            return False
        processes.stop(service.name)
    usual = DEFAULT_PORTS.get(service.name)
    remark = "" if service.port == usual else f" (not the usual {usual})"
    say(f"{service.name}: starting{f' at {service.url}{remark}' if service.port else ''}")
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
