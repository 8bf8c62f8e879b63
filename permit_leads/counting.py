"""What a run remembers of each page: the counts it is judged by, and what the page lists."""

from __future__ import annotations

from permit_leads.outcome import Attempt
from permit_leads.stages import Batch
from permit_leads.store.absence import Absence


def count_batch(attempt: Attempt, batch: Batch) -> None:
    """Add a page to the run's counts, findings and profile."""
    tally = attempt.tally
    tally.page_count += 1
    tally.note = batch.page.note or tally.note
    if batch.page.expected_count is not None and attempt.kind != "replay":  # which adds up runs, each counted then
        tally.expected_count = batch.page.expected_count
    attempt.findings.extend(batch.findings)
    if batch.prepared is None:
        return
    if batch.view is not None:
        attempt.observed.add(batch.page_sha256, batch.view)
    tally.record_count += batch.page.row_count
    attempt.beyond_count += batch.page.row_count if batch.page.is_beyond else 0
    tally.rejection_count += batch.rejections.height
    tally.fatal_count += int(batch.rejections["is_fatal"].sum())
    tally.permit_count += batch.permit_count
    tally.newest_date = max(filter(None, (tally.newest_date, batch.newest_date)), default=None)


def note_listed(absence: Absence | None, batch: Batch) -> None:
    """What a page lists, when the run is to say what is listed no more."""
    if absence is None:
        return
    absence.note_fetch(batch.page.fetched_at, batch.recorded_at)
    if batch.view is not None:
        absence.note_listed(batch.view.permit_ids, batch.rejections["permit_key"], batch.oldest_date)
