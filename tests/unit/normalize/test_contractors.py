"""Owner-builders, companies and persons in the contractor's place."""

from __future__ import annotations

import pytest

from tests.unit.normalize.elm import elm, one

COMPANY = elm({"ContractorCompanyName": {"column": "who"}})
MIXED = elm({"ContractorCompanyName": {"column": "who", "parse": "company"}})


@pytest.mark.parametrize(
    "word",
    [
        "OWNER",
        "Owner",
        "OWNER (GENERAL)",
        "OWNER (ELECTRICAL)",
        "HOMEOWNER",
        "Home Owner",
        "Property Owner",
        "OWNER/BUILDER",
        "OWNER-BUILDER",
        "OWNER AS GENERAL CONTRACTOR",
        "OWNER ACTING AS OWN PLUMBER",
        "SELF",
        "SELF CONTRACTOR RESIDENTIAL (SEE APPLICANT INFORMATION)",
    ],
)
def test_an_owner_who_builds_is_no_company(word: str) -> None:
    permit = one(COMPANY, who=word)
    assert permit["is_owner_builder"] is True
    assert permit["contractor_company_name"] is None
    assert permit["contractor_trade"] == word


@pytest.mark.parametrize(
    "name", ["OWNERS CHOICE ROOFING LLC", "Home Owner Helpers Inc", "SELFRIDGE HVAC", "SELF STORAGE LLC"]
)
def test_a_company_with_such_a_word_in_its_name_stays_a_company(name: str) -> None:
    permit = one(COMPANY, who=name)
    assert permit["is_owner_builder"] is False
    assert permit["contractor_company_name"] == name


def test_nobody_named_is_not_an_owner_builder() -> None:
    assert one(COMPANY, who=None)["is_owner_builder"] is None
    assert one(elm())["is_owner_builder"] is None


def test_a_published_trade_is_not_overwritten_by_the_owners_word() -> None:
    dataset = elm({"ContractorCompanyName": {"column": "who"}, "ContractorTrade": {"column": "trade"}})
    permit = one(dataset, who="OWNER", trade="General Contractor")
    assert permit["contractor_trade"] == "General Contractor"
    assert permit["is_owner_builder"] is True


@pytest.mark.parametrize(
    "name",
    ["MAKER CONSTRUCTION LLC", "Jackson Builders", "ARS PLUMBING", "D R HORTON, INC.", "J & S HEATING & AIR"],
)
def test_companies_stay_in_the_company_column(name: str) -> None:
    permit = one(MIXED, who=name)
    assert permit["contractor_company_name"] == name
    assert permit["contractor_full_name"] is None


@pytest.mark.parametrize("name", ["Jo Doe", "DOE, JO A", "jo doe", "JO Q. DOE JR.", "[name withheld]"])
def test_persons_go_where_names_of_persons_go(name: str) -> None:
    permit = one(MIXED, who=name)
    assert permit["contractor_company_name"] is None
    assert permit["contractor_full_name"] == name
    assert permit["is_owner_builder"] is False


def test_owner_words_are_no_persons() -> None:
    permit = one(MIXED, who="OWNER (PLUMBING)")
    assert permit["contractor_full_name"] is None
    assert permit["is_owner_builder"] is True
