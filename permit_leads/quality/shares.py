"""Fields that lost their values, values that can no longer be read, and columns that all say the same."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from permit_leads.permit import FIELD_BY_NAME
from permit_leads.quality.findings import Finding, graded
from permit_leads.quality.history import History
from permit_leads.quality.profile import Profile
from permit_leads.registry import Dataset

FEWEST_PERMITS = 20
SPREADS = 6.0
LEAST_DROP = 0.10
IMPROBABLE = 14.0  # natural logarithm: once in a million
GREAT_DROP = 0.30
LEAST_REFUSED = 0.05
GREAT_REFUSED = 0.30
FEWEST_DISTINCT = 8
COLLAPSE = 0.2
ODD_DATES = 0.01


def check_shares(dataset: Dataset, profile: Profile, history: History) -> list[Finding]:
    """Each field against the runs it may be compared with."""
    if profile.permits < FEWEST_PERMITS:
        return []
    return [
        *_lost_values(dataset, profile, history),
        *_refused_values(dataset, profile, history),
        *_collapsed(dataset, profile, history),
    ]


def check_odd_dates(dataset: Dataset, profile: Profile, history: History, today: date) -> list[Finding]:
    """Dates that cannot be: years to come, 1899, issue days after today. A few are slips, more is another meaning."""
    ahead = {day: count for day, count in profile.days.items() if day > today}
    late = profile.late + Counter({"issued_date": sum(ahead.values())})
    found = []
    for code, what, counts in (("future_dates", "after", late), ("ancient_dates", "long before", profile.early)):
        for name, count in sorted(counts.items()):
            share = count / max(1, profile.permits)
            usual = max(
                ((run.late if what == "after" else run.early)[name] / run.permits for run in history.runs), default=0.0
            )
            newest = f" (latest {max(ahead)})" if name == "issued_date" and ahead and what == "after" else ""
            message = (
                f"{count} of {profile.permits} permits have a {name} {what} {today}{newest}, which cannot be; "
                f"those dates are left blank or ranked as today ({dataset.id})"
            )
            if count < 3 or share <= usual + ODD_DATES:
                found.append(Finding(code, "note", message))
            else:
                found.append(graded(code, message, is_failure=share > usual + LEAST_DROP))
    return found


def _lost_values(dataset: Dataset, profile: Profile, history: History) -> Iterator[Finding]:
    for name in _compared_fields(history):
        peers = history.peers(profile, name)
        if not peers:
            continue
        usual, share = _least_share(peers, name), profile.share(name)
        noise = math.sqrt(max(usual * (1 - usual), 0.01) / profile.permits)
        drop = usual - share
        is_emptied = share == 0 and -profile.permits * math.log(max(1 - usual, 1e-9)) >= IMPROBABLE
        if drop < max(LEAST_DROP, SPREADS * noise) and not is_emptied:
            continue
        message = (
            f"{name} is filled on {share:.1%} of the permits, {usual:.1%} at least are usual; "
            f"column {source_columns(dataset, name)} may have been renamed, emptied or moved"
        )
        yield graded("null_share", message, is_failure=drop >= GREAT_DROP and share <= usual / 2)


def _refused_values(dataset: Dataset, profile: Profile, history: History) -> Iterator[Finding]:
    for name in sorted(profile.refused):
        share = profile.refused_share(name)
        usual = max((run.refused_share(name) for run in history.runs), default=0.0)
        if profile.refused[name] < 5 or share < usual + LEAST_REFUSED:
            continue
        message = (
            f"{profile.refused[name]} values of {name} ({share:.1%}) cannot be read, {usual:.1%} are usual; "
            f"column {source_columns(dataset, name)} is written in another way now, see the rejections of this run"
        )
        is_known = any(run.filled[name] for run in history.runs)
        yield graded("values_refused", message, is_failure=is_known and share >= usual + GREAT_REFUSED)


def _collapsed(dataset: Dataset, profile: Profile, history: History) -> Iterator[Finding]:
    """A column that used to differ from permit to permit and says the same on all of them now."""
    for name in _compared_fields(history):
        peers = [run for run in history.peers(profile, name) if run.filled[name] >= FEWEST_PERMITS]
        if not peers or profile.filled[name] < FEWEST_PERMITS:
            continue
        expected = min(run.distinct_share(name) for run in peers) * profile.filled[name]
        if FIELD_BY_NAME[name].kind == "date" and profile.span_days is not None:
            expected = min(expected, profile.span_days)  # a window of few days has few days in it
        is_varied = profile.distinct[name] > COLLAPSE * expected
        if expected < FEWEST_DISTINCT or is_varied or profile.filled[name] > 3 * _most(peers, name):
            continue
        message = (
            f"{name} has {profile.distinct[name]} different values on {profile.filled[name]} permits, about "
            f"{expected:.0f} are usual; column {source_columns(dataset, name)} may be filled by rote"
        )
        yield graded("values_collapsed", message, is_failure=True)


def _most(peers: Sequence[Profile], name: str) -> int:
    return max(run.filled[name] for run in peers)


def _least_share(peers: Sequence[Profile], name: str) -> float:
    return min(run.share(name) for run in peers)


def _compared_fields(history: History) -> list[str]:
    return sorted({name for run in history.runs for name, count in run.filled.items() if count})


def source_columns(dataset: Dataset, name: str) -> str:
    """The publisher's columns that a field comes from, for a message."""
    rule = dataset.rule_of(name)
    return "/".join(rule.columns_read) if rule is not None else "(none: a constant or looked up)"
