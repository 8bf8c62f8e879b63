"""What each parse makes of published text, and what it refuses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.unit.normalize.elm import elm, one, refused, run

COST = elm({"EstProjectCost": {"column": "cost", "parse": "usd"}})
AREA = elm({"TotalSqFt": {"column": "area", "parse": "integer"}})
UNITS = elm({"HousingUnits": {"column": "units", "parse": "integer", "minimum": -10, "maximum": 5000}})
ZIP = elm({"OriginalZip": {"column": "zip", "parse": "zip5"}})
POINT = elm({"Latitude": {"column": "y", "parse": "latitude"}, "Longitude": {"column": "x", "parse": "longitude"}})
LINK = elm({"Link": {"column": "link", "parse": "url"}})


def issued(parse: str, text: str, zone: str | None = None, today: date = date(2026, 11, 23)) -> date | None:
    dataset = elm({"IssuedDate": {"column": "day", "parse": parse}}, date_zone=zone)
    found: date | None = one(dataset, today, day=text)["issued_date"]
    return found


@pytest.mark.parametrize(
    ("text", "dollars"),
    [
        ("18400", "18400.00"),
        ("$36,500.00", "36500.00"),
        ("1,234", "1234.00"),
        ("1E6", "1000000.00"),
        ("1.5e3", "1500.00"),
        (" $ 12.50 ", "12.50"),
        ("$20000.00", "20000.00"),
        (".5", "0.50"),
        ("0", "0.00"),
        ("1000010100.00000000", "1000010100.00"),
        ("10000000000", "10000000000.00"),
    ],
)
def test_dollars_are_read_as_written(text: str, dollars: str) -> None:
    assert one(COST, cost=text)["est_project_cost"] == Decimal(dollars)
    assert refused(COST, cost=text) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-500", "negative"),
        ("$-500.00", "negative"),
        ("10000000001", "above 10 billion dollars"),
        ("1e12", "above 10 billion dollars"),
        ("1E300", "above 10 billion dollars"),
        ("TBD", "no amount of dollars"),
        ("12,34", "no amount of dollars"),
        ("1.234,50", "no amount of dollars"),
        ("inf", "no amount of dollars"),
        ("NaN", "no amount of dollars"),
        ("0x10", "no amount of dollars"),
        ("1_000", "no amount of dollars"),
        ("5000 per unit", "no amount of dollars"),
    ],
)
def test_what_is_no_cost_is_refused_with_its_reason(text: str, reason: str) -> None:
    assert one(COST, cost=text)["est_project_cost"] is None
    assert refused(COST, cost=text) == [("est_project_cost", text, reason, False)]


@pytest.mark.parametrize("text", ["0", "1", "$1.00", "None Given", "none given "])
def test_placeholders_are_nothing_said_and_no_fault(text: str) -> None:
    words = ["0", "1", "$1.00", "NONE GIVEN"]
    dataset = elm({"EstProjectCost": {"column": "cost", "parse": "usd", "null_words": words}})
    assert one(dataset, cost=text)["est_project_cost"] is None
    assert refused(dataset, cost=text) == []


def test_odd_and_plain_numbers_stand_in_one_column() -> None:
    found = run(
        COST, [{"num": str(at), "what": "x", "cost": text} for at, text in enumerate(["5", "$1,000", "x", None])]
    )
    assert found.permits["est_project_cost"].to_list() == [Decimal(5), Decimal(1000), None, None]


@pytest.mark.parametrize(("text", "area"), [("2296", 2296), ("2,296", 2296), ("2296.0", 2296), ("2296.6", 2297)])
def test_whole_numbers_are_rounded(text: str, area: int) -> None:
    assert one(AREA, area=text)["total_sq_ft"] == area


@pytest.mark.parametrize(
    ("text", "reason"), [("-269", "negative"), ("1e300", "no whole number"), ("about 200", "no whole number")]
)
def test_areas_that_cannot_be_are_refused(text: str, reason: str) -> None:
    assert refused(AREA, area=text) == [("total_sq_ft", text, reason, False)]


def test_a_rule_sets_its_own_band() -> None:
    assert one(UNITS, units="-2")["housing_units"] == -2
    assert refused(UNITS, units="-11") == [("housing_units", "-11", "below -10", False)]
    assert refused(UNITS, units="5001") == [("housing_units", "5001", "above 5000", False)]


@pytest.mark.parametrize(
    ("parse", "text", "day"),
    [
        ("floating_date", "2014-10-13T00:00:00.000", date(2014, 10, 13)),
        ("floating_date", "2016-12-07T05:00:00.000", date(2016, 12, 7)),
        ("iso_date", "2014-10-13", date(2014, 10, 13)),
        ("iso_date", "2026/07/14", date(2026, 7, 14)),
        ("iso_date", "2014-1-5 08:30", date(2014, 1, 5)),
        ("us_date", "10/13/2014", date(2014, 10, 13)),
        ("us_date", "10/13/14", date(2014, 10, 13)),
        ("us_date", "1/2/14", date(2014, 1, 2)),
        ("us_date", "1/2/14 0:00", date(2014, 1, 2)),
        ("us_date", "10/13/2014 12:00:00 AM", date(2014, 10, 13)),
        ("us_date", "10/13/69", date(1969, 10, 13)),
        ("us_date", "2/29/00", date(2000, 2, 29)),
        ("month_date", "May, 30 2024 00:00:00", date(2024, 5, 30)),
        ("month_date", "December, 2 2020 00:00:00", date(2020, 12, 2)),
        ("month_date", "Sep 7, 2024", date(2024, 9, 7)),
        ("excel_date", "45123", date(2023, 7, 16)),
        ("excel_date", "45123.75", date(2023, 7, 16)),
        ("excel_date", "2024-07-01", date(2024, 7, 1)),
        ("excel_date", "07/01/24", date(2024, 7, 1)),
        ("excel_date", "61", date(1900, 3, 1)),
    ],
)
def test_dates_are_the_publishers_own_day(parse: str, text: str, day: date) -> None:
    assert issued(parse, text) == day


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        ("floating_date", "2014-02-30T00:00:00.000"),
        ("floating_date", "13.10.2014"),
        ("iso_date", "10/13/2014"),
        ("us_date", "13/13/2014"),
        ("us_date", "02/29/1900"),
        ("us_date", "9999-99-99 99:99:99.9"),
        ("excel_date", "60"),
        ("epoch_ms", "soon"),
        ("floating_date", "１２３４５６７８９０"),
        ("us_date", "１/２/２０１４"),
        ("excel_date", "Ｊuly 1"),
    ],
)
def test_what_is_no_date_is_refused(parse: str, text: str) -> None:
    dataset = elm({"IssuedDate": {"column": "day", "parse": parse}}, date_zone="+00:00")
    assert refused(dataset, day=text) == [("issued_date", text, f"no date as {parse} expects it", False)]


@pytest.mark.parametrize(
    ("zone", "millis", "day"),
    [
        ("-06:00", "1772949600000", date(2026, 3, 8)),  # midnight at fixed UTC-6
        ("-06:00", "1782885600000", date(2026, 7, 1)),  # 06:00 UTC in July: fixed -06:00 gives midnight of the 1st
        ("-06:00", "1782882000000", date(2026, 6, 30)),  # 05:00 UTC: still the day before at fixed -06:00
        ("America/Chicago", "1782882000000", date(2026, 7, 1)),  # and already the 1st with daylight saving
        ("America/Chicago", "1681189200000", date(2023, 4, 11)),  # a Nashville row
        ("America/Denver", "1782885600000", date(2026, 7, 1)),
        ("+00:00", "1.7729496E12", date(2026, 3, 8)),
    ],
)
def test_epoch_milliseconds_are_read_in_the_datasets_zone(zone: str, millis: str, day: date) -> None:
    assert issued("epoch_ms", millis, zone) == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1899-12-30", "before 1900-01-01"),
        ("0201-01-01", "before 1900-01-01"),
        ("2026-11-25", "after 2026-11-24, which cannot be on 2026-11-23"),
        ("2230-01-01", "after 2026-11-24, which cannot be on 2026-11-23"),
        ("3036-03-04", "after 2026-11-24, which cannot be on 2026-11-23"),
    ],
)
@pytest.mark.parametrize("blds", ["IssuedDate", "AppliedDate", "CompletedDate", "StatusDate"])
def test_days_that_cannot_be_yet_are_refused(blds: str, text: str, reason: str) -> None:
    dataset = elm({blds: {"column": "day", "parse": "iso_date"}})
    assert [row[2] for row in refused(dataset, day=text)] == [reason]


def test_tomorrow_and_the_first_day_of_1900_are_days() -> None:
    assert issued("iso_date", "2026-11-24") == date(2026, 11, 24)
    assert issued("iso_date", "1900-01-01") == date(1900, 1, 1)


def test_permits_run_out_years_later() -> None:
    dataset = elm({"ExpiresDate": {"column": "day", "parse": "iso_date"}})
    assert one(dataset, day="2028-05-23")["expires_date"] == date(2028, 5, 23)
    assert "which cannot be" in refused(dataset, day="3036-03-04")[0][2]


@pytest.mark.parametrize("text", ["78758", "78758 4638", "78758-4638", "787584638", "78758.0", " 78758 "])
def test_a_zip_is_its_first_five_digits(text: str) -> None:
    assert one(ZIP, zip=text)["original_zip"] == "78758"


@pytest.mark.parametrize("text", ["0", "00000", "7875", "7875A", "TX 78758", "787581", "１２３４５"])
def test_what_is_no_zip_is_refused(text: str) -> None:
    assert refused(ZIP, zip=text) == [("original_zip", text, "no five-digit ZIP", False)]


def test_points_inside_the_united_states_stand() -> None:
    for x, y in (("-97.67", "30.28"), ("-149.9", "61.2"), ("-157.8", "21.3"), ("-66.1", "18.4")):
        permit = one(POINT, x=x, y=y)
        assert (permit["longitude"], permit["latitude"]) == (float(x), float(y))


@pytest.mark.parametrize(
    ("x", "y"), [("0", "0"), ("97.67", "30.28"), ("-97.67", "-30.28"), ("3114520.1", "10069123.4")]
)
def test_points_outside_the_united_states_are_refused_whole(x: str, y: str) -> None:
    permit = one(POINT, x=x, y=y)
    assert permit["longitude"] is None
    assert permit["latitude"] is None
    assert {row[2] for row in refused(POINT, x=x, y=y)} == {"outside the United States"}


def test_half_a_point_is_no_point() -> None:
    permit = one(POINT, x="-97.67", y=None)
    assert permit["longitude"] is None
    assert refused(POINT, x="-97.67", y=None) == []


@pytest.mark.parametrize("text", ['{"url":"https://elm.example/p/1","description":"x"}', "https://elm.example/p/1"])
def test_links_come_plain_or_in_a_socrata_object(text: str) -> None:
    assert one(LINK, link=text)["link"] == "https://elm.example/p/1"


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", '{"url":"ftp://elm.example"}', "{", "elm.example/p/1", "https://a b"]
)
def test_only_web_addresses_are_links(text: str) -> None:
    assert refused(LINK, link=text) == [("link", text, "no http(s) address", False)]
