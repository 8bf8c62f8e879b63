"""The tasks of exports: make one file, and tidy up after all of them."""

from __future__ import annotations

from uuid import UUID

import psycopg
from procrastinate import App, JobContext
from procrastinate.exceptions import JobAborted

from leadledger.exports.files import ExportFiles
from leadledger.exports.making import Workshop, make_export
from leadledger.exports.tidying import tidy_exports
from leadledger.jobs.patience import Interrupted, Patience
from leadledger.jobs.schedule import TIDY_EXPORTS
from leadledger.settings import ApiSettings
from permit_leads.errors import DatabaseUnavailable
from permit_leads.progress import Progress
from permit_leads.registry import load_registry

MAKE_EXPORT = "make_export"  # also named by the trigger that defers it


def open_workshop(settings: ApiSettings, url: str) -> Workshop:
    """Where this worker makes files."""
    return Workshop(
        url,
        ExportFiles(settings.exports_url),
        settings.home / "exports.partial",
        load_registry(),
        settings.export_max_rows,
        settings.export_keep_days,
    )


def add_export_tasks(app: App, shop: Workshop, progress: Progress) -> None:
    """Make the tasks known to the queue."""

    def make(context: JobContext, *, export_id: str) -> None:
        run_export(shop, progress, context, UUID(export_id))

    def tidy(*, timestamp: int) -> None:
        del timestamp
        tidied = tidy_exports(shop)
        if tidied.removed_count or tidied.forgotten_count:
            progress.event("exports.tidied", removed=tidied.removed_count, forgotten=tidied.forgotten_count)

    app.task(name=MAKE_EXPORT, pass_context=True, retry=Patience())(make)
    app.task(name=TIDY_EXPORTS)(tidy)


def run_export(shop: Workshop, progress: Progress, context: JobContext, export_id: UUID) -> None:
    """Make one file; what was interrupted is begun anew by the next try.

    Raises:
        JobAborted: the worker ends.
        Interrupted: database or disk were away.
    """

    def look_up() -> None:
        if context.should_abort():
            raise JobAborted("the worker ends; the export is begun anew")

    try:
        row_count = make_export(shop, export_id, look_up)
    except (psycopg.OperationalError, DatabaseUnavailable, OSError) as error:
        raise Interrupted(f"export {export_id}: {type(error).__name__}") from error
    progress.event("export.finished", export=export_id, rows=row_count)
