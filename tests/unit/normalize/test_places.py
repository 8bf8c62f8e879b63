"""Counties by ZIP, one-line addresses, states."""

from __future__ import annotations

import polars as pl
import pytest

from permit_leads.normalize.address import AddressParts, split_address
from permit_leads.normalize.geo import county_by_zip, zip_place
from tests.unit.normalize.elm import elm, one

ZIP = elm({"OriginalZip": {"column": "zip", "parse": "zip5"}})
ONE_LINE = elm({"OriginalAddress1": {"column": "where", "parse": "full_address"}})


@pytest.mark.parametrize(
    ("zip5", "county"),
    [
        ("78758", "48453"),  # Travis
        ("77346", "48201"),  # Harris
        ("76092", "48439"),  # Tarrant
        ("11215", "36047"),  # Kings
        ("20001", "11001"),  # District of Columbia
        ("63101", "29510"),  # St. Louis city, a county of its own
        ("77954", "48123"),  # DeWitt, spelt "De Witt" by the ZIP list
    ],
)
def test_a_zip_knows_its_county(zip5: str, county: str) -> None:
    place = zip_place(zip5)
    assert place is not None
    assert place.county_fips == county


def test_unknown_zips_have_no_county() -> None:
    zips = pl.Series(["00001", None, "１２３４５", "7875", "78758", "10001"])
    assert county_by_zip(zips, "TX") == county_by_zip(zips, "NY") == {"78758": "48453", "10001": "36061"}


def test_county_is_published_then_constant_then_by_zip_then_the_publishers() -> None:
    published = elm({"OriginalZip": {"column": "zip", "parse": "zip5"}, "CountyFips": {"column": "county"}})
    assert one(published, zip="77346", county="48491")["county_fips"] == "48491"
    constant = elm({"OriginalZip": {"column": "zip", "parse": "zip5"}}, constants={"CountyFips": "48209"})
    assert one(constant, zip="77346")["county_fips"] == "48209"
    assert one(ZIP, zip="77346")["county_fips"] == "48201"
    assert one(ZIP, zip=None)["county_fips"] == "48453"
    assert one(elm(publisher={"county_fips": None}), zip=None)["county_fips"] is None


def test_the_state_is_the_publishers_where_it_says_none() -> None:
    dataset = elm({"OriginalState": {"column": "state", "parse": "upper"}})
    assert one(dataset, state=None)["original_state"] == "TX"
    assert one(dataset, state="ok")["original_state"] == "OK"


@pytest.mark.parametrize(
    ("text", "street", "city", "zip5"),
    [
        ("15948 Woodland Hills Dr Humble TX 77346", "15948 Woodland Hills Dr", "HUMBLE", "77346"),
        ("2701 E SH 114 SOUTHLAKE TX 76092", "2701 E SH 114", "SOUTHLAKE", "76092"),
        ("100 MAIN ST SOUTH LAKE TX 76092-1234", "100 MAIN ST", "SOUTH LAKE", "76092"),
        ("15948 Woodland Hills Dr TX 77346", "15948 Woodland Hills Dr", None, "77346"),
        ("1410 Elm Ave, Someplace, TX 77346", "1410 Elm Ave", "SOMEPLACE", "77346"),
        ("1410 Elm Ave, Humble, TX, 77346", "1410 Elm Ave", "HUMBLE", "77346"),
        ("12 Houston St Humble TX 77346", "12 Houston St", "HUMBLE", "77346"),
        ("12 Grapevine Hwy TX 76092", "12 Grapevine Hwy", None, "76092"),
    ],
)
def test_the_tail_of_an_address_is_told_apart_without_guessing(
    text: str, street: str, city: str | None, zip5: str
) -> None:
    assert split_address(text, "TX") == AddressParts(street, city, "TX", zip5)


@pytest.mark.parametrize("text", ["307 PARKWOOD DR", "12 TX 77346X", "100 FM 1960", "5 Elm St OK 73301", "TX"])
def test_an_address_without_a_tail_stays_whole(text: str) -> None:
    assert split_address(text, "TX") == AddressParts(text, None, None, None)


def test_without_a_zip_only_the_publishers_own_city_makes_a_tail() -> None:
    assert split_address("1 LAKEVIEW DR Elm TX", "TX", "ELM") == AddressParts("1 LAKEVIEW DR", "ELM", "TX", None)
    assert split_address("100 AVENUE TX", "TX", "ELM") == AddressParts("100 AVENUE TX", None, None, None)
    assert split_address("1 Oak St, Ash, TX", "TX", "ELM") == AddressParts("1 Oak St, Ash, TX", None, None, None)


def test_a_spelled_out_state_and_the_country_behind_it_are_a_tail_too() -> None:
    """Both stand among Fort Worth's addresses of 2025-12."""
    parts = AddressParts("4426 HARLANWOOD DR", "FORT WORTH", "TX", None)
    assert split_address("4426 HARLANWOOD DR, FORT WORTH TEXAS", "TX", "FORT WORTH") == parts
    with_country = split_address("10300 ORCHARD WAY, Fort Worth TX 76126 United States", "TX", "FORT WORTH")
    assert with_country == AddressParts("10300 ORCHARD WAY", "FORT WORTH", "TX", "76126")
    assert split_address("12 OHIO", "TX", "FORT WORTH") == AddressParts("12 OHIO", None, None, None)


def test_an_address_that_is_only_a_place_has_no_street() -> None:
    assert split_address("HUMBLE TX 77346", "TX") == AddressParts(None, "HUMBLE", "TX", "77346")


def test_the_tail_fills_only_what_the_publisher_leaves_blank() -> None:
    permit = one(ONE_LINE, where="15948 Woodland Hills Dr Humble TX 77346")
    assert (permit["original_city"], permit["original_zip"], permit["county_fips"]) == ("HUMBLE", "77346", "48201")
    columns = {"OriginalZip": {"column": "zip", "parse": "zip5"}, "OriginalCity": {"column": "city"}}
    dataset = elm({"OriginalAddress1": {"column": "where", "parse": "full_address"}, **columns})
    permit = one(dataset, where="1 Elm Dr Humble TX 77346", zip="77338-1111", city=None)
    assert (permit["original_address1"], permit["original_zip"], permit["original_city"]) == (
        "1 Elm Dr",
        "77338",
        "HUMBLE",
    )


def test_address_on_several_lines_becomes_one_line() -> None:
    parts = AddressParts("12 OAK ST STE 3", "ELM", "TX", "78758")
    assert split_address("12 OAK ST\r\n STE 3\nELM TX\n78758", "TX", "ELM") == parts
    assert split_address("LOT 4\nBLOCK  2", "TX") == AddressParts("LOT 4 BLOCK 2", None, None, None)
