"""How a command ended, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from permit_leads.export import ExportedFile
from permit_leads.outcome import Outcome, Request
from permit_leads.window import Instants, describe

HEADINGS = ("source", "status", "window", "pages", "records", "new", "changed", "same", "leads", "rejected", "seconds")
DONE, ALL_FAILED, SOME_FAILED = 0, 4, 5

Exports = Mapping[str, Sequence[ExportedFile]]


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """0 when every source went well, empty ones too; 4 when none did; 5 when some did not."""
    failure_count = sum(outcome.status == "failure" for outcome in outcomes)
    if failure_count == 0:
        return DONE
    return ALL_FAILED if failure_count == len(outcomes) else SOME_FAILED


def as_text(request: Request, outcomes: Sequence[Outcome], exports: Exports) -> str:
    """A table of the sources, then whatever a person should know of each, then what it means for the next run."""
    lines = [*_table([HEADINGS, *(_row(outcome) for outcome in outcomes)]), ""]
    for outcome in outcomes:
        lines += [f"{outcome.dataset_id}: {remark}" for remark in _remarks(outcome, exports)]
    return "\n".join([*lines, *_closing(request)])


def as_json(request: Request, outcomes: Sequence[Outcome], exports: Exports) -> str:
    """The same as one JSON document."""
    document = {
        "kind": request.kind,
        "is_dry_run": request.is_dry_run,
        "window": describe(Instants(request.since, request.until)),
        "exit_code": exit_code(outcomes),
        "sources": [
            {**asdict(outcome), "exports": [asdict(file) for file in exports.get(outcome.dataset_id, ())]}
            for outcome in outcomes
        ],
    }
    return json.dumps(document, default=str, ensure_ascii=False, indent=2)


def _row(outcome: Outcome) -> tuple[str, ...]:
    counts = (
        outcome.permit_new_count,
        outcome.permit_changed_count,
        outcome.permit_unchanged_count,
        outcome.lead_written_count,
        outcome.rejection_count,
    )
    records = str(outcome.record_count)
    if outcome.expected_count not in (None, outcome.record_count):
        records += f" of {outcome.expected_count}"
    start = (outcome.dataset_id, outcome.status, _window(outcome), str(outcome.page_count), records)
    return *start, *map(str, counts), f"{outcome.seconds:.1f}"


def _window(outcome: Outcome) -> str:
    if outcome.window_since is None and outcome.window_until is None:
        return "all"
    return f"{outcome.window_since or ''}..{outcome.window_until or ''}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    is_left = [column < 3 for column in range(len(HEADINGS))]
    return [
        "  ".join(
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(row, widths, is_left, strict=True)
        ).rstrip()
        for row in rows
    ]


def _remarks(outcome: Outcome, exports: Exports) -> list[str]:
    remarks = [outcome.error] if outcome.error else []
    if outcome.status == "empty":
        remarks.append("the publisher answers and has no records in this window")
    if outcome.simulated_note:
        remarks.append(f"simulated publisher: {outcome.simulated_note}")
    remarks += [
        f"{finding.severity}: {finding.message}" for finding in outcome.findings if finding.severity == "warning"
    ]
    return remarks + [f"{_rows(file.row_count)} in {_shown(file.path)}" for file in exports.get(outcome.dataset_id, ())]


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _closing(request: Request) -> list[str]:
    if request.is_dry_run:
        return ["Dry run: nothing was stored."]
    if request.kind != "sync":
        return ["Watermarks stay where they were: the next run without --since starts where it would have started."]
    return []
