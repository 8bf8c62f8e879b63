"""How the state of a source is judged and shown: the same words in lists, in JSON and in the health check."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from permit_leads.freshness import Feed, Judgement, judge
from permit_leads.page import Window
from permit_leads.registry import Dataset
from permit_leads.store.feeds import FeedRow
from permit_leads.store.state import AuditEntry, RunRow, StateRow

Freshness = Literal["fresh", "stale", "unknown", "disabled"]

LONGEST_RUN = timedelta(hours=6)
REASON_WIDTH = 120
# No heading may hold a status word: the runbook greps the list for them.
HEADINGS = ("source", "status", "freshness", "last run", "last good", "watermark", "records", "reason")


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source, what is known of it, and what is wrong with it (None: nothing); a warning asks nobody to act."""

    source: str
    status: str
    freshness: Freshness
    problem: str | None
    warning: str | None
    is_in_registry: bool
    freshness_hours: int | None
    newest_issued_date: date | None
    stale_since: datetime | None
    state: StateRow | None


def view_source(
    source: str, dataset: Dataset | None, row: StateRow | None, feed: FeedRow | None, is_active: bool, now: datetime
) -> SourceView:
    """Judge a source at the instant `now`; one that is not active has no problems."""
    status = "unknown" if row is None else row.status
    newest = None if feed is None else feed.newest_issued_date
    known = Judgement("unknown", "no_good_run")
    if dataset is not None and row is not None:
        held_at = None if feed is None else feed.held_at
        known = judge(Feed(dataset.freshness_hours, row.last_success, newest, held_at), now)
    problem = warning = None
    if is_active:
        problem = _find_problem(status, row, now)
        if problem is None:
            problem, warning = _find_age(known, dataset, row, feed)
    return SourceView(
        source=source,
        status=status,
        freshness=known.freshness if dataset is None or is_active else "disabled",
        problem=problem,
        warning=warning,
        is_in_registry=dataset is not None,
        freshness_hours=None if dataset is None else dataset.freshness_hours,
        newest_issued_date=newest,
        stale_since=known.since,
        state=row,
    )


