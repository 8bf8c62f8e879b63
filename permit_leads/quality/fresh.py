"""The permits that came for the first time, by themselves: among a fortnight of old rows, a day of bad ones is lost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from permit_leads.quality.findings import Finding, graded
from permit_leads.quality.history import History
from permit_leads.quality.jurisdiction import check_jurisdiction
from permit_leads.quality.profile import Profile
from permit_leads.quality.shares import source_columns
from permit_leads.quality.words import check_places, check_words
from permit_leads.registry import Dataset

MOST_RUNS = 8  # so many runs together, when one brings too little to tell
FEWEST_NEW, FEWEST_BEFORE = 8, 50
FEWEST_TO_HOLD = 20
IMPROBABLE = 10.0  # natural logarithm: once in twenty thousand
LEAST_DROP, GREAT_DROP = 0.10, 0.30
FEWEST_DISTINCT, COLLAPSE = 8, 0.2
GREAT_FRESH = 0.5


def check_fresh(dataset: Dataset, profile: Profile, history: History) -> list[Finding]:
    """New permits against the new permits of earlier runs: lost values, values by rote, odd words and places."""
    fresh = profile.fresh
    if fresh is None or not fresh.permits:
        return []
    return [
        *_over_days(dataset, fresh, [run.fresh for run in history.runs if run.fresh is not None]),
        *check_words(dataset, fresh, history, least=GREAT_FRESH),
        *check_places(dataset, fresh, history, least=GREAT_FRESH),
        *check_jurisdiction(dataset, fresh),
    ]


def _over_days(dataset: Dataset, fresh: Profile, past: Sequence[Profile]) -> Iterator[Finding]:
    """Of each field what the fewest runs together can tell."""
    said: set[str] = set()
    for count in range(min(MOST_RUNS, len(past))):
        recent, before = added([fresh, *past[:count]]), past[count:]
        usual = added(before)
        if recent.permits < FEWEST_NEW or usual.permits < FEWEST_BEFORE:
            continue
        for name in sorted(name for name, filled in usual.filled.items() if filled and name not in said):
            found = _lost(dataset, name, recent, usual, before) or _by_rote(dataset, name, recent, usual)
            if found is not None:
                said.add(name)
                yield found


def added(profiles: Sequence[Profile]) -> Profile:
    """The counts of several profiles together."""
    together = Profile()
    for one in profiles:
        together.add(one)
    return together


def _lost(dataset: Dataset, name: str, recent: Profile, before: Profile, runs: Sequence[Profile]) -> Finding | None:
    usual = (before.filled[name] + 1) / (before.permits + 2)  # never quite all, never quite none
    share = recent.share(name)
    if usual - share < LEAST_DROP or share > usual / 2:
        return None
    if recent.permits * surprise(share, usual) < IMPROBABLE * unrest(name, runs, usual):
        return None
    message = (
        f"{name} is filled on {share:.0%} of the {recent.permits} newest permits, {usual:.0%} are usual when they are "
        f"new; column {source_columns(dataset, name)} may not be filled any more"
    )
    is_great = usual - share >= GREAT_DROP and recent.permits >= FEWEST_TO_HOLD
    return graded("null_share", message, is_failure=is_great)


def unrest(name: str, runs: Sequence[Profile], usual: float) -> float:
    """How much more a field's share jumps from day to day than chance makes it; 1 is chance.

    Permits come in batches (a builder's thirty houses), so that days differ more than single permits do.
    """
    days = [run for run in runs if run.permits]
    if len(days) < 2:
        return 1.0
    jumps = [(day.filled[name] - day.permits * usual) ** 2 / (day.permits * usual * (1 - usual)) for day in days]
    return max(1.0, sum(jumps) / (len(days) - 1))


def _by_rote(dataset: Dataset, name: str, recent: Profile, before: Profile) -> Finding | None:
    if before.filled[name] < FEWEST_BEFORE or recent.filled[name] < FEWEST_DISTINCT:
        return None
    expected = before.distinct_share(name) * recent.filled[name]
    if expected < FEWEST_DISTINCT or recent.distinct_share(name) > COLLAPSE * before.distinct_share(name):
        return None
    message = (
        f"{name} has {recent.distinct[name]} different values on the {recent.filled[name]} newest permits, about "
        f"{expected:.0f} are usual; column {source_columns(dataset, name)} may be filled by rote"
    )
    return Finding("values_collapsed", "warning", message)


def surprise(share: float, usual: float) -> float:
    """How unlikely one row makes a share where another is usual: the divergence of the two, in natural units."""
    kept = share * math.log(share / usual) if share else 0.0
    lost = (1 - share) * math.log((1 - share) / (1 - usual)) if share < 1 else 0.0
    return kept + lost
