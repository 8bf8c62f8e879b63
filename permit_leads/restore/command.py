"""The command scripts/restore_from_csv.py: permits back out of an archived CSV file.

The counts are shown first; then everything is written in one transaction, or nothing. A second time writes nothing.

Exit codes: 0 done, 1 refused because a run is at work, 2 the command line or the file is wrong, 3 the database cannot
be read or written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import psycopg

from permit_leads.archive import Archive, ArchiveCorrupt
from permit_leads.errors import DatabaseUnavailable, RegistryError, UsageError
from permit_leads.progress import redact
from permit_leads.registry import Dataset, load_registry
from permit_leads.restore.faults import BadFile, Suspicious
from permit_leads.restore.restoring import Asked, Restored, restore_archive
from permit_leads.selection import suggest
from permit_leads.settings import load_settings
from permit_leads.store import db, state
from permit_leads.suppressing import learn_again

DONE, REFUSED, USAGE, DATABASE = 0, 1, 2, 3
EXAMPLES = (
    "for example: restore_from_csv.py --file archived_permits_20240115.csv, or restore_from_csv.py "
    "--file archived_permits_20240115.csv --dry-run"
)


class Parser(argparse.ArgumentParser):
    """Raises what is wrong instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError with argparse's message and the usage."""
        raise UsageError(f"{message}\n{self.format_usage().strip()}\n{EXAMPLES}")


def main(argv: Sequence[str] | None = None) -> int:
    """Restore one file and return the exit code."""
    try:
        _run(_parse(sys.argv[1:] if argv is None else argv))
    except Suspicious as error:
        return _complain(f"{error}; look at it, and add --force to restore what is good in it", USAGE)
    except (BadFile, UsageError, RegistryError) as error:
        return _complain(error, USAGE)
    except state.LeaseHeld as error:
        return _complain(f"{error}; nothing was restored, wait for it", REFUSED)
    except (ArchiveCorrupt, OSError) as error:
        return _complain(f"nothing was restored: {error}", DATABASE)
    except DatabaseUnavailable as error:
        return _complain(error, DATABASE)
    except psycopg.Error as error:
        reason = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        return _complain(f"the database refuses, nothing was restored: {reason}", DATABASE)
    return DONE


def _run(seen: argparse.Namespace) -> None:
    settings, registry = load_settings(), load_registry()
    asked = Asked(seen.file, _source(seen.source, registry), seen.dry_run, seen.force, datetime.now(UTC))
    with closing(db.connect(db.database_url(settings))) as conn:

        def tell(plan: Restored) -> None:
            if not seen.json:
                print(counts_text(asked, plan), flush=True)

        learn_again(conn, settings.archive_url)
        restored = restore_archive(conn, Archive(settings.archive_url), registry, asked, tell)
    print(as_json(asked, restored) if seen.json else ending_text(asked, restored), flush=True)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        prog="restore_from_csv.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--file", metavar="PATH", type=Path, required=True, help="the CSV file, packed with gzip or not"
    )
    parser.add_argument("--source", metavar="ID", help="whose rows the file holds; needed for a publisher's own file")
    parser.add_argument("--dry-run", action="store_true", help="show the counts and the rejected rows, write nothing")
    parser.add_argument("--force", action="store_true", help="also when many rows are bad, or of another day")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    return parser.parse_args(argv)


def _source(name: str | None, registry: dict[str, Dataset]) -> str | None:
    if name is not None and name not in registry:
        raise UsageError(f"--source {name!r} is unknown{suggest(name, registry)}; {EXAMPLES}")
    return name


def counts_text(asked: Asked, plan: Restored) -> str:
    """What the file holds beside what the store knows."""
    counts = plan.counts
    lines = [
        f"{asked.path}: {plan.row_count} rows, sha-256 {plan.sha256}",
        f"  new        {counts.new}",
        f"  changed    {counts.changed}",
        f"  unchanged  {counts.unchanged}",
        f"  older      {counts.older + counts.history} ({counts.history} put back as history, {counts.older} left out)",
        f"  rejected   {counts.rejected}" + (f" (listed in {plan.rejects_path})" if plan.rejects_path else ""),
    ]
    return "\n".join(lines)


def ending_text(asked: Asked, restored: Restored) -> str:
    """What has been done."""
    if asked.is_dry_run:
        return "Dry run: nothing was written."
    if not restored.is_written:
        return "Nothing to write: the store knows all of it."
    return f"Restored {restored.counts.written} versions (run {', '.join(restored.run_ids)})."


def as_json(asked: Asked, restored: Restored) -> str:
    """The same as one JSON document."""
    document = {"file": str(asked.path), "is_dry_run": asked.is_dry_run, **asdict(restored)}
    return json.dumps(document, default=str, ensure_ascii=False)


def _complain(reason: object, code: int) -> int:
    print(f"restore_from_csv: {redact(str(reason))}", file=sys.stderr)
    return code
