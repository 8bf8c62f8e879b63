"""What of a publisher's row may be shown: its words for the fields we grant, never those that may name a person.

Publishers print owners, applicants and private telephone numbers; the archive keeps their bytes untouched and closed.
A raw text leaves only where it can hold no more than the value that is shown.
"""

from __future__ import annotations

import polars as pl

from permit_leads.normalize.mapping import FREE_TEXT, clean_columns, raw_texts, redact, settle_names
from permit_leads.normalize.receipts import receipt_columns
from permit_leads.permit import FIELDS
from permit_leads.registry import Dataset

GRANTED = tuple(field for field in FIELDS if not field.is_personal)
PLACE = ("@address", "@zip")
PERSONAL = tuple(field for field in FIELDS if field.is_personal)


def is_guarded(dataset: Dataset, field_name: str) -> bool:
    """Whether a column of this field may hold a person's name besides, or instead of, the field's value."""
    rule = dataset.rule_of(field_name)
    picks_out = rule is not None and bool(rule.extract or rule.roles or rule.parse == "company")
    columns = receipt_columns(dataset, field_name)
    return picks_out or not _personal_columns(dataset).isdisjoint(columns)


def show_raw(dataset: Dataset, field_name: str, raw: str | None, value: str | None) -> str | None:
    """The raw text as it may be shown; None where it must not be, or where there is none."""
    if raw is None:
        return None
    if is_guarded(dataset, field_name):
        return raw if value is not None and raw.strip().casefold() == value.casefold() else None
    return redact_text(raw) if field_name in FREE_TEXT else raw


def redact_text(text: str) -> str:
    """Free text without telephone numbers and e-mail addresses, exactly as the ETL keeps it."""
    return str(pl.select(redact(pl.lit(text))).item())


def disclose_rows(dataset: Dataset, rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """A page's rows with only the columns that may be shown, each with its place; and how many columns stay closed."""
    shown = _shown_columns(dataset, rows.columns)
    free = {name for field_name in FREE_TEXT for name in receipt_columns(dataset, field_name)}
    columns = [redact(pl.col(name)).alias(name) if name in free else pl.col(name) for name in shown]
    return rows.select(columns).with_row_index("page_row"), rows.width - len(shown)


def with_place(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    """A page's rows with two more columns, PLACE: address and ZIP as the field map puts them together."""
    cleaned = clean_columns(settle_names(dataset, rows))
    texts = raw_texts(dataset, frozenset(cleaned.columns))
    found = [texts.get(name, pl.lit(None, pl.String)) for name in ("original_address1", "original_zip")]
    return rows.hstack(cleaned.select(text.alias(name) for text, name in zip(found, PLACE, strict=True)))


def _shown_columns(dataset: Dataset, present: list[str]) -> list[str]:
    """Columns that feed granted fields or the key, without any that feeds a guarded one."""
    guarded = [field.name for field in GRANTED if is_guarded(dataset, field.name)]
    closed = _personal_columns(dataset).union(*(receipt_columns(dataset, name) for name in guarded))
    wanted = {*dataset.key, *(name for field in GRANTED for name in receipt_columns(dataset, field.name))}
    return [name for name in present if name in wanted - closed]


def _personal_columns(dataset: Dataset) -> frozenset[str]:
    return frozenset(name for field in PERSONAL for name in receipt_columns(dataset, field.name))
