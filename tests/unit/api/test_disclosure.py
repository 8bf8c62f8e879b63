"""What of a publisher's row may be seen: its words for granted fields, never a person's name or number."""

from __future__ import annotations

import polars as pl
import pytest

from leadledger.leads.disclosure import GRANTED, PERSONAL, disclose_rows, is_guarded, show_raw
from permit_leads.normalize.receipts import receipt_columns
from permit_leads.registry import Dataset, load_registry

REGISTRY = load_registry()
AUSTIN = REGISTRY["austin_issued_permits"]
PHONE = "call (512) 555-0100"


@pytest.fixture(params=list(REGISTRY.values()), ids=list(REGISTRY))
def dataset(request: pytest.FixtureRequest) -> Dataset:
    """Every dataset of the registry."""
    one: Dataset = request.param
    return one


def personal_columns(dataset: Dataset) -> set[str]:
    return {name for field in PERSONAL for name in receipt_columns(dataset, field.name)}


def all_columns(dataset: Dataset) -> list[str]:
    named = [*dataset.key, *(name for rule in dataset.fields.values() for name in rule.columns_read), "never_mapped"]
    return list(dict.fromkeys(named))


def test_page_shows_no_column_that_feeds_a_personal_field_or_none(dataset: Dataset) -> None:
    rows = pl.DataFrame({name: ["x"] for name in all_columns(dataset)})
    shown, closed_count = disclose_rows(dataset, rows)
    assert not personal_columns(dataset) & set(shown.columns)
    assert "never_mapped" not in shown.columns
    assert closed_count == rows.width - (shown.width - 1)


def test_receipt_shows_a_guarded_cell_only_when_it_is_the_value(dataset: Dataset) -> None:
    for field in GRANTED:
        if is_guarded(dataset, field.name):
            assert show_raw(dataset, field.name, "PERSON NAME", None) is None
            assert show_raw(dataset, field.name, "PERSON NAME, EXAMPLE LLC", "EXAMPLE LLC") is None
            assert show_raw(dataset, field.name, " Example LLC ", "EXAMPLE LLC") == " Example LLC "


def test_field_that_shares_a_column_with_a_personal_one_is_guarded(dataset: Dataset) -> None:
    shared = [one.name for one in GRANTED if personal_columns(dataset) & set(receipt_columns(dataset, one.name))]
    assert all(is_guarded(dataset, name) for name in shared)


def test_free_text_is_redacted_in_receipts_and_in_pages() -> None:
    assert show_raw(AUSTIN, "description", f"Furnace, {PHONE}", "x") == "Furnace, call [redacted-phone]"
    shown, _ = disclose_rows(AUSTIN, pl.DataFrame({"permit_number": ["1"], "description": [f"Furnace, {PHONE}"]}))
    assert shown["description"].to_list() == ["Furnace, call [redacted-phone]"]


def test_plain_cell_is_shown_letter_by_letter() -> None:
    assert show_raw(AUSTIN, "est_project_cost", " 18400 ", "18400.00") == " 18400 "
    assert show_raw(AUSTIN, "est_project_cost", None, None) is None
