"""Where each field comes from, as the coverage page and the receipts say it."""

from __future__ import annotations

import json

import pytest

from permit_leads.normalize import mapping_json, published_fields, receipt_columns, receipt_rule
from permit_leads.permit import FIELD_BY_NAME, PERMIT_KEY
from permit_leads.registry import Dataset, load_registry
from tests.unit.normalize.elm import elm

REGISTRY = load_registry()
AUSTIN, HARRIS, NASHVILLE = (
    REGISTRY[name] for name in ("austin_issued_permits", "harris_issued_permits", "nashville_building_permits")
)


def test_a_field_names_its_columns_in_order() -> None:
    assert receipt_columns(AUSTIN, "original_address1") == ["original_address1", "permit_location"]
    assert receipt_columns(AUSTIN, "status_current_mapped") == ["status_current"]
    assert receipt_columns(AUSTIN, "owner_name") == []


def test_fields_from_the_tail_of_an_address_name_its_column() -> None:
    assert receipt_columns(HARRIS, "original_zip") == ["FULLADDRESS"]
    assert receipt_rule(HARRIS, "original_zip") == "the end of the one-line address"
    assert receipt_rule(HARRIS, "county_fips") == "48201 for the whole dataset"


def test_a_person_or_an_owner_out_of_the_company_column_names_it() -> None:
    assert receipt_columns(NASHVILLE, "contractor_full_name") == ["Contact"]
    assert receipt_columns(NASHVILLE, "contractor_trade") == ["Contact"]


def test_a_county_by_zip_names_the_zip() -> None:
    assert receipt_columns(AUSTIN, "county_fips") == ["original_zip"]


def test_the_rule_is_told_in_words() -> None:
    assert receipt_rule(AUSTIN, "est_project_cost") == (
        "as US dollars, '0', '0.0', '0.00', '1', '1.0', '1.00' mean nothing was said"
    )
    assert receipt_rule(AUSTIN, "work_class_mapped") == "as written, trimmed, read through the publisher's value map"
    assert receipt_rule(AUSTIN, "original_state") == "in upper case; else TX for the whole dataset"


def test_what_is_not_published_is_told_apart_from_what_is() -> None:
    fields = published_fields(HARRIS)
    assert {"permit_num", "issued_date", "original_zip", "county_fips"} <= set(fields)
    assert not {"est_project_cost", "contractor_company_name", "owner_name", "status_date"} & set(fields)


def test_a_raw_word_without_a_value_map_has_no_mapped_field() -> None:
    dataset = elm({"PermitClass": {"column": "class"}})
    assert "permit_class_mapped" not in published_fields(dataset)


@pytest.mark.parametrize("dataset", REGISTRY.values(), ids=REGISTRY.keys())
def test_the_mapping_is_json_and_names_only_columns_that_are_read(dataset: Dataset) -> None:
    mapping = json.loads(json.dumps(mapping_json(dataset)))
    read = {name for rule in dataset.fields.values() for name in rule.columns_read}
    assert list(mapping["fields"]) == published_fields(dataset)
    assert mapping["key"] == list(dataset.key)
    for name, entry in mapping["fields"].items():
        assert name in FIELD_BY_NAME
        assert name != PERMIT_KEY
        assert entry["rule"]
        assert set(entry["columns"]) <= read
