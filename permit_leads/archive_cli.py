"""The command `python -m permit_leads archive`: hash the store, check the archive, remove what nobody needs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime

import psycopg

from permit_leads.archive import Archive, ArchiveCorrupt
from permit_leads.archive.shelves import Shelves
from permit_leads.arguments import Parser
from permit_leads.errors import DatabaseUnavailable, UsageError
from permit_leads.retention import Plan, plan_removal, remove
from permit_leads.selection import suggest
from permit_leads.settings import Settings, load_settings
from permit_leads.state_cli.desk import actor
from permit_leads.store import db, receipts
from permit_leads.store.ledgers import ledger_hashes
from permit_leads.window import resolve

DONE, FAILED, USAGE, DATABASE = 0, 1, 2, 3
SHORTEST_HOURS = 24


def main(argv: Sequence[str], now: datetime) -> int:
    """Run one of the commands; exit codes as `python -m permit_leads` has them."""
    try:
        seen, settings = _parse(argv), load_settings()
        if seen.command == "prune":
            print(_prune(seen, settings, now), flush=True)
        else:
            print({"hash": _hash, "check": _check}[seen.command](seen, settings), flush=True)
    except DatabaseUnavailable as error:
        return _refuse(error, DATABASE)
    except UsageError as error:
        return _refuse(error, USAGE)
    except (ArchiveCorrupt, OSError, psycopg.Error) as error:
        return _refuse(error, FAILED)
    return DONE


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(prog="python -m permit_leads archive", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, words in {
        "hash": "one hash for each ledger of the store, to compare two stores by",
        "check": "read every archived page and see that it is what it was",
        "prune": "remove old pages that no receipt leads to and no rebuild needs",
    }.items():
        command = commands.add_parser(name, help=words, description=words, allow_abbrev=False)
        command.add_argument("--json", action="store_true", help="one JSON document on standard output")
        if name != "prune":
            command.add_argument("--source", metavar="ID", help="one source; default: all")
    prune = commands.choices["prune"]
    prune.add_argument("--older-than", metavar="AGE", required=True, help="400d, 52w; at least a day")
    prune.add_argument("--dry-run", action="store_true", help="say what would go, remove nothing")
    prune.add_argument("--reason", metavar="TEXT", help="why; kept with your name")
    prune.add_argument(
        "--give-up-history",
        action="store_true",
        help="also runs that old, but for the pages of receipts: a rebuild will lack what they brought",
    )
    return parser.parse_args(argv)


def _hash(seen: argparse.Namespace, settings: Settings) -> str:
    with closing(db.connect(db.database_url(settings))) as conn:
        hashes = ledger_hashes(conn, seen.source)
    if seen.json:
        return json.dumps({name: asdict(one) for name, one in hashes.items()})
    return "\n".join(f"{name:<20}{one.row_count:>12}  {one.hash}" for name, one in hashes.items())


def _check(seen: argparse.Namespace, settings: Settings) -> str:
    archive, known = Archive(settings.archive_url), Shelves(settings.archive_url).datasets()
    if seen.source is not None and seen.source not in known:
        raise UsageError(f"--source {seen.source!r} has no archived run{suggest(seen.source, known)}")
    run_count = page_count = 0
    for dataset_id in known if seen.source is None else [seen.source]:
        for run in archive.runs(dataset_id):
            archive.check(run)
            run_count, page_count = run_count + 1, page_count + run.page_count
    told = {"runs": run_count, "pages": page_count}
    return json.dumps(told) if seen.json else f"{page_count} pages of {run_count} runs are what they were"


def _prune(seen: argparse.Namespace, settings: Settings, now: datetime) -> str:
    before = resolve(seen.older_than, None, now).since
    if before is None or (now - before).total_seconds() < SHORTEST_HOURS * 3600:
        raise UsageError(f"--older-than {seen.older_than!r} is too near; expected a day or more, for example 400d")
    reason = (seen.reason or "").strip()
    if not reason and not seen.dry_run:
        raise UsageError("a removal needs a --reason, which is kept with your name; or look first with --dry-run")
    shelves = Shelves(settings.archive_url)
    with closing(db.connect(db.database_url(settings))) as conn:
        if not seen.dry_run:
            receipts.keep_runs_out(conn)
        plan = plan_removal(conn, shelves, before, gives_up=seen.give_up_history)
        if not seen.dry_run and (plan.pages or plan.runs):
            _audit(settings, plan, reason)
            remove(shelves, plan)
    return _told(seen, plan)


def _audit(settings: Settings, plan: Plan, reason: str) -> None:
    """Committed by itself, before anything goes."""
    after = {"pages": len(plan.pages), "bytes": plan.byte_count, "runs": [str(run.run_id) for run in plan.runs]}
    with closing(db.connect(db.database_url(settings))) as conn:
        receipts.audit(conn, "archive prune", actor(), reason, after)
        conn.commit()


def _told(seen: argparse.Namespace, plan: Plan) -> str:
    if seen.json:
        pages = [{"sha256": one.page.sha256, "bytes": one.page.byte_count, "reason": one.reason} for one in plan.pages]
        runs = [{"run_id": str(run.run_id), "source": run.dataset_id, "at": run.at.isoformat()} for run in plan.runs]
        document = {"is_dry_run": seen.dry_run, "runs": runs, "pages": pages, "kept": plan.kept_count}
        return json.dumps({**document, "bytes": plan.byte_count})
    verb = "would go" if seen.dry_run else "are gone"
    lines = [f"run {run.run_id} of {run.dataset_id}, {run.at:%Y-%m-%d}: given up" for run in plan.runs]
    lines += [f"page {one.page.sha256} ({one.page.byte_count} bytes): {one.reason}" for one in plan.pages]
    lines.append(f"{len(plan.pages)} pages {verb} ({plan.byte_count} bytes), {plan.kept_count} stay")
    return "\n".join(lines)


def _refuse(reason: object, code: int) -> int:
    print(f"permit_leads archive: {reason}", file=sys.stderr)
    return code
