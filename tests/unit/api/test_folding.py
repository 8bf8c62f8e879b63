"""Two spellings of one company or address are equal; two companies or addresses are not."""

from __future__ import annotations

import pytest

from leadledger.leads.folding import fold_address, fold_company, fold_licence, street_words


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("EXAMPLE BUILDERS LLC", "example builders"),
        ("Example Builders, L.L.C.", "example builders"),
        ("The Example Builders Co., Inc.", "example builders"),
        ("A & B Roofing", "a b roofing"),
        ("A and B Roofing", "a b roofing"),
        ("A.B. Roofing", "ab roofing"),
        ("LLC", "llc"),
        ("Company", "company"),
        ("Ágil Électric Ltd", "ágil électric"),
        ("O'Neil's A/C", "o neil s a c"),
    ],
)
def test_company_is_folded(name: str, folded: str) -> None:
    assert fold_company(name) == folded


def test_companies_that_differ_stay_apart() -> None:
    names = ("Example Builders", "Example Building", "Example Builders of Texas", "Example", "Builders Example")
    assert len({fold_company(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("address", "folded"),
    [
        ("4821 North Maple Street", "4821 N MAPLE ST"),
        ("4821 N. MAPLE ST.", "4821 N MAPLE ST"),
        ("4821 n maple st #2", "4821 N MAPLE ST"),
        ("4821 N Maple St Apt 2B", "4821 N MAPLE ST"),
        ("4821-B Maple Avenue", "4821 B MAPLE AVE"),
        ("MAPLE ST", None),
        ("4821", None),
        ("", None),
        ("#", None),
    ],
)
def test_address_is_folded_to_its_building(address: str, folded: str | None) -> None:
    assert fold_address(address) == folded


def test_addresses_that_differ_stay_apart() -> None:
    places = ("1 Oak St", "1 Oak Ave", "1 N Oak St", "1 Oaks St", "10 Oak St", "1 1 Oak St")
    assert len({fold_address(place) for place in places}) == len(places)


def test_words_that_are_written_in_two_ways_are_not_searched_by() -> None:
    assert street_words("4821 N MAPLE ST") == "4821 MAPLE"


def test_licence_is_folded() -> None:
    assert fold_licence(" tacla-012345 e ") == "TACLA012345E"
