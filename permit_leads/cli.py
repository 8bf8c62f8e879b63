"""The command `python -m permit_leads`: understand, refuse or run, write the files asked for, report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from permit_leads import archive_cli, export_cli, report
from permit_leads.archive.shelves import Shelves
from permit_leads.arguments import Arguments, parse_arguments
from permit_leads.errors import DatabaseUnavailable, RegistryError, UsageError
from permit_leads.export import ExportedFile, export_window
from permit_leads.forecast import agree
from permit_leads.outcome import Outcome, Request
from permit_leads.page import Window
from permit_leads.progress import LOG_NAME, Progress
from permit_leads.registry import Dataset, load_registry
from permit_leads.restore.retelling import retell
from permit_leads.run import run_all
from permit_leads.selection import as_supervised, choose_sources
from permit_leads.settings import Settings, load_settings
from permit_leads.store import db
from permit_leads.window import Instants, describe

USAGE, DATABASE, INTERRUPTED = 2, 3, 130

Registry = dict[str, Dataset]
Run = Callable[[Request, Registry, Settings, Progress], list[Outcome]]


run_whole = partial(run_all, retell=retell)


def main(argv: Sequence[str] | None = None, run: Run = run_whole, now: datetime | None = None) -> int:
    """Run the command and return its exit code; `run` and `now` are for tests."""
    now = now or datetime.now(UTC)
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["export"]:
        return export_cli.main(argv[1:], now)
    if argv[:1] == ["archive"]:
        return archive_cli.main(argv[1:], now)
    try:
        arguments = parse_arguments(argv, now)
        settings, registry = as_supervised(load_settings()), load_registry()
        return _execute(_build_request(arguments, settings, registry), arguments, settings, registry, run, now)
    except (UsageError, RegistryError) as error:
        return _refuse(error, USAGE)
    except DatabaseUnavailable as error:
        return _refuse(error, DATABASE)
    except KeyboardInterrupt:
        return _refuse("interrupted", INTERRUPTED)


def _build_request(arguments: Arguments, settings: Settings, registry: Registry) -> Request:
    named = arguments.sources
    if arguments.is_replay and not named and not settings.sources:
        archived = Shelves(settings.archive_url).datasets()  # also those that are off, or only recorded
        named = tuple(name for name in archived if name in registry)
    return Request(
        dataset_ids=choose_sources(
            named, settings, registry, is_replay=arguments.is_replay, is_reconcile=arguments.is_reconcile
        ),
        since=arguments.instants.since,
        until=arguments.instants.until,
        formats=arguments.formats,
        delay_seconds=arguments.delay_seconds,
        is_dry_run=arguments.is_dry_run,
        is_replay=arguments.is_replay,
        is_reconcile=arguments.is_reconcile,
        out_dir=arguments.out_dir,
    )


def _execute(
    request: Request, arguments: Arguments, settings: Settings, registry: Registry, run: Run, now: datetime
) -> int:
    progress = Progress(Path.cwd() / LOG_NAME, sys.stderr)
    _announce(request, settings, progress)
    try:
        agree(request, registry, settings, progress, is_agreed=arguments.is_agreed)
        outcomes = run(request, registry, settings, progress)
    except DatabaseUnavailable as error:
        progress.event("database", level="error", reason=error)
        raise
    outcomes, exports = _export(request, outcomes, settings, registry, progress, now)
    render = report.as_json if arguments.is_json else report.as_text
    print(render(request, outcomes, exports), flush=True)
    return report.exit_code(outcomes)


def _announce(request: Request, settings: Settings, progress: Progress) -> None:
    """Say before anything is fetched which days are meant, on both clocks, of which sources, and from where."""
    shown: dict[str, str] = describe(Instants(request.since, request.until))
    if request.kind == "sync":
        shown = {"since": "each source's watermark less its overlap", "until": "now"}
    elif request.since is None:
        shown = {"since": "all that is archived" if request.kind == "replay" else "all that is published"}
    watermark = "moves" if request.kind == "sync" and not request.is_dry_run else "stays"
    places = {"sources": ",".join(request.dataset_ids), "connect_to": settings.connect_to}
    progress.event("window", kind=request.kind, **shown, watermark=watermark, **places)


def _export(
    request: Request, outcomes: list[Outcome], settings: Settings, registry: Registry, progress: Progress, now: datetime
) -> tuple[list[Outcome], dict[str, list[ExportedFile]]]:
    """Write the files of the sources that went well; one whose files cannot be written counts as failed."""
    exports: dict[str, list[ExportedFile]] = {}
    if not request.formats:
        return outcomes, exports
    ended: list[Outcome] = []
    with closing(db.connect(db.database_url(settings))) as conn:
        for outcome in outcomes:
            try:
                if outcome.status != "failure":
                    exports[outcome.dataset_id] = _export_one(conn, request, outcome, registry[outcome.dataset_id], now)
            except (OSError, psycopg.Error) as error:
                reason = f"the rows are stored, but the files could not be written: {error}"
                progress.event("export", level="error", source=outcome.dataset_id, reason=reason)
                outcome = replace(outcome, status="failure", error=reason)
            ended.append(outcome)
    return ended, exports


def _export_one(
    conn: psycopg.Connection, request: Request, outcome: Outcome, dataset: Dataset, now: datetime
) -> list[ExportedFile]:
    today = now.astimezone(ZoneInfo(dataset.publisher.time_zone)).date()
    window = Window(outcome.window_since, outcome.window_until)
    return export_window(conn, dataset, window, today, request.formats, request.out_dir)


def _refuse(reason: object, code: int) -> int:
    print(f"permit_leads: {reason}", file=sys.stderr)
    return code
