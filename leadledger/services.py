"""What runs on one machine: the simulators of the demo, the API and the web app, and what each is given."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Mapping

from pydantic import AliasChoices

from leadledger.processes import Health, Processes, Service, StartFailed, choose_port
from leadledger.settings import ApiSettings
from permit_leads.registry import load_registry
from permit_leads.settings import REPOSITORY

DEFAULT_PORTS = {"simulator": 8801, "stripe": 8802, "api": 8000, "web": 3000}
PORT_VARIABLES = {
    "simulator": "SIMULATOR_PORT",
    "stripe": "STRIPE_SIMULATOR_PORT",
    "api": "BACKEND_PORT",
    "web": "FRONTEND_PORT",
}
NAMES = (*DEFAULT_PORTS, "worker")  # in the order they start
SIMULATORS = frozenset({"simulator", "stripe"})
ADDRESSES = ("BACKEND_URL", "FRONTEND_URL")  # where mails link to
SNAPSHOT = REPOSITORY / "simulators" / "snapshot"
WEB = REPOSITORY / "web"
NEXT = WEB / "node_modules" / "next" / "dist" / "bin" / "next"


def is_simulated(environment: Mapping[str, str]) -> bool:
    """DEMO=0 fetches from the publishers themselves; anything else from the simulator."""
    return environment.get("DEMO", "1") != "0"


def plan_services(processes: Processes, settings: ApiSettings, api_database_url: str) -> dict[str, Service]:
    """The processes of this machine by name, in the order they start.

    Raises:
        StartFailed: the web app is not built, or a port variable holds no port.
    """
    ports = {name: _choose_port(processes, name) for name in DEFAULT_PORTS}
    origins = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    shared = {"LEADLEDGER_HOME": str(settings.home), "SUPABASE_ANON_KEY": publishable_key(settings)}
    payments = simulated_payments(settings, origins["stripe"])
    services = [
        *([_plan_simulator(ports["simulator"])] if is_simulated(os.environ) else []),
        *([_plan_stripe(ports["stripe"], settings, origins["api"])] if payments else []),
        _plan_api(ports["api"], settings, {**shared, **payments, "API_DATABASE_URL": api_database_url}, origins["web"]),
        _plan_web(ports["web"], settings, shared, origins["api"]),
    ]
    return {service.name: service for service in services}


def publishable_key(settings: ApiSettings) -> str:
    """The key browsers send: the configured one, or one made once for this home."""
    if settings.supabase_anon_key is not None:
        return settings.supabase_anon_key.get_secret_value()
    return _kept_secret(settings, "publishable-key", "sb_publishable_")


def _kept_secret(settings: ApiSettings, name: str, beginning: str) -> str:
    """A secret made once for this home."""
    path = settings.home / name
    if not path.is_file():
        path.touch(mode=0o600)
        path.write_text(f"{beginning}{secrets.token_urlsafe(24)}", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def _plan_simulator(port: int) -> Service:
    return Service(
        name="simulator",
        command=(sys.executable, "-m", "simulators.publishers", "--port", str(port), "--snapshot", str(SNAPSHOT)),
        environment={},
        folder=REPOSITORY,
        port=port,
        health=Health("/datasets", host="control.invalid"),
        code=(REPOSITORY / "simulators",),
    )


def simulated_payments(settings: ApiSettings, origin: str) -> dict[str, str]:
    """What the API and the worker are told of the simulated Stripe; empty where a key is set, or DEMO=0."""
    if settings.stripe_secret_key is not None or not is_simulated(os.environ):
        return {}
    return {
        "STRIPE_SECRET_KEY": "sk_test_simulator",  # opens nothing but the simulator
        "STRIPE_WEBHOOK_SECRET": _kept_secret(settings, "stripe-webhook-secret", "whsec_"),
        "STRIPE_API_BASE": origin,
    }


def _plan_stripe(port: int, settings: ApiSettings, api_origin: str) -> Service:
    home = settings.home
    command = (sys.executable, "-m", "simulators.stripe", "--port", str(port), "--state", str(home / "stripe.json"))
    told = (
        "--webhook-url",
        f"{api_origin}/api/stripe/webhook",
        "--webhook-secret-file",
        str(home / "stripe-webhook-secret"),
    )
    return Service(
        name="stripe",
        command=(*command, *told),
        environment={},
        folder=REPOSITORY,
        port=port,
        health=Health("/_control"),
        code=(REPOSITORY / "simulators" / "stripe",),
    )


def _plan_api(port: int, settings: ApiSettings, shared: Mapping[str, str], web_origin: str) -> Service:
    command = (sys.executable, "-m", "uvicorn", "--factory", "leadledger.app:create_app", "--host", "127.0.0.1")
    pages = ",".join((web_origin, web_origin.replace("127.0.0.1", "localhost")))
    own = {"BACKEND_PORT": str(port), "BACKEND_URL": f"http://127.0.0.1:{port}", "FRONTEND_URL": pages}
    return Service(
        name="api",
        command=(*command, "--port", str(port), "--workers", "2", "--no-proxy-headers"),
        environment={**_configured(settings), **shared, **own},
        folder=REPOSITORY,
        port=port,
        health=Health("/readyz"),
        code=(REPOSITORY / "leadledger", REPOSITORY / "permit_leads"),
    )


def _plan_web(port: int, settings: ApiSettings, shared: Mapping[str, str], api_origin: str) -> Service:
    node = shutil.which("node")
    build = WEB / ".next" / "BUILD_ID"
    if node is None or not build.is_file() or not NEXT.is_file():
        raise StartFailed("the web app is not built; run `make up`, which installs and builds what is missing")
    own = {
        "BACKEND_URL": api_origin,
        "SUPABASE_URL": settings.supabase_url or api_origin,
        "NODE_ENV": "production",
        "NEXT_TELEMETRY_DISABLED": "1",
    }
    return Service(
        name="web",
        command=(node, str(NEXT), "start", "--hostname", "127.0.0.1", "--port", str(port)),
        environment={**shared, **own},
        folder=WEB,
        port=port,
        health=Health("/"),
        code=(build,),
    )


def plan_worker(settings: ApiSettings, api: Service, simulator_url: str | None, sources: tuple[str, ...]) -> Service:
    """One worker for these sources; its mails link to where `api` and its pages are.

    A simulator's rows do not change, so it is never read whole.
    """
    told = {"PERMIT_LEADS_SOURCES": ",".join(sources)} | {name: api.environment[name] for name in ADDRESSES}
    if simulator_url:
        told["PERMIT_LEADS_CONNECT_TO"] = simulator_url
    told |= {name: value for name, value in api.environment.items() if name.startswith("STRIPE_")}
    addresses = {dataset.url_env for dataset in load_registry().values() if dataset.url_env}
    return Service(
        name="worker",
        command=(
            *(sys.executable, "-m", "leadledger", "worker", "--grace", "5"),
            *(["--without-reconcile"] if simulator_url else []),
        ),
        environment={**_given(_names(settings) | addresses), "LEADLEDGER_HOME": str(settings.home), **told},
        folder=REPOSITORY,
        port=None,
        health=Health(None),
        code=(REPOSITORY / "leadledger", REPOSITORY / "permit_leads"),
    )


def _configured(settings: ApiSettings) -> dict[str, str]:
    """The API's variables that this environment sets, but for the schema owner's: the API has its own login."""
    return _given(_names(settings) - {"DATABASE_URL", "PORT"})


def _names(settings: ApiSettings) -> set[str]:
    aliases = (field.validation_alias for field in type(settings).model_fields.values())
    return {str(name) for alias in aliases if isinstance(alias, AliasChoices) for name in alias.choices}


def _given(names: set[str]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}


def _choose_port(processes: Processes, name: str) -> int:
    """The port asked for; else where it already runs; else the usual one, or a free one when that is taken."""
    variable = PORT_VARIABLES[name]
    asked = os.environ.get(variable)
    if asked and not (asked.isdecimal() and 0 < int(asked) < 65536):
        raise StartFailed(f"{variable} is no port; expected a number from 1 to 65535")
    wanted = int(asked) if asked else DEFAULT_PORTS[name]
    running = processes.find(name)
    if running is not None and running.port is not None and (not asked or running.port == wanted):
        return running.port
    return choose_port(wanted)
