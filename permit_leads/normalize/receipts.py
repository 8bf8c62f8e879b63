"""Where each field of a permit comes from, in columns and in words: for receipts and the coverage page."""

from __future__ import annotations

from typing import Any

from permit_leads.permit import FIELD_BY_BLDS, FIELD_BY_NAME, FIELDS
from permit_leads.registry import Dataset, FieldRule

PARSE_WORDS = {
    "text": "as written, trimmed",
    "upper": "in upper case",
    "company": "the company; a person's name goes to contractor_full_name",
    "integer": "as a whole number",
    "number": "as a number",
    "usd": "as US dollars",
    "floating_date": "the day, as the publisher's calendar has it",
    "iso_date": "the day (year first)",
    "us_date": "the day (month first)",
    "epoch_ms": "the day of that many milliseconds since 1970 UTC",
    "excel_date": "the day, written out or as a spreadsheet's serial number",
    "month_date": "the day (month by name)",
    "zip5": "its first five digits",
    "latitude": "degrees, inside the United States",
    "longitude": "degrees, inside the United States",
    "url": "the web address",
    "full_address": "the street part of the one-line address",
}
TAIL_FIELDS = ("original_city", "original_state", "original_zip")
CONTRACTOR_WORDS = {
    "contractor_full_name": "the contractor's name where it is a person's",
    "contractor_trade": "the contractor's name where it says that the owner builds",
}
BY_PLACE = "by the ZIP's county, else the publisher's own"


def receipt_columns(dataset: Dataset, field_name: str) -> list[str]:
    """The publisher's columns that feed one of our fields, in the order they are read; empty when none does."""
    rule = dataset.rule_of(field_name)
    columns = [] if rule is None else list(rule.columns_read)
    if field_name in CONTRACTOR_WORDS and _moves_contractors(dataset, field_name):
        columns += [name for name in receipt_columns(dataset, "contractor_company_name") if name not in columns]
    if field_name in TAIL_FIELDS:
        columns += [name for name in _one_line_columns(dataset) if name not in columns]
    if field_name == "county_fips" and not columns and "CountyFips" not in dataset.constants:
        columns = receipt_columns(dataset, "original_zip")
    return columns


def receipt_rule(dataset: Dataset, field_name: str) -> str | None:
    """In one sentence how the field is made out of its columns; None when this dataset never fills it."""
    blds = FIELD_BY_NAME[field_name].blds
    rule = dataset.rule_of(field_name)
    constant = dataset.constants.get(blds) or (dataset.publisher.state if field_name == "original_state" else None)
    parts = [_rule_words(dataset, field_name, rule)] if rule else []
    if field_name in CONTRACTOR_WORDS and _moves_contractors(dataset, field_name):
        parts.append(CONTRACTOR_WORDS[field_name])
    if field_name in TAIL_FIELDS and _one_line_columns(dataset):
        parts.append("the end of the one-line address")
    if constant:
        parts.append(f"{constant} for the whole dataset")
    elif field_name == "county_fips" and _has_place(dataset):
        parts.append(BY_PLACE)
    return "; else ".join(parts) or None


def published_fields(dataset: Dataset) -> list[str]:
    """Our fields that this publisher prints, or that hold for its whole dataset, in the order of FIELDS."""
    return [field.name for field in FIELDS if receipt_rule(dataset, field.name) is not None]


def mapping_json(dataset: Dataset) -> dict[str, Any]:
    """The field map as run: for each filled field its columns, parse and rule; and the columns of the key."""
    rules = {FIELD_BY_BLDS[blds].name: rule for blds, rule in dataset.fields.items()}
    fields = {
        name: {
            "columns": receipt_columns(dataset, name),
            "parse": rules[name].parse if name in rules else None,
            "rule": receipt_rule(dataset, name),
        }
        for name in published_fields(dataset)
    }
    return {"key": list(dataset.key), "fields": fields}


def _one_line_columns(dataset: Dataset) -> tuple[str, ...]:
    rule = dataset.rule_of("original_address1")
    return rule.columns_read if rule and rule.parse == "full_address" else ()


def _moves_contractors(dataset: Dataset, field_name: str) -> bool:
    rule = dataset.rule_of("contractor_company_name")
    return rule is not None and (field_name == "contractor_trade" or rule.parse == "company")


def _has_place(dataset: Dataset) -> bool:
    return bool(receipt_columns(dataset, "original_zip") or dataset.publisher.county_fips)


def _rule_words(dataset: Dataset, field_name: str, rule: FieldRule) -> str:
    words = [PARSE_WORDS[rule.parse]]
    if rule.columns:
        words.append(f"joined from {len(rule.columns)} columns")
    if rule.template:
        words.append(f"put together as {rule.template}")
    if rule.first_of:
        words.append("the first that is not blank")
    if rule.roles:
        words.append(f"where the role is {' or '.join(rule.roles)}")
    if rule.extract:
        words.append(f"the part that matches {rule.extract}")
    if rule.null_words:
        words.append(f"{', '.join(repr(word) for word in rule.null_words)} mean nothing was said")
    if FIELD_BY_NAME[field_name].blds in dataset.values:
        words.append("read through the publisher's value map")
    return ", ".join(words)
