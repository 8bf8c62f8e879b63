"""False alarms: the checks, morning after morning, over years in which the publisher did nothing wrong.

Real permits of Austin, Chicago and New York, as if each had been published on the morning after its day of issue, with
the holidays and weekends as they were. Every warning or failure is a false one, except of Austin after 18 April 2016:
that report really died, and went on writing files without rows. How soon that is said is measured as well.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from permit_leads import quality
from permit_leads.normalize import normalize
from permit_leads.page import Window
from permit_leads.registry import Dataset, load_registry
from simulators.publishers.recorded_rows import unpack
from simulators.publishers.snapshot import SNAPSHOT
from simulators.recorded import austin

WARM_UP_DAYS = 40
LEARNT_DAYS, RUN_COUNT = 190, 15  # as the store reads them
DEATH = date(2016, 4, 18)  # the last day of Austin's report with permits
PATIENCE_DAYS = 30
SETS = {
    "austin_issued_permits": (
        "austin/2013.csv.zst",
        "austin/2014.csv.zst",
        "austin/2015.csv.zst",
        "austin/2016.csv.zst",
    ),
    "chicago_building_permits": ("chicago/2019q4.csv.zst",),
    "nyc_dob_now_permits": ("nyc/2026.csv.zst",),
}
BEHIND = frozenset({"stale", "volume_low"})


@dataclass(frozen=True, slots=True)
class Alarm:
    """What was said of one morning."""

    dataset_id: str
    day: date
    finding: quality.Finding

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.day} {self.finding.severity} {self.finding.code}: {self.finding.message}"


@dataclass(frozen=True, slots=True)
class Clean:
    """All false alarms and the mornings they are shared by; several findings of one morning are one alarm."""

    alarms: list[Alarm]
    source_days: int
    death_noticed_after_days: int | None

    def figures(self) -> dict[str, object]:
        """The part of the one line that is about clean history."""
        false = len({(alarm.dataset_id, alarm.day) for alarm in self.alarms})
        return {
            "clean_source_days": self.source_days,
            "false_alarms": false,
            "false_alarms_per_30_source_days": round(30 * false / max(1, self.source_days), 3),
            "austin_death_noticed_after_days": self.death_noticed_after_days,
        }


def watch_clean_history(history: Path | None) -> Clean:
    """The demo snapshot's years; with a folder of recorded sets (its `austin_oss`), all of Austin's."""
    alarms: list[Alarm] = []
    mornings, noticed = 0, None
    registry = load_registry()
    for dataset_id in SETS:
        rows = recorded_rows(dataset_id)
        if history is not None and dataset_id.startswith("austin"):
            found, _ = austin.build_rows(sorted((history / "austin_oss").glob("daily_csv_*.tar.zst")))
            rows = pl.DataFrame(found)
        watch = Watch(registry[dataset_id], rows)
        said = list(watch.mornings())
        mornings += len(watch.judged_days)
        alarms += [alarm for alarm in said if alarm.day in watch.judged_days]
        if dataset_id.startswith("austin"):
            told = [alarm.day for alarm in said if alarm.day > DEATH + timedelta(days=1)]
            noticed = (min(told) - DEATH).days if told else None
    return Clean(alarms, mornings, noticed)


def recorded_rows(dataset_id: str) -> pl.DataFrame:
    """The snapshot's rows of a dataset, with their dates as recorded."""
    return pl.concat(pl.read_csv(unpack(SNAPSHOT / name), infer_schema=False) for name in SETS[dataset_id])


@dataclass
class Watch:
    """One dataset's permits by day of issue, and the profiles of its earlier mornings."""

    dataset: Dataset
    rows: pl.DataFrame
    runs: list[quality.Profile] = field(default_factory=list)
    permits: pl.DataFrame = field(init=False)
    issued: list[date] = field(init=False)
    judged_days: list[date] = field(init=False)

    def __post_init__(self) -> None:
        everything = normalize(self.dataset, self.rows, "0" * 64, date(2026, 11, 1)).permits
        last = DEATH if self.dataset.id.startswith("austin") else date(2026, 11, 1)
        known = everything.filter(pl.col("issued_date") <= last).sort("issued_date", maintain_order=True)
        self.permits, self.issued = known, known["issued_date"].to_list()
        first = self.issued[0] + timedelta(days=WARM_UP_DAYS)
        last_day = self.issued[-1] + timedelta(days=1)
        self.judged_days = [first + timedelta(days=at) for at in range((last_day - first).days + 1)]

    def mornings(self) -> Iterator[Alarm]:
        """What is said on each morning, from the first backfill to some weeks after the last permit."""
        day = self.issued[0] + timedelta(days=WARM_UP_DAYS // 2)
        dies = self.dataset.id.startswith("austin")
        while day <= self.judged_days[-1] + timedelta(days=PATIENCE_DAYS if dies else 0):
            yield from (Alarm(self.dataset.id, day, finding) for finding in self._morning(day))
            day += timedelta(days=1)

    def between(self, first: date, last: date) -> pl.DataFrame:
        """Permits issued from one day to another, both included."""
        start = bisect_left(self.issued, first)
        return self.permits[start : bisect_left(self.issued, last + timedelta(days=1))]

    def _morning(self, day: date) -> Iterable[quality.Finding]:
        """One run, as the store would have made it, and what is wrong with it."""
        back = self.dataset.overlap_days + 1 if self.runs else self.dataset.backfill_days
        window = Window(day - timedelta(days=back), day)
        since = window.since or day
        permits = self.between(since, day - timedelta(days=1))
        known = self.between(since, day - timedelta(days=2)).height if self.runs else 0
        nothing = pl.DataFrame(schema={"field": pl.String, "reason": pl.String, "is_fatal": pl.Boolean})
        profile = quality.profile_page(self.rows.columns, permits.height, permits, nothing)
        profile.run_day, profile.span_days, profile.known = day, back + 1, known
        if self.runs:
            profile.fresh = quality.profile_new(self.between(day - timedelta(days=1), day - timedelta(days=1)))
        findings = [
            finding
            for finding in quality.check_run(self.dataset, self._seen(window, day, profile))
            if finding.severity != "note"
        ]
        profile.is_behind = any(finding.code in BEHIND for finding in findings)
        if permits.height and not any(finding.severity == "failure" for finding in findings):
            self.runs = [profile, *self.runs][:RUN_COUNT]
        return findings

    def _seen(self, window: Window, day: date, profile: quality.Profile) -> quality.Seen:
        stored = self.between((window.since or day) - timedelta(days=LEARNT_DAYS), day - timedelta(days=2))
        daily = Counter(dict(stored["issued_date"].value_counts().iter_rows())) if self.runs else Counter[date]()
        return quality.Seen(
            kind="sync",
            window=window,
            today=day,
            record_count=profile.rows,
            expected_count=profile.rows,
            fatal_count=0,
            permit_count=profile.permits,
            has_rows_in_window=bool(profile.known),
            newest_known_date=max(daily, default=None),
            newest_date=max(profile.days, default=None),
            profile=profile,
            history=quality.History(self.runs, daily),
        )
