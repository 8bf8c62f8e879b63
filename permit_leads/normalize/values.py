"""Typed values out of published text, and the reason when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from permit_leads.registry import Dataset, FieldRule

EARLIEST = date(1900, 1, 1)
MONEY_LIMIT = 10_000_000_000  # seen above it: parcel ids in the money column
WHOLE_LIMIT = 2**53
FUTURE_DAYS = {"expires_date": 5 * 366}  # Seattle grants 18 months, Baldwin up to years; nothing else lies ahead
US_BAND = {"latitude": (13.0, 72.0), "longitude": (-180.0, -64.0)}
NUMBER_PARSES = ("usd", "integer", "number", "latitude", "longitude")
DATE_PARSES = ("floating_date", "iso_date", "us_date", "epoch_ms", "excel_date", "month_date")
NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
GROUPED = r"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?$"


@dataclass(frozen=True, slots=True)
class Typed:
    """How a text becomes a value: the value itself, and what refuses it although it could be read.

    `checks` are (mask, reason) in order of precedence; `unreadable` is the reason where no value came out at all.
    """

    value: pl.Expr
    checks: tuple[tuple[pl.Expr, str], ...]
    unreadable: str

    def accepted(self) -> pl.Expr:
        """The value where no check refuses it, else null."""
        if not self.checks:
            return self.value
        return pl.when(~pl.any_horizontal([mask for mask, _ in self.checks])).then(self.value)

    def reason(self) -> pl.Expr:
        """Why there is no accepted value, for rows where there is text."""
        reasons = [pl.when(mask).then(pl.lit(reason)) for mask, reason in self.checks]
        return pl.coalesce([*reasons, pl.lit(self.unreadable)])


def typed(field_name: str, rule: FieldRule, dataset: Dataset, text: pl.Expr, today: date) -> Typed:
    """How one field's raw text is read, after the rule's parse."""
    if rule.parse in DATE_PARSES:
        return _typed_date(field_name, rule, dataset, text, today)
    if rule.parse in NUMBER_PARSES:
        return _typed_number(rule, text)
    if rule.parse == "zip5":
        return Typed(read_zip5(text), (), "no five-digit ZIP")
    if rule.parse == "url":
        return Typed(read_url(text), (), "no http(s) address")
    return Typed(text, (), "")


def read_floating_date(text: pl.Expr) -> pl.Expr:
    """The publisher's own day of "2014-10-13T00:00:00.000"; the time of day is left alone (Socrata has no zone)."""
    return text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def read_iso_date(text: pl.Expr) -> pl.Expr:
    """The day of "2014-10-13", "2014/10/13", "2014-1-5 00:00"."""
    plain = text.str.to_date("%Y-%m-%d", strict=False)
    other = pl.when(plain.is_null()).then(text)  # patterns cost ten times more, so they only see what is left
    day = other.str.extract(r"^([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2})(?:[T ].*)?$").str.replace_all(
        "/", "-", literal=True
    )
    return pl.coalesce(plain, day.str.to_date("%Y-%m-%d", strict=False))


def read_us_date(text: pl.Expr, today: date) -> pl.Expr:
    """The day of "10/13/2014", "10/13/14", "1/2/14 0:00"; two digits over ten years ahead are of the last century."""
    timed = pl.when(text.str.contains(" ", literal=True)).then(text).str.extract(r"^([0-9]+/[0-9]+/[0-9]+) .*$")
    day = pl.coalesce(timed, text)
    long = day.str.to_date("%m/%d/%Y", strict=False)
    short = pl.when(long.dt.year() < 100).then(day).str.to_date("%m/%d/%y", strict=False)
    is_past = short > pl.lit(today + timedelta(days=3653))
    last_century = pl.when(is_past).then(short).dt.offset_by("-100y")
    return pl.coalesce(last_century, short, long)


def read_epoch_ms(text: pl.Expr, zone: str) -> pl.Expr:
    """The calendar day, in an IANA zone or at a fixed offset ("-06:00"), of milliseconds since 1970 UTC."""
    number = text.cast(pl.Float64, strict=False)
    millis = pl.when(number.abs() < 1e14).then(number).cast(pl.Int64)
    if zone[0] in "+-":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        offset = (hours * 60 + minutes) * 60_000 * (1 if zone[0] == "+" else -1)
        return (millis + offset).cast(pl.Datetime("ms")).dt.date()
    return millis.cast(pl.Datetime("ms", "UTC")).dt.convert_time_zone(zone).dt.date()


def read_excel_date(text: pl.Expr, today: date) -> pl.Expr:
    """A serial day of the 1900 system (from March 1900 on, where it is sound), or any of the text forms."""
    serial = text.cast(pl.Float64, strict=False)
    days = pl.when(serial.is_between(61, 2_958_465)).then(serial.floor()).cast(pl.Int64)
    from_serial = pl.lit(date(1899, 12, 30)) + pl.duration(days=days)
    return pl.coalesce(from_serial.cast(pl.Date), read_iso_date(text), read_us_date(text, today))


