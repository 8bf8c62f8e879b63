"""Behind scripts/etl_state_helper.py: look at the state of the sources, or change it by hand with a trace.

Exit codes: 0 done, 1 refused because a run is at work, 2 usage, 3 the database cannot be read.
"""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

import psycopg

from permit_leads.errors import DatabaseUnavailable, RegistryError, UsageError
from permit_leads.progress import redact
from permit_leads.registry import Dataset, load_registry
from permit_leads.selection import as_supervised, find_obstacle, suggest
from permit_leads.settings import Settings, load_settings
from permit_leads.state_view import (
    SourceView,
    list_as_json,
    list_as_text,
    source_as_json,
    source_as_text,
    view_source,
)
from permit_leads.store import db, embedded, state

DONE, REFUSED, USAGE, DATABASE = 0, 1, 2, 3
RUN_COUNT = 5
COUNT = re.compile(r"[0-9]{1,18}")
SLUG = re.compile(r"[a-z0-9_]+")
STATUSES = ("success", "failure", "running")
EXAMPLES = (
    "for example: etl_state_helper.py get --source austin_issued_permits, or etl_state_helper.py update "
    '--source austin_issued_permits --status failure --error "Manual reset for replay"'
)


class Parser(argparse.ArgumentParser):
    """Raises what is wrong instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError with argparse's message and the usage."""
        raise UsageError(f"{message}\n{self.format_usage().strip()}\n{EXAMPLES}")


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with: the words typed, the database, and what the registry and the environment say."""

    seen: argparse.Namespace
    conn: psycopg.Connection
    registry: dict[str, Dataset]
    settings: Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; what it prints is complete, or nothing is printed."""
    try:
        print(_run(_parse(sys.argv[1:] if argv is None else argv)), flush=True)
    except (UsageError, RegistryError) as error:
        return _complain(error, USAGE)
    except state.LeaseHeld as error:
        return _complain(f"{error}; wait for it, or add --force", REFUSED)
    except DatabaseUnavailable as error:
        return _complain(error, DATABASE)
    except psycopg.Error as error:
        return _complain(f"the database refuses: {type(error).__name__}: {str(error).splitlines()[0]}", DATABASE)
    return DONE


def _run(seen: argparse.Namespace) -> str:
    settings, registry = as_supervised(load_settings()), load_registry()
    with closing(_connect(settings)) as conn:
        told = COMMANDS[seen.command](Desk(seen, conn, registry, settings))
        conn.commit()
    return told


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(prog="etl_state_helper.py", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="{list,get,update,init}")

    def add(name: str, help_text: str) -> Parser:
        return commands.add_parser(name, help=help_text, description=help_text, allow_abbrev=False)

    listing = add("list", "One line a source: status, freshness, last run, last good run, watermark, records, reason.")
    getting = add("get", "One source in full, its last runs, and the window of its next run.")
    updating = add("update", "Change a status by hand; failure makes the next run fetch the last window again.")
    starting = add("init", "Give a new source its state; one that has a state keeps it.")
    for command in (listing, getting):
        command.add_argument("--json", action="store_true", help="one JSON document")
    for command in (getting, updating, starting):
        command.add_argument("--source", metavar="ID", required=True)
    updating.add_argument("--status", required=True, metavar="STATUS", help="success, failure or running")
    updating.add_argument("--error", metavar="TEXT", help="why; failure needs it")
    updating.add_argument("--records", metavar="N", help="records processed, as shown from now on")
    updating.add_argument(
        "--force", action="store_true", help="also while a run is at work; that run will store nothing"
    )
    seen = parser.parse_args(argv)
    if seen.command == "update":
        _check_change(seen)
    elif seen.command == "init" and not SLUG.fullmatch(seen.source):
        raise UsageError(
            f"--source {seen.source!r} is no name; expected small letters, digits and underscores, "
            "for example harris_issued_permits, or new_county_permits"
        )
    return seen


