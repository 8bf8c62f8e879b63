"""Whether what a run brought may be published: its rows against its own numbers and against earlier runs."""

from __future__ import annotations

from datetime import date
from typing import Literal

from permit_leads import quality
from permit_leads.errors import BatchHeld
from permit_leads.normalize import mapping_json
from permit_leads.outcome import Attempt
from permit_leads.registry import Dataset
from permit_leads.store.profiles import Past
from permit_leads.store.runs import Known

BEHIND = frozenset({"stale", "volume_low"})
UNREADABLE = frozenset({"rejections_over_limit", "no_permits_in_rows", "column_gone"})
Excused = Literal["accepted by an operator", "let in when it came"] | None


def judge(
    dataset: Dataset, attempt: Attempt, known: Known, past: Past, today: date, *, excused: Excused = None
) -> None:
    """Add what is found to the attempt; of a batch that is excused, failures are only warnings.

    Rows of an earlier day that today's source file cannot read are no matter of that day: they stay failures.

    Raises:
        BatchHeld: at least one finding is a failure; all of them are in the message.
    """
    profile = attempt.observed.close()
    profile.run_day, profile.span_days = today, span_of(attempt)
    profile.mapping = quality.mapping_mark(mapping_json(dataset))
    seen = quality.Seen(
        kind=attempt.kind,
        window=attempt.window,
        today=today,
        record_count=attempt.tally.record_count,
        expected_count=attempt.tally.expected_count,
        fatal_count=attempt.tally.fatal_count,
        permit_count=attempt.tally.permit_count,
        has_rows_in_window=known.has_rows_in_window,
        newest_known_date=known.newest_issued_date,
        newest_date=attempt.tally.newest_date,
        profile=profile,
        history=quality.History([quality.from_json(kept) for kept in past.profiles], past.daily),
        beyond_count=attempt.beyond_count,
        page_hashes=attempt.observed.page_hashes,
    )
    attempt.findings.extend(quality.check_run(dataset, seen))
    if excused is not None:
        attempt.findings = [_excuse(finding, excused) for finding in attempt.findings]
    attempt.findings = list(dict.fromkeys(attempt.findings))
    profile.is_behind = any(finding.code in BEHIND for finding in attempt.findings)
    failures = [finding for finding in attempt.findings if finding.severity == "failure"]
    if failures:
        codes = tuple(dict.fromkeys(finding.code for finding in failures))
        raise BatchHeld(dataset.id, "; ".join(finding.message for finding in failures), codes)


def _excuse(finding: quality.Finding, excused: str) -> quality.Finding:
    if finding.severity != "failure" or (excused == "let in when it came" and finding.code in UNREADABLE):
        return finding
    return quality.Finding(finding.code, "warning", f"{excused}: {finding.message}")


def span_of(attempt: Attempt) -> int | None:
    """Days of the window, both ends included; None when one of them is open."""
    since, until = attempt.window.since, attempt.window.until
    return None if since is None or until is None else (until - since).days + 1
