"""What earlier runs of a dataset were like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from permit_leads.quality.profile import Profile

# Filled or reworded later in a permit's life: only runs over about the same number of days can be compared.
OF_LATER_LIFE = frozenset({"completed_date", "expires_date", "status_date", "status_current", "status_current_mapped"})
FEWEST_PERMITS = 50


@dataclass(frozen=True, slots=True)
class History:
    """Profiles of good runs, newest first, and permits by day of issue as the store had them before this run.

    `runs` are those since an operator last accepted something unusual.
    """

    runs: Sequence[Profile] = ()
    daily: Mapping[date, int] = field(default_factory=dict)

    def like(self, profile: Profile) -> History:
        """The runs whose columns were read as this one's are."""
        return History([run for run in self.runs if run.mapping == profile.mapping and run.permits], self.daily)

    def peers(self, profile: Profile, name: str) -> list[Profile]:
        """The runs that a field may be compared with; none when they are too small to say anything."""
        similar = [run for run in self.runs if is_similar_span(run.span_days, profile.span_days)]
        chosen = similar if similar or name in OF_LATER_LIFE else list(self.runs)
        return chosen if sum(run.permits for run in chosen) >= FEWEST_PERMITS else []

    def known_words(self, name: str) -> Counter[str]:
        """Every word of a field that was ever seen, with its count; empty when it is no vocabulary."""
        seen: Counter[str] = Counter()
        for run in self.runs:
            words = run.words.get(name)
            if words is None:
                return Counter()
            seen.update(words)
        return seen


def is_similar_span(one: int | None, other: int | None) -> bool:
    """Whether two windows are about as long; None is everything."""
    if one is None or other is None:
        return one is other
    return max(one, other) <= 2 * max(1, min(one, other))