def _connect(settings: Settings) -> psycopg.Connection:
    """A look at the state starts no server: an embedded one that is down is news."""
    if settings.database_url is None and not embedded.is_running(settings.home):
        raise DatabaseUnavailable("the embedded database is not running; run `make up`, or set DATABASE_URL")
    return db.connect(db.database_url(settings))


def _list(desk: Desk) -> str:
    rows = {row.source: row for row in state.list_states(desk.conn)}
    names = [*desk.registry, *(name for name in rows if name not in desk.registry)]
    views = [_view(name, rows.get(name), desk) for name in names]
    return list_as_json(views) if desk.seen.json else list_as_text(views)


def _get(desk: Desk) -> str:
    source = desk.seen.source
    row = state.read(desk.conn, source)
    dataset = desk.registry.get(source)
    if row is None and dataset is None:
        raise _unknown(source, desk)
    window = None
    if dataset is not None:
        window = state.next_window(row, dataset, datetime.now(ZoneInfo(dataset.publisher.time_zone)).date())
    runs = state.recent_runs(desk.conn, source, RUN_COUNT)
    render = source_as_json if desk.seen.json else source_as_text
    return render(_view(source, row, desk), window, runs)


def _update(desk: Desk) -> str:
    seen, dataset = desk.seen, desk.registry.get(desk.seen.source)
    records = None if seen.records is None else int(seen.records)
    change = state.Change(seen.status, _actor(), seen.error, records, seen.force)
    if dataset is not None:
        state.register(desk.conn, seen.source, change.actor)
    row = state.mark(desk.conn, seen.source, change, dataset.overlap_days if dataset else state.UNKNOWN_OVERLAP_DAYS)
    if row is None:
        raise _unknown(seen.source, desk)
    rewind = f"; the next run starts again at {row.replay_from}" if row.replay_from else ""
    return f"{seen.source}: {row.status}{rewind} (recorded as changed by {change.actor})"


def _init(desk: Desk) -> str:
    source = desk.seen.source
    if source not in desk.registry:
        hint = suggest(source, desk.registry)
        print(f"warning: the registry has no source {source!r}{hint}; no run will fetch it", file=sys.stderr)
    if state.register(desk.conn, source, _actor()):
        return f"{source}: initialised, never ran"
    row = state.read(desk.conn, source)
    assert row is not None
    return f"{source}: was there already and stays as it is ({row.status})"


COMMANDS: dict[str, Callable[[Desk], str]] = {"list": _list, "get": _get, "update": _update, "init": _init}


def _check_change(seen: argparse.Namespace) -> None:
    if seen.status not in STATUSES:
        raise UsageError(f"--status {seen.status!r} is unknown; expected {', '.join(STATUSES)}; {EXAMPLES}")
    if seen.status == "failure" and not (seen.error or "").strip():
        raise UsageError(f"--status failure needs --error with the reason; {EXAMPLES}")
    if seen.records is not None and not COUNT.fullmatch(seen.records):
        raise UsageError(f"--records {seen.records!r} is no count; expected a whole number such as 1200; {EXAMPLES}")


def _view(name: str, row: state.StateRow | None, desk: Desk) -> SourceView:
    dataset = desk.registry.get(name)
    is_chosen = not desk.settings.sources or name in desk.settings.sources
    is_active = is_chosen and dataset is not None and find_obstacle(dataset, desk.settings) is None
    return view_source(name, dataset, row, is_active, datetime.now(UTC))


def _unknown(name: str, desk: Desk) -> UsageError:
    names = {*desk.registry, *(row.source for row in state.list_states(desk.conn))}
    return UsageError(f"--source {name!r} is unknown{suggest(name, sorted(names))}; {EXAMPLES}")


def _actor() -> str:
    """Who is at the keyboard: ETL_ACTOR, else the account of the operating system."""
    try:
        return os.environ.get("ETL_ACTOR", "").strip() or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _complain(reason: object, code: int) -> int:
    print(f"etl_state_helper: {redact(str(reason))}", file=sys.stderr)
    return code
