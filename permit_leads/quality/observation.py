"""A run's rows as they pass: the profile grows, and every permit is counted once, in eight bytes each."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from permit_leads.quality.profile import Profile

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class PageView:
    """What is noted of one page: its profile, the permits on it, and which of them were known or are changed."""

    profile: Profile
    permit_ids: pl.Series
    known_ids: pl.Series
    changed_count: int
    repeat_count: int
    content_hashes: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    conflicts: tuple[str, ...] = ()


@dataclass(slots=True)
class Observation:
    """All pages of one run."""

    profile: Profile = field(default_factory=Profile)
    page_hashes: list[str] = field(default_factory=list)
    _permits: list[pl.Series] = field(default_factory=list)
    _known: list[pl.Series] = field(default_factory=list)
    _contents: list[pl.Series] = field(default_factory=list)
    _conflicts: set[str] = field(default_factory=set)

    def add(self, page_sha256: str, page: PageView) -> None:
        """Take in one page."""
        if page.profile.rows:
            self.page_hashes.append(page_sha256)
        self.profile.add(page.profile)
        self.profile.repeats += page.repeat_count
        self.profile.changed += page.changed_count
        self._permits.append(page.permit_ids.hash())
        self._known.append(page.known_ids.hash())
        self._contents.append(page.content_hashes.hash())
        self._conflicts.update(page.conflicts)

    def close(self) -> Profile:
        """The profile with permits that came on several pages counted as repeats, and as conflicts if they differ."""
        count, distinct = sum(map(len, self._permits)), _distinct(self._permits)
        self.profile.repeats += count - distinct
        self.profile.known = _distinct(self._known)
        self.profile.conflicts = len(self._conflicts)
        if count > distinct:
            self.profile.conflicts += _differing(self._permits, self._contents) - distinct
        self.profile.examples = sorted(self._conflicts)[:EXAMPLES]
        self._permits, self._known, self._contents = [], [], []
        return self.profile


def _differing(permits: list[pl.Series], contents: list[pl.Series]) -> int:
    """Different things said of permits: each permit with each of its contents once."""
    pages = zip(permits, contents, strict=True)
    return pl.concat([pl.DataFrame({"id": ids, "said": said}) for ids, said in pages]).n_unique()


def _distinct(hashes: list[pl.Series]) -> int:
    return pl.concat(hashes).n_unique() if hashes else 0
