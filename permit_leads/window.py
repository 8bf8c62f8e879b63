"""From what an operator types after --since and --until to instants, and from instants to a publisher's days.

A time without an offset is read in America/Chicago, the runbook's operators' own clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from permit_leads.errors import UsageError
from permit_leads.page import Window

OPERATOR_ZONE = ZoneInfo("America/Chicago")
EXAMPLES = '--since 24h, or --since 2024-01-15 --until "2024-01-16 23:59:59"'

DURATION = re.compile(r"([0-9]+)([mhdw])")
MOMENT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<clock>[0-9]{2}:[0-9]{2})(?P<second>:[0-9]{2})?(?P<fraction>\.[0-9]{1,6})?"
    r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class Instants:
    """Both ends (UTC) of what is asked for, inclusive to the microsecond; None when not asked for."""

    since: datetime | None
    until: datetime | None


def resolve(since: str | None, until: str | None, now: datetime) -> Instants:
    """What --since and --until mean at the instant `now`; a lone --since runs up to `now`.

    Raises:
        UsageError: not a time, nothing long, reversed, begins in the future, or --until without --since.
    """
    if since is None:
        if until is not None:
            raise UsageError(f"--until {until!r} needs a --since to start from; for example {EXAMPLES}")
        return Instants(None, None)
    start = _parse("--since", since, now, is_end=False)
    end = now if until is None else _parse("--until", until, now, is_end=True)
    if start > now:
        raise UsageError(
            f"--since {since!r} lies in the future (now {_utc(now)}); expected a past time; for example {EXAMPLES}"
        )
    if start > end:
        raise UsageError(
            f"--since {since!r} comes after --until {until!r}; expected the earlier one first; for example {EXAMPLES}"
        )
    return Instants(start, end)


def local_window(since: datetime | None, until: datetime | None, zone: str) -> Window:
    """The calendar days of `zone` that the instants touch, both included."""
    days = [moment and moment.astimezone(ZoneInfo(zone)).date() for moment in (since, until)]
    return Window(*days)


def describe(instants: Instants) -> dict[str, str]:
    """Both ends in UTC and on the operators' clock, as they are shown before a run starts."""
    shown: dict[str, str] = {}
    for name, moment in (("since", instants.since), ("until", instants.until)):
        if moment is not None:
            shown[f"{name}_utc"] = _utc(moment)
            shown[f"{name}_chicago"] = moment.astimezone(OPERATOR_ZONE).strftime("%Y-%m-%d %H:%M:%S %Z")
    return shown


def _parse(flag: str, text: str, now: datetime, *, is_end: bool) -> datetime:
    if found := DURATION.fullmatch(text):
        return _ago(flag, text, now, found)
    if found := MOMENT.fullmatch(text):
        return _moment(flag, text, found, is_end=is_end)
    raise _unreadable(flag, text, "is no time")


def _ago(flag: str, text: str, now: datetime, found: re.Match[str]) -> datetime:
    count = int(found[1][:12])
    if count == 0:
        raise _unreadable(flag, text, "is no time at all")
    try:
        moment = now - timedelta(**{UNITS[found[2]]: count})
    except OverflowError:
        raise _unreadable(flag, text, "reaches back before 1900") from None
    return _checked(flag, text, moment)


def _moment(flag: str, text: str, found: re.Match[str], *, is_end: bool) -> datetime:
    clock = (found["clock"] or "00:00") + (found["second"] or ":00") + (found["fraction"] or ".0").ljust(7, "0")
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{clock}{(found['offset'] or '').replace('Z', '+00:00')}")
    except ValueError as error:
        raise _unreadable(flag, text, f"is no time ({error})") from None
    _checked(flag, text, moment)
    if is_end:
        moment += _precision(found) - timedelta(microseconds=1)
    return _to_utc(moment, is_end=is_end)


def _precision(found: re.Match[str]) -> timedelta:
    """How long the last unit written lasts: an end named to the day takes that whole day in."""
    if found["clock"] is None:
        return timedelta(days=1)
    if found["second"] is None:
        return timedelta(minutes=1)
    return timedelta(seconds=1) if found["fraction"] is None else timedelta(microseconds=1)


def _to_utc(moment: datetime, *, is_end: bool) -> datetime:
    """Where the clock skips or repeats an hour, the earlier reading begins a window and the later one ends it."""
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    readings = [moment.replace(tzinfo=OPERATOR_ZONE, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(readings) if is_end else min(readings)


def _checked(flag: str, text: str, moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise _unreadable(flag, text, "lies outside the years 1900 to 2199")
    return moment


def _unreadable(flag: str, text: str, why: str) -> UsageError:
    return UsageError(
        f"{flag} {text!r} {why}; expected a duration (30m, 24h, 7d, 2w), a day (2024-01-15) or a time "
        f'("2024-01-15 00:00:00", 2024-01-15T00:00:00Z); for example {EXAMPLES}'
    )


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
