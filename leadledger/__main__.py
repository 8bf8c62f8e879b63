"""The product's own command, `python -m leadledger`: up, down, status, serve, worker, migrate, privacy, billing …"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from leadledger import supervise
from leadledger.billing import desk as billing_desk
from leadledger.credits import desk as credit_desk
from leadledger.plans import PlansError
from leadledger.privacy import desk
from leadledger.processes import StartFailed
from leadledger.refunds import desk as refund_desk
from leadledger.settings import ApiSettings, SettingsError, load_settings
from permit_leads.errors import DatabaseUnavailable, RegistryError, UsageError
from permit_leads.store import embedded

COMMANDS: dict[str, str] = {
    "up": "start database, publisher simulator, API and web app, load the permits, start a worker, and return",
    "down": "end what up started; the data stays",
    "status": "say how each part is; status 1 when one is not well",
    "serve": "run the API in the foreground",
    "worker": "keep the schedule in the foreground: every source at its cadence, and a daily archive file",
    "migrate": "apply what is missing of supabase/migrations, and write the prices of leadledger/plans.toml",
    "privacy": "see and decide what people ask for whom permits name",
    "credits": "find accounts, read their statements, give or take credits, give a plan",
    "refunds": "see and decide what accounts ask for whose claims no record decides",
    "billing": "tell Stripe of our prices, compare our books with Stripe's, see and retry its events",
    "db-url": "print the database's address, for psql and pg_dump",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 when something is not well, 2 for bad input, 3 without a database."""
    options = _parse(arguments)
    try:
        settings = load_settings()
        runners: dict[str, Callable[[], int]] = {
            "up": lambda: _up(settings),
            "down": lambda: _down(settings),
            "status": lambda: _status(settings),
            "serve": lambda: _serve(settings, options.host),
            "worker": lambda: _work(settings, options),
            "migrate": lambda: _migrate(settings),
            "privacy": lambda: desk.run(options, settings, _say),
            "credits": lambda: credit_desk.run(options, settings, _say),
            "refunds": lambda: refund_desk.run(options, settings, _say),
            "billing": lambda: billing_desk.run(options, settings, _say),
            "db-url": lambda: _print_url(settings, is_api=options.api),
        }
        return runners[options.command]()
    except (SettingsError, PlansError, UsageError, RegistryError) as error:
        return _fail(error, 2)
    except DatabaseUnavailable as error:
        return _fail(error, 3)
    except StartFailed as error:
        return _fail(error, 1)
    except KeyboardInterrupt:
        print("\ninterrupted; `make down` ends what is running", file=sys.stderr)
        return 130


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m leadledger", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, help_text in COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text)
        if name == "serve":
            command.add_argument(
                "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
            )
        if name == "worker":
            command.add_argument("--once", action="store_true", help="work off what is due, then end")
            command.add_argument(
                "--concurrency", type=int, choices=range(1, 33), default=2, metavar="1-32", help="commands at once (2)"
            )
            command.add_argument("--without-reconcile", action="store_true", help="never read a source whole")
            command.add_argument(
                "--grace", type=int, default=20, metavar="SECONDS", help="for running commands when told to end (20)"
            )
        if name == "privacy":
            desk.add_commands(command)
        if name == "credits":
            credit_desk.add_commands(command)
        if name == "refunds":
            refund_desk.add_commands(command)
        if name == "billing":
            billing_desk.add_commands(command)
        if name == "db-url":
            command.add_argument("--api", action="store_true", help="as the API's login role instead of the owner")
    return parser.parse_args(arguments)


def _up(settings: ApiSettings) -> int:
    origins = supervise.up(settings, _say)
    _say(f"\n  LeadLedgerPro   {origins['web']}")
    _say(f"  API             {origins['api']}/docs")
    _say(f"  logs            {settings.home / 'logs'}\n\n  make down ends it.")
    return 0


def _down(settings: ApiSettings) -> int:
    supervise.down(settings, _say)
    return 0


def _status(settings: ApiSettings) -> int:
    parts = supervise.look(settings)
    for part in parts:
        _say(f"{part.name:<10} {'well' if part.is_well else 'NOT WELL':<9} {part.place}")
    return 0 if all(part.is_well for part in parts) else 1


def _serve(settings: ApiSettings, host: str) -> int:
    import uvicorn  # slow to import, and no other command needs it

    # What proxies say is for leadledger.proxies to judge.
    app = "leadledger.app:create_app"
    uvicorn.run(app, factory=True, host=host, port=settings.backend_port, proxy_headers=False)
    return 0


def _work(settings: ApiSettings, options: argparse.Namespace) -> int:
    from leadledger.jobs.worker import Shift, work  # no other command needs the queue

    work(settings, Shift(options.concurrency, options.grace, options.once, not options.without_reconcile))
    return 0


def _migrate(settings: ApiSettings) -> int:
    supervise.prepare_database(settings, _say)
    return 0


def _print_url(settings: ApiSettings, *, is_api: bool) -> int:
    configured = settings.api_database_url if is_api else settings.database_url
    if configured is not None:
        print(configured.get_secret_value())
    else:
        urls = embedded.ensure_running(settings.home)
        print(urls.api if is_api else urls.owner)
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _fail(error: Exception, status: int) -> int:
    print(f"error: {error}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
