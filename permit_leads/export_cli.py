"""The command `python -m permit_leads export`: what was learned on one day, as a file that can be restored."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg

from permit_leads.arguments import Parser
from permit_leads.errors import DatabaseUnavailable, PermitLeadsError, UsageError
from permit_leads.export.archived import archive_day, archive_name
from permit_leads.registry import load_registry
from permit_leads.selection import suggest
from permit_leads.settings import load_settings
from permit_leads.store import db
from permit_leads.window import OPERATOR_ZONE, resolve

DONE, FAILED, USAGE, DATABASE = 0, 1, 2, 3
EXAMPLES = "for example --day 2024-01-15, or --day yesterday"


@dataclass(frozen=True, slots=True)
class Asked:
    """One day of some sources (None: of all), and the folder its file goes to."""

    day: date
    sources: tuple[str, ...] | None
    folder: Path
    is_json: bool


def main(argv: Sequence[str], now: datetime) -> int:
    """Write the file and say how many rows stand in it; exit codes as `python -m permit_leads` has them."""
    try:
        print(_export(_parse(argv, now), now), flush=True)
    except DatabaseUnavailable as error:
        return _refuse(error, DATABASE)
    except UsageError as error:
        return _refuse(error, USAGE)
    except (PermitLeadsError, OSError, psycopg.Error) as error:
        return _refuse(f"the file could not be written: {error}", FAILED)
    return DONE


def _export(asked: Asked, now: datetime) -> str:
    instants = resolve(asked.day.isoformat(), asked.day.isoformat(), now)
    path = asked.folder / archive_name(asked.day)
    with closing(db.connect(db.database_url(load_settings()))) as conn:
        file = archive_day(conn, path, instants, asked.sources)
    if asked.is_json:
        return json.dumps({"path": str(path), "day": asked.day.isoformat(), "row_count": file.row_count})
    return f"{path}: {file.row_count} permit versions learned on {asked.day} (America/Chicago)"


def _parse(argv: Sequence[str], now: datetime) -> Asked:
    parser = Parser(
        prog="python -m permit_leads export",
        description="Write every permit version learned on one day (America/Chicago) to archived_permits_YYYYMMDD.csv, "
        "whole, names of persons included, for scripts/restore_from_csv.py to put back. Only its owner may read it.",
        allow_abbrev=False,
    )
    parser.add_argument("--day", metavar="DAY", required=True, help="2024-01-15, yesterday or today")
    parser.add_argument("--source", metavar="ID", action="append", default=[], help="one or more; default: all")
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path(), help="the folder; default: this one")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    seen = parser.parse_args(argv)
    if seen.out.exists() and not seen.out.is_dir():
        raise UsageError(f"--out {str(seen.out)!r} is no folder; expected one to write into")
    return Asked(_day(seen.day, now), _sources(seen.source), seen.out, seen.json)


def _day(text: str, now: datetime) -> date:
    today = now.astimezone(OPERATOR_ZONE).date()
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        day = named[text] if text in named else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--day {text!r} is no day; expected 2024-01-15, yesterday or today; {EXAMPLES}") from None
    if day > today:
        raise UsageError(f"--day {text!r} lies in the future (today is {today}); {EXAMPLES}")
    return day


def _sources(words: Sequence[str]) -> tuple[str, ...] | None:
    names = tuple(dict.fromkeys(part.strip() for word in words for part in word.split(",")))
    registry = load_registry() if names else {}
    for name in names:
        if name not in registry:
            raise UsageError(f"--source {name!r} is unknown{suggest(name, registry)}; leave it out to take all")
    return names or None


def _refuse(reason: object, code: int) -> int:
    print(f"permit_leads export: {reason}", file=sys.stderr)
    return code
