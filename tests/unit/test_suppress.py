"""A suppressed person or place is gone however it is written, and nobody else is."""

from __future__ import annotations

import polars as pl
import pytest

from permit_leads.permit import DTYPES, FIELDS
from permit_leads.search import search_words
from permit_leads.spelled import TooVague, address_pattern, name_pattern, phone_pattern
from permit_leads.suppress import MARK, Redactor, Suppression, check

JANE = Suppression("1", "deletion", "Jane Quimby-Doe", "(512) 555-0137", "jane@doe.example")
HOME = Suppression("2", "opt_out", address="1204 N Maple Street", zip="78704")


def permits(**values: object) -> pl.DataFrame:
    """One permit of these values."""
    row = {field.name: [values.get(field.name)] for field in FIELDS}
    return pl.DataFrame(row, schema={field.name: DTYPES[field.kind] for field in FIELDS})


@pytest.mark.parametrize(
    "text",
    [
        *("JANE QUIMBY-DOE", "Doe, Jane", "DOE JANE Q", "jane  doe", "Jane Q. Doe", "Jane & John Doe"),
        *("owner Jane Doe, 512.555.0137", "+1 512-555-0137", "5125550137", "mail JANE@DOE.EXAMPLE now"),
    ],
)
def test_every_spelling_is_taken_out(text: str) -> None:
    left = Redactor([JANE]).redact_text(text)
    assert MARK in left
    assert not {"jane", "doe", "0137"} & set(left.lower().replace(MARK, "").replace(",", " ").split())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Jane Quimby-Doe", "https://city.example/permit?owner=Jane%20Doe&no=1"),
        ("Jan van der Berg", "JAN VAN DER BERG"),
        ("Jan van der Berg", "VAN DER BERG, JAN"),
        ("María López García", "GARCIA MARIA LOPEZ"),
        ("Jose Nunez", "JOSÉ NÚÑEZ"),
        ("Jose Nunez", "Jose\u0301 Nun\u0303ez"),
        ("Pat O'Brien", "PAT OBRIEN"),
        ("Pat O'Brien", "O BRIEN PAT"),
        ("Mr. John Doe Jr", "JOHN DOE"),
    ],
)
def test_whole_name_is_taken_out(name: str, text: str) -> None:
    left = Redactor([Suppression("1", "deletion", name)]).redact_text(text)
    assert MARK in left
    assert not {"jan", "berg", "maria", "lopez", "garcia", "brien", "obrien", "doe", "der"} & set(
        left.lower().replace(MARK, "").replace(",", " ").split()
    )


@pytest.mark.parametrize("number", ["(512)555-0137x2", "tel5125550137", "512-555-0137 ext. 4", "(512) 555-0137EXT4"])
def test_number_with_letters_at_its_ends_is_taken_out(number: str) -> None:
    assert "0137" not in Redactor([JANE]).redact_text(f"call {number} now")


@pytest.mark.parametrize(
    ("text", "is_gone"),
    [
        ("bill to Jane Doe, 1204 N Maple St", True),
        ("mail to 1204 North Maple, 1204 N MAPLE STREET 78704", True),
        ("1204 N Maple St", False),
        ("1204 N Maple St 78705", False),
    ],
)
def test_street_goes_from_elsewhere_with_its_zip_or_its_person(text: str, is_gone: bool) -> None:
    jane = Suppression("1", "deletion", "Jane Doe", address="1204 N Maple Street", zip="78704")
    row = permits(description=text, original_address1="9 Elm St", original_zip="10001", latitude=1.5)
    redacted = Redactor([jane]).redact(row).row(0, named=True)
    assert ("Maple St" in redacted["description"] or "MAPLE STREET" in redacted["description"]) is not is_gone
    assert (redacted["original_address1"], redacted["latitude"], redacted["is_opted_out"]) == ("9 Elm St", 1.5, False)


def test_what_was_removed_is_no_word_to_search_by() -> None:
    permit = permits(description=f"{MARK} new roof", contractor_company_name=MARK)
    assert permit.select(search_words()).item().to_list() == ["new", "roof"]


@pytest.mark.parametrize(
    "text",
    ["Jane Donovan", "Doerr Jane", "John Doe", "15125550137999", "maryjane@doe.example.org x", "JANE ST DOELINE"],
)
def test_others_keep_their_names(text: str) -> None:
    assert Redactor([JANE]).redact_text(text) == text


@pytest.mark.parametrize("name", ["Jane", "J Doe", "", "  ", "a b"])
def test_one_word_is_no_person(name: str) -> None:
    with pytest.raises(TooVague):
        name_pattern(name)


@pytest.mark.parametrize("address", ["Maple Street", "12", "12 St", "", "N St"])
def test_half_an_address_is_none(address: str) -> None:
    with pytest.raises(TooVague):
        address_pattern(address)


def test_short_number_is_none() -> None:
    with pytest.raises(TooVague):
        phone_pattern("555-0137")


def test_every_text_of_a_permit_is_looked_at() -> None:
    texts = [field.name for field in FIELDS if field.kind == "text"]
    redacted = Redactor([JANE]).redact(permits(**dict.fromkeys(texts, "for Jane Doe"))).row(0, named=True)
    kept = {name for name in texts if redacted[name] == "for Jane Doe"}
    assert kept == {"permit_num", "master_permit_num", "original_state", "original_zip", "county_fips"}
    assert redacted["is_opted_out"] is False


def test_home_that_opted_out_is_nowhere() -> None:
    row = permits(
        original_address1="1204 NORTH MAPLE ST", original_zip="78704", latitude=30.1, longitude=-97.1, owner_name="A B",
        description="reroof at 1204 n. maple st.",
    )  # fmt: skip
    redacted = Redactor([HOME]).redact(row).row(0, named=True)
    assert redacted["is_opted_out"] is True
    assert (redacted["latitude"], redacted["original_address1"], redacted["owner_name"]) == (None, MARK, MARK)
    assert redacted["description"] == f"reroof at {MARK}."


@pytest.mark.parametrize(
    ("address", "zip5"), [("1204 N MAPLE ST", "78705"), ("204 N MAPLE ST", "78704"), (None, "78704")]
)
def test_other_homes_stay(address: str | None, zip5: str) -> None:
    redacted = Redactor([HOME]).redact(permits(original_address1=address, original_zip=zip5, latitude=30.1))
    assert redacted.select("is_opted_out", "latitude").row(0) == (False, 30.1)


def test_with_nobody_suppressed_nothing_is_touched() -> None:
    row = permits(description="Jane Doe")
    assert Redactor([]).redact(row).drop("is_opted_out").equals(row)


def test_raw_row_is_a_homes_by_street_and_zip() -> None:
    rows = pl.DataFrame(
        {
            "where": ["1204 n maple st", "1204 N Maple Street", "1204 N MAPLE ST", "5 OAK"],
            "zip": ["78704", "78705", None, "78704"],
        }
    )
    assert Redactor([HOME]).tells_a_home(rows, "where", "zip").to_list() == [True, False, True, False]
    assert Redactor([]).tells_a_home(rows, "where", "zip").to_list() == [False] * 4


def test_address_without_zip_is_too_vague() -> None:
    with pytest.raises(TooVague, match="ZIP"):
        check(Suppression("1", "opt_out", address="100 Main St"))