def read_month_date(text: pl.Expr) -> pl.Expr:
    """The day of "May, 30 2024 00:00:00" (as ColdFusion prints it) or "May 30, 2024"."""
    day = text.str.extract(r"^([A-Za-z]+,? +[0-9]{1,2},? +[0-9]{4})(?: .*)?$").str.replace_all(r"[, ]+", " ")
    return pl.coalesce(day.str.to_date("%B %d %Y", strict=False), day.str.to_date("%b %d %Y", strict=False))


def read_zip5(text: pl.Expr) -> pl.Expr:
    """Five digits out of "78758 4638", "78758-4638", "78758.0"; "00000" is no ZIP."""
    digits = text.str.extract(r"^([0-9]{5})(?:[- ]?[0-9]{4})?(?:\.0+)?$")
    return pl.when(digits != "00000").then(digits)


def read_url(text: pl.Expr) -> pl.Expr:
    """The address in a Socrata url object ({"url": "..."}) or the text itself; only http and https."""
    inside = pl.when(text.str.starts_with("{")).then(text).str.json_path_match("$.url")
    address = pl.coalesce(inside, text)
    return pl.when(address.str.contains(r"^https?://[^\s\"<>]+$")).then(address)


def read_date(parse: str, text: pl.Expr, zone: str, today: date) -> pl.Expr:
    """The calendar day as one of the date parses reads it; `zone` is for epoch_ms."""
    if parse == "floating_date":
        return read_floating_date(text)
    if parse == "iso_date":
        return read_iso_date(text)
    if parse == "us_date":
        return read_us_date(text, today)
    if parse == "epoch_ms":
        return read_epoch_ms(text, zone)
    if parse == "month_date":
        return read_month_date(text)
    return read_excel_date(text, today)


def _typed_date(field_name: str, rule: FieldRule, dataset: Dataset, text: pl.Expr, today: date) -> Typed:
    value = read_date(rule.parse, text, dataset.date_zone or dataset.publisher.time_zone, today)
    last = today + timedelta(days=FUTURE_DAYS.get(field_name, 1))
    checks = (
        (value < pl.lit(EARLIEST), f"before {EARLIEST}"),
        (value > pl.lit(last), f"after {last}, which cannot be on {today}"),
    )
    return Typed(value, checks, f"no date as {rule.parse} expects it")


def read_number(text: pl.Expr) -> pl.Expr:
    """The digits of "18400", "1,234", "1E6", "$36,500.00" as text that casts; a comma out of place is no number."""
    bare = text.str.replace_all(r"[$\s]", "")
    ungrouped = pl.when(bare.str.contains(GROUPED)).then(bare).str.replace_all(",", "", literal=True)
    return pl.coalesce(pl.when(bare.str.contains(NUMBER)).then(bare), ungrouped)


def digits_only(texts: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Number columns as text that casts; those that cast as they are stay untouched (patterns cost ten times more)."""
    if not names:
        return texts
    numbers = texts.select(pl.col(names).cast(pl.Float64, strict=False).null_count()).row(0, named=True)
    odd = [name for name in names if numbers[name] > texts[name].null_count()]
    return texts.with_columns(read_number(pl.col(name)).alias(name) for name in odd)


def _typed_number(rule: FieldRule, text: pl.Expr) -> Typed:
    """`text` holds digits that cast, as `digits_only` leaves them."""
    cast = text.cast(pl.Float64, strict=False)
    number = pl.when(cast.is_finite()).then(cast)
    if rule.parse == "usd":
        money = pl.when(number.is_between(0, MONEY_LIMIT)).then(text).cast(pl.Decimal(14, 2), strict=False)
        checks = (*_band(rule, number, 0), (number > MONEY_LIMIT, "above 10 billion dollars"))
        return Typed(money, checks, "no amount of dollars")
    if rule.parse == "integer":
        whole = pl.when(number.abs() <= WHOLE_LIMIT).then(number.round()).cast(pl.Int64)
        return Typed(whole, _band(rule, number, 0), "no whole number")
    if rule.parse in US_BAND:
        inside = number.is_between(*US_BAND[rule.parse])
        return Typed(number, (*_band(rule, number, None), (~inside, "outside the United States")), "no number")
    return Typed(number, _band(rule, number, None), "no number")


def _band(rule: FieldRule, number: pl.Expr, low: float | None) -> tuple[tuple[pl.Expr, str], ...]:
    """The checks of a rule's own band; `low` stands where the rule sets no minimum."""
    checks = []
    minimum = low if rule.minimum is None else rule.minimum
    if minimum is not None:
        checks.append((number < minimum, "negative" if minimum == 0 else f"below {minimum:g}"))
    if rule.maximum is not None:
        checks.append((number > rule.maximum, f"above {rule.maximum:g}"))
    return tuple(checks)
