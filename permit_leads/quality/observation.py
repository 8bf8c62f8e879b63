"""A run's rows as they pass: the profile grows, and every permit is counted once, in eight bytes each."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from permit_leads.quality.profile import Profile


@dataclass(frozen=True, slots=True)
class PageView:
    """What is noted of one page: its profile, the permits on it, and which of them were known or are changed."""

    profile: Profile
    permit_ids: pl.Series
    known_ids: pl.Series
    changed_count: int
    repeat_count: int


@dataclass(slots=True)
class Observation:
    """All pages of one run."""

    profile: Profile = field(default_factory=Profile)
    page_hashes: list[str] = field(default_factory=list)
    _permits: list[pl.Series] = field(default_factory=list)
    _known: list[pl.Series] = field(default_factory=list)

    def add(self, page_sha256: str, page: PageView) -> None:
        """Take in one page."""
        if page.profile.rows:
            self.page_hashes.append(page_sha256)
        self.profile.add(page.profile)
        self.profile.repeats += page.repeat_count
        self.profile.changed += page.changed_count
        self._permits.append(page.permit_ids.hash())
        self._known.append(page.known_ids.hash())

    def close(self) -> Profile:
        """The profile with permits that came on several pages counted as repeats."""
        count = sum(map(len, self._permits))
        self.profile.repeats += count - _distinct(self._permits)
        self.profile.known = _distinct(self._known)
        self._permits, self._known = [], []
        return self.profile


def _distinct(hashes: list[pl.Series]) -> int:
    return pl.concat(hashes).n_unique() if hashes else 0