def list_as_text(views: Sequence[SourceView]) -> str:
    """One line a source, in columns."""
    rows = [HEADINGS, *(_cells(view) for view in views)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def list_as_json(views: Sequence[SourceView]) -> str:
    """All sources, and whether all of them are well."""
    is_well = not any(view.problem for view in views) and any(view.freshness != "disabled" for view in views)
    return _dump({"is_well": is_well, "sources": [_record(view) for view in views]})


def source_as_text(view: SourceView, window: Window | None, runs: Sequence[RunRow]) -> str:
    """The full record, the next window and the last runs, line by line; the same state gives the same text."""
    lines = [f"{key}: {_text(value)}" for key, value in {**_record(view), "next_window": _days(window)}.items()]
    lines.append(f"last runs: {len(runs)}")
    return "\n".join([*lines, *(f"  {line}" for line in _run_lines(runs))])


def source_as_json(view: SourceView, window: Window | None, runs: Sequence[RunRow]) -> str:
    """The same as one JSON document."""
    shown = None if window is None else asdict(window)
    return _dump({**_record(view), "next_window": shown, "runs": [asdict(run) for run in runs]})


def source_in_brief(view: SourceView) -> str:
    """One line that changes whenever something of the source does."""
    row = view.state
    said = {"records": row.records_processed, "watermark": row.watermark, "last_run": row.last_run} if row else {}
    if row is not None and view.status == "running":
        said = {**said, "sign_of_life": row.heartbeat_at}
    known = " ".join(f"{key}={_text(value)}" for key, value in said.items())
    return " ".join(
        filter(None, (view.source, view.status, view.freshness, known, _one_line(view.problem or view.warning or "")))
    )


def audit_as_text(entries: Sequence[AuditEntry]) -> str:
    """One line an entry: when, who, what, of which source, and why."""
    if not entries:
        return "nothing was changed by hand"
    return "\n".join(
        f"{_text(entry.recorded_at)} {entry.actor} {entry.source} {entry.action}"
        f" reason={json.dumps(_one_line(entry.reason or ''), ensure_ascii=False)}"
        for entry in entries
    )


def audit_as_json(entries: Sequence[AuditEntry]) -> str:
    """The same with the state before and after, as one JSON document."""
    return _dump({"entries": [asdict(entry) for entry in entries]})


def _find_problem(status: str, row: StateRow | None, now: datetime) -> str | None:
    if status == "failure" and row is not None:
        return f"failure: {_one_line(row.error_message or 'no reason given')}"
    if status == "unknown" or row is None:
        return "unknown: never ran"
    if status == "running" and row.last_run is not None and now - row.last_run > LONGEST_RUN:
        return f"running for more than {LONGEST_RUN.total_seconds() / 3600:.0f} hours"
    return None


def _find_age(
    known: Judgement, dataset: Dataset | None, row: StateRow | None, feed: FeedRow | None
) -> tuple[str | None, str | None]:
    """The problem and the warning that lie in the age of what is there; recorded rows never grow, so theirs only warns.

    A source whose permits carry no day of issue cannot be judged by its data, and says so.
    """
    if known.cause == "no_good_run" or row is None or dataset is None:
        return "unknown: no run has gone well yet", None
    if known.cause == "no_day_of_issue":
        return None, "unknown: no permit carries a day of issue, so nothing tells how old the data is"
    if known.cause == "held_back":
        return f"stale since {_text(known.since)}: a batch is held back", None
    if known.cause == "run_is_old":
        return f"stale: last good run {_text(row.last_success)}, promised every {dataset.freshness_hours} hours", None
    if known.cause == "permits_are_old" and feed is not None:
        said = f"stale: runs go well, but the newest permit was issued on {feed.newest_issued_date}"
        return (None, f"{said} (recorded rows)") if feed.simulated_note else (f"{said}; the feed may be dead", None)
    return None, None


def _record(view: SourceView) -> dict[str, object]:
    state: Mapping[str, object] = {} if view.state is None else asdict(view.state)
    return {
        "source": view.source,
        "status": view.status,
        "freshness": view.freshness,
        "problem": view.problem,
        "warning": view.warning,
        "is_in_registry": view.is_in_registry,
        "freshness_hours": view.freshness_hours,
        "newest_issued_date": view.newest_issued_date,
        "stale_since": view.stale_since,
        **{key: state.get(key) for key in StateRow.__dataclass_fields__ if key not in ("source", "status")},
    }


def _cells(view: SourceView) -> tuple[str, ...]:
    row = view.state
    reason = _one_line(view.problem or view.warning or "")[:REASON_WIDTH]
    if row is None:
        return (view.source, view.status, view.freshness, "-", "-", "-", "0", reason)
    known = (_text(row.last_run), _text(row.last_success), _text(row.watermark), str(row.records_processed))
    return (view.source, view.status, view.freshness, *known, reason)


def _run_lines(runs: Sequence[RunRow]) -> Iterator[str]:
    for run in runs:
        counts = (
            f"pages={run.page_count} records={run.record_count} new={run.permit_new_count} "
            f"changed={run.permit_changed_count} same={run.permit_unchanged_count} leads={run.lead_written_count} "
            f"rejected={run.rejection_count}"
        )
        window = _days(Window(run.window_since, run.window_until))
        reason = f" reason={json.dumps(_one_line(run.error_message), ensure_ascii=False)}" if run.error_message else ""
        yield (
            f"{_text(run.started_at)} {run.kind} {run.status} window={window} {counts} {_times(run)}"
            f"run_id={run.run_id}{reason}"
        )


def _times(run: RunRow) -> str:
    """How long the run took and, where it was written down, each stage."""
    if run.finished_at is None:
        return ""
    stages = ",".join(f"{stage}:{seconds:g}" for stage, seconds in run.stage_seconds.items())
    return f"seconds={(run.finished_at - run.started_at).total_seconds():.1f} {f'stages={stages} ' if stages else ''}"


def _days(window: Window | None) -> str:
    if window is None:
        return "unknown (the registry has no such source)"
    if window.since is None and window.until is None:
        return "all"
    return f"{window.since or ''}..{window.until or ''}"


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return "-" if value is None else _one_line(str(value))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _dump(document: Mapping[str, object]) -> str:
    return json.dumps(document, default=_json_text, ensure_ascii=False, indent=2)


def _json_text(value: object) -> str:
    return _text(value) if isinstance(value, datetime) else str(value)
