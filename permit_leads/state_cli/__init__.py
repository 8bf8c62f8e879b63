"""Behind scripts/etl_state_helper.py: look at the state of the sources, or change it by hand with a trace.

Exit codes: 0 done, 1 refused because a run is at work or a held batch cannot be stored, 2 usage,
3 the database cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial

import psycopg

from permit_leads.errors import DatabaseUnavailable, RegistryError, SourceError, UsageError
from permit_leads.progress import redact
from permit_leads.registry import load_registry
from permit_leads.selection import as_supervised
from permit_leads.settings import Settings, load_settings
from permit_leads.state_cli.changing import init, update
from permit_leads.state_cli.deciding import accept, reject, show_held
from permit_leads.state_cli.desk import Desk
from permit_leads.state_cli.looking import show_audit, show_list, show_source
from permit_leads.state_cli.watching import watch
from permit_leads.state_cli.wording import parse
from permit_leads.store import db, embedded, state

DONE, REFUSED, USAGE, DATABASE = 0, 1, 2, 3

Command = Callable[[Desk], str]
COMMANDS: dict[str, Command] = {
    "list": show_list,
    "get": show_source,
    "audit": show_audit,
    "update": update,
    "init": init,
    "held": show_held,
    "accept": accept,
    "reject": reject,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; what it prints is complete, or nothing is printed."""
    try:
        seen = parse(sys.argv[1:] if argv is None else argv, __doc__ or "")
        if seen.command == "get" and seen.watch is not None:
            watch(_look(seen), seen.watch, sys.stdout)
        else:
            print(_run(seen, COMMANDS[seen.command]), flush=True)
    except (UsageError, RegistryError) as error:
        return _complain(error, USAGE)
    except state.LeaseHeld as error:
        return _complain(f"{error}; wait for it, or add --force", REFUSED)
    except SourceError as error:
        return _complain(error, REFUSED)
    except DatabaseUnavailable as error:
        return _complain(error, DATABASE)
    except psycopg.Error as error:
        return _complain(f"the database refuses: {type(error).__name__}: {str(error).splitlines()[0]}", DATABASE)
    return DONE


def _look(seen: argparse.Namespace) -> Callable[[], str]:
    """What a watch shows: all of the source on a terminal, else a line; with --json a document a line."""
    if seen.json:
        return lambda: json.dumps(json.loads(_run(seen, show_source)), ensure_ascii=False)
    return partial(_run, seen, partial(show_source, is_brief=not sys.stdout.isatty()))


def _run(seen: argparse.Namespace, command: Command) -> str:
    settings, registry = as_supervised(load_settings()), load_registry()
    with closing(_connect(settings)) as conn:
        told = command(Desk(seen, conn, registry, settings))
        conn.commit()
    return told


def _connect(settings: Settings) -> psycopg.Connection:
    """A look at the state starts no server: an embedded one that is down is news."""
    if settings.database_url is None and not embedded.is_running(settings.home):
        raise DatabaseUnavailable("the embedded database is not running; run `make up`, or set DATABASE_URL")
    return db.connect(db.database_url(settings))


def _complain(reason: object, code: int) -> int:
    print(f"etl_state_helper: {redact(str(reason))}", file=sys.stderr)
    return code
