"""Names of persons are withheld; names of companies stay."""

from __future__ import annotations

import pytest

from simulators.recorded.people import WITHHELD, KnownNames, collect_names, split_contact, withhold_person

KNOWN = KnownNames(frozenset({"john", "maria"}), frozenset({"doe", "wood", "summers"}), frozenset({"aaa auger"}))


@pytest.mark.parametrize(
    ("published", "company"),
    [
        ("John Doe, Acme Electric LLC", "Acme Electric LLC"),
        ("John Doe, Roto-Rooter", "Roto-Rooter"),
        ("John Wood, Flow Go Plumbing", "Flow Go Plumbing"),
        ("John Doe DBA Doe Plumbing", "Doe Plumbing"),
        ("John Doe, AAA Auger", "AAA Auger"),
        ("John Doe, Blue Auger", None),
        ("John Doe,", None),
        ("John Doe, Doe", None),
        ("John Doe, Maria Doe", None),
        ("John Doe, Jr.", None),
        ("DOE JOHN W", None),
        ("WEST RUTHIE M", None),
        ("Boggs Trust", None),
    ],
)
def test_a_named_person_is_withheld_and_the_company_kept(published: str, company: str | None) -> None:
    assert split_contact(published, KNOWN) == (company, WITHHELD)


@pytest.mark.parametrize(
    "company", ["D R Horton Homes", "Acme Concrete Co.LTD", "Mosaic Development, LLC", "Renewal by Andersen"]
)
def test_a_company_alone_stays_whole(company: str) -> None:
    assert split_contact(company, KNOWN) == (company, None)


@pytest.mark.parametrize("cell", [None, "", "  ", ","])
def test_a_blank_cell_names_nobody(cell: str | None) -> None:
    assert split_contact(cell, KNOWN) == (None, None)


@pytest.mark.parametrize(
    ("published", "kept"),
    [
        ("OWNER", "OWNER"),
        ("ACME LLC", "ACME LLC"),
        ("JOHN DOE", WITHHELD),
        ("DOE, JOHN & MARIA", WITHHELD),
        ("ACME LLC- PHIL SUMMERS", "ACME LLC"),
        ("JOHN DOE | ACME BUILDERS INC", "ACME BUILDERS INC"),
        ("DOE FAMILY TRUST", WITHHELD),
        ("ALPHA CHAPTER OF SIGMA % LIN WEL", "ALPHA CHAPTER OF SIGMA"),
        ("", ""),
    ],
)
def test_single_cells_keep_companies_and_placeholders_only(published: str, kept: str) -> None:
    assert withhold_person(published, KNOWN) == kept


def test_names_are_learned_from_cells_whose_company_is_sure() -> None:
    known = collect_names(["Ana Diaz, Acme Electric", "Solar City, LLC", "Bo Li", *["Ana Diaz, AAA Auger"] * 5])
    assert known == KnownNames(frozenset({"ana"}), frozenset({"diaz"}), frozenset({"aaa auger"}))
