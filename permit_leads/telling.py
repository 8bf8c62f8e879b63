"""What a run says of itself while it goes on, line by line."""

from __future__ import annotations

from permit_leads.outcome import Attempt, Outcome, Progress
from permit_leads.registry import Dataset
from permit_leads.stages import Batch


def tell_page(progress: Progress, dataset: Dataset, attempt: Attempt, batch: Batch) -> None:
    """One page has been stored."""
    progress.event(
        "page",
        source=dataset.id,
        page=batch.page_index,
        kind=batch.page.kind,
        rows=batch.page.row_count,
        bytes=len(batch.page.body),
        ms=batch.page.elapsed_ms,
        total=attempt.tally.record_count,
        rejected=batch.rejections.height,
    )


def tell_end(progress: Progress, outcome: Outcome) -> None:
    """The run of one dataset has ended."""
    fields: dict[str, object] = {
        "source": outcome.dataset_id,
        "run_id": outcome.run_id,
        "status": outcome.status,
        "records": outcome.record_count,
        "new": outcome.permit_new_count,
        "changed": outcome.permit_changed_count,
        "unchanged": outcome.permit_unchanged_count,
        "leads": outcome.lead_written_count,
        "rejected": outcome.rejection_count,
        "seconds": round(outcome.seconds, 2),
    }
    if outcome.error is None:
        progress.event("run.finished", **fields)
    else:
        progress.event("run.failed", level="error", error=outcome.error, **fields)
