"""The doctor's verdict on a source: what its publisher shows, what the state says, and what changed since a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from permit_leads import quality
from permit_leads.freshness import is_behind, patience_days
from permit_leads.probe import Probe, fingerprint


@dataclass(frozen=True, slots=True)
class Verdict:
    """One source, well or sick, and all that was looked at; `drift` is None where no run kept its columns."""

    source: str
    reasons: list[str]
    found: Probe
    last_run_day: date | None
    last_fingerprint: str | None
    drift: quality.Drift | None

    @property
    def is_well(self) -> bool:
        """Nothing speaks against it; a column that came or went does not yet."""
        return not self.reasons


def examine(
    found: Probe, kept: Mapping[str, Any] | None, state_problem: str | None, freshness_hours: int, today: date
) -> Verdict:
    """The verdict on a probe, beside the profile that the last good run kept and the problem that its state has."""
    reasons = find_reasons(found.problem, found.newest_date, state_problem, freshness_hours, today)
    profile = None if kept is None else quality.from_json(kept)
    if profile is None or not profile.columns:
        return Verdict(found.source, reasons, found, None, None, None)
    drift = None
    if found.columns:
        drift = quality.find_drift((profile.columns, profile.kinds), (set(found.columns), found.kinds))
    return Verdict(found.source, reasons, found, profile.run_day, fingerprint(profile.columns), drift)


def find_reasons(
    problem: str | None, newest: date | None, state_problem: str | None, freshness_hours: int, today: date
) -> list[str]:
    """Why a source is not well; a publisher that answers with old rows, or with none, is not taken to be.

    `newest` is the newest day of issue the publisher showed, None when it showed none. How old it may be follows from
    the source's freshness, as in coverage.
    """
    reasons = [reason for reason in (problem, state_problem) if reason]
    if problem is None and (newest is None or is_behind(newest, freshness_hours, today)):
        days = patience_days(freshness_hours)
        reasons.append(f"the publisher answers, but shows no permit issued in the last {days} days")
    return reasons


def as_document(verdict: Verdict) -> dict[str, object]:
    """The verdict as JSON shows it."""
    found = verdict.found
    return {
        "source": verdict.source,
        "is_well": verdict.is_well,
        "reasons": verdict.reasons,
        "newest_date": found.newest_date,
        "addresses": found.addresses,
        "tls": found.tls,
        "robots": found.robots,
        "statuses": found.statuses,
        "request_count": found.request_count,
        "spacing_seconds": found.spacing_seconds,
        "fingerprint": found.fingerprint,
        "last_run_day": verdict.last_run_day,
        "last_fingerprint": verdict.last_fingerprint,
        "drift": None if verdict.drift is None else asdict(verdict.drift),
    }


def as_text(verdict: Verdict) -> str:
    """A line with the verdict, and three with what was looked at."""
    found = verdict.found
    word = "well" if verdict.is_well else f"sick: {'; '.join(verdict.reasons)}"
    statuses = ", ".join(str(status) for status in found.statuses) or "none"
    return "\n".join(
        [
            f"{verdict.source}: {word}; newest day of issue {found.newest_date or 'not seen'}",
            f"  name {', '.join(found.addresses) or 'not looked at'}; TLS {found.tls}",
            f"  robots.txt {found.robots}; status {statuses}; {found.spacing_seconds:g} s or more between requests",
            f"  columns {_columns(verdict)}",
        ]
    )


def _columns(verdict: Verdict) -> str:
    found, drift = verdict.found, verdict.drift
    if found.fingerprint is None:
        return "not seen"
    if drift is None:
        return f"{found.fingerprint}; no run has kept any to compare them with"
    told = {"added": drift.added, "not seen now": drift.missing, "changed": drift.changed}
    different = "; ".join(f"{word}: {', '.join(names)}" for word, names in told.items() if names)
    if not different:
        return f"{found.fingerprint}, as in the run of {verdict.last_run_day}"
    return f"{found.fingerprint}, {verdict.last_fingerprint} in the run of {verdict.last_run_day}; {different}"
