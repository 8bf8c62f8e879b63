"""Permits a day against what that weekday usually brings. The band is learnt: median and spread of the same weekday
over half a year, in logarithms, so that a busy publisher is judged more strictly than a small one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from permit_leads.quality.calendar import business_days, is_office_day, office_days
from permit_leads.quality.findings import Finding, graded
from permit_leads.quality.history import History
from permit_leads.quality.profile import Profile
from permit_leads.registry import Dataset

FEWEST_SAMPLES = 8
SPREADS = 4.0
MAD_TO_SIGMA = 1.4826
LEAST_TOLERANCE = math.log(2)  # half of the median is within every band
LEAST_OF_WEEK, SPREADS_OF_WEEK = 0.5, 2.5  # a week is steadier: six tenths of its median are within every band
LOOK_BACK_DAYS = 8
FEWEST_RUNS = 3
FALSE_SHARE = 0.15
FLOOD = 8  # times the median: no day's work


@dataclass(frozen=True, slots=True)
class Band:
    """Permits that a day may bring; `median` is the usual number."""

    low: float
    median: float
    high: float


def check_volume(dataset: Dataset, profile: Profile, history: History, today: date) -> list[Finding]:
    """Days that brought too little, each said once, on the first morning it can be known; and days with too much.

    How soon a day is whole is learnt as well: of an age at which earlier runs often were short, nothing is said.
    """
    bands = declared_bands(dataset) | learn_bands(history)
    quiet = [day for day in newly_whole(dataset, profile, history, today, bands) if _is_low(profile, day, bands)]
    return [
        *(_low(day, profile.days[day], bands[day.weekday()]) for day in quiet),
        *_floods(profile, history, bands, today),
        *_check_week(profile, history, quiet, today),
    ]


def declared_bands(dataset: Dataset) -> dict[int, Band]:
    """The band that the source file declares for office days, as long as history has not taught a better one."""
    if dataset.volume is None:
        return {}
    low, high = dataset.volume.low, dataset.volume.high
    return {weekday: Band(low, math.sqrt(max(low, 1) * high), high) for weekday in range(5)}


def learn_bands(history: History) -> dict[int, Band]:
    """A band for each weekday that has enough samples; holidays are no samples, days without a permit are."""
    if not history.daily:
        return {}
    first, last = min(history.daily), max(history.daily)
    samples: dict[int, list[int]] = {}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.weekday() > 4 or is_office_day(day):
            samples.setdefault(day.weekday(), []).append(history.daily.get(day, 0))
    return {weekday: band_of(counts) for weekday, counts in samples.items() if len(counts) >= FEWEST_SAMPLES}


def band_of(counts: Sequence[int], least: float = LEAST_TOLERANCE, spreads: float = SPREADS) -> Band:
    """The band around the median of some counts: so many spreads, never narrower than `least` in logarithms."""
    logs = [math.log1p(count) for count in counts]
    middle = median(logs)
    spread = MAD_TO_SIGMA * median(abs(one - middle) for one in logs)
    tolerance = max(least, spreads * max(spread, 1 / math.sqrt(math.exp(middle))))
    return Band(math.expm1(middle - tolerance), math.expm1(middle), math.expm1(middle + 1.5 * tolerance))


def newly_whole(
    dataset: Dataset, profile: Profile, history: History, today: date, bands: dict[int, Band]
) -> list[date]:
    """Office days that this run is the first to show whole."""
    last_run = max((run.run_day for run in history.runs if run.run_day is not None), default=today - timedelta(days=1))
    age = youngest_whole_age(dataset, history, bands)
    days = office_days(max(today - timedelta(days=LOOK_BACK_DAYS), _start(profile, today)), today - timedelta(days=1))
    return [day for day in days if age_of(day, today) >= age > age_of(day, min(last_run, today - timedelta(days=1)))]


def youngest_whole_age(dataset: Dataset, history: History, bands: dict[int, Band]) -> int:
    """Business days after which a day's permits usually all are there."""
    for age in range(1, LOOK_BACK_DAYS):
        seen = [low for run in history.runs if (low := _was_low(run, age, bands)) is not None]
        if len(seen) >= FEWEST_RUNS and sum(seen) <= FALSE_SHARE * len(seen):
            return age
    return max(1, dataset.freshness_hours // 24)


def age_of(day: date, today: date) -> int:
    """Business days from a day to the day of a run; on the next business morning it is 1."""
    return business_days(day + timedelta(days=1), today)


def _start(profile: Profile, today: date) -> date:
    return date.min if profile.span_days is None else today - timedelta(days=profile.span_days - 1)


def _was_low(run: Profile, age: int, bands: dict[int, Band]) -> bool | None:
    """Whether the day of that age was short in an earlier run; None when that run cannot tell."""
    if run.run_day is None or run.is_behind:
        return None
    days = office_days(max(run.run_day - timedelta(days=15), _start(run, run.run_day)), run.run_day - timedelta(days=1))
    wanted = [day for day in days if age_of(day, run.run_day) == age and day.weekday() in bands]
    return any(_is_low(run, day, bands) for day in wanted) if wanted else None


def _is_low(profile: Profile, day: date, bands: dict[int, Band]) -> bool:
    band = bands.get(day.weekday())
    return band is not None and profile.days[day] < band.low


def _low(day: date, count: int, band: Band) -> Finding:
    message = (
        f"{count or 'no'} permits for {day:%A} {day}, {band.low:.0f} to {band.high:.0f} are usual on that weekday "
        f"(median {band.median:.0f}); the feed may have stopped or been cut: look at the publisher's page"
    )
    return Finding("volume_low", "warning", message)


def _floods(profile: Profile, history: History, bands: dict[int, Band], today: date) -> list[Finding]:
    """Days that hold far more than they ever did; said when they become so, not every day after."""
    found = []
    for day, count in sorted(profile.days.items()):
        band = bands.get(day.weekday())
        if band is None or day > today or not _start(profile, today) <= day:
            continue
        limit = max(band.high, 3 * band.median, band.median + 20)
        if count > limit >= history.daily.get(day, 0):
            message = (
                f"{count} permits for {day:%A} {day}, at most {limit:.0f} are usual (median {band.median:.0f}); "
                "rows may be repeated, or of another list"
            )
            found.append(graded("volume_high", message, is_failure=count > max(FLOOD * band.median, 100)))
    return found


def _check_week(profile: Profile, history: History, quiet: Sequence[date], today: date) -> list[Finding]:
    """The last five office days together: what no single day of a small publisher can tell."""
    days = office_days(today - timedelta(days=14), today - timedelta(days=1))[-6:-1]
    if quiet or not history.daily or len(days) < 5 or days[0] < _start(profile, today):
        return []
    first, last = min(history.daily), max(history.daily)
    past = office_days(first, min(last, days[0] - timedelta(days=1)))
    sums = [sum(history.daily.get(day, 0) for day in past[at : at + 5]) for at in range(0, len(past) - 4, 5)]
    if len(sums) < FEWEST_SAMPLES:
        return []
    band, count = band_of(sums, LEAST_OF_WEEK, SPREADS_OF_WEEK), sum(profile.days[day] for day in days)
    stored = sum(history.daily.get(day, 0) for day in days[:-1])
    if count >= band.low or stored < band.low / 2:  # already said when it began
        return []
    message = (
        f"{count} permits in the office days {days[0]} to {days[-1]}, {band.low:.0f} to {band.high:.0f} are usual in "
        "five; the feed may have stopped or been cut"
    )
    return [Finding("volume_low", "warning", message)]
