"""The field map as Polars expressions: from the publisher's columns to one raw text per field."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import polars as pl

from permit_leads.permit import FIELD_BY_BLDS, FIELDS
from permit_leads.registry import Columns, Dataset, FieldRule

OWNER_BUILDER = "is_owner_builder"
TRADE_LABEL = "trade_label"

# Free text in which a private telephone number or e-mail address may stand; it is never stored.
FREE_TEXT = frozenset({"description", "project_name"})
PHONE = r"(?:\+?1[-. ])?(?:\(\d{3}\) ?|\b\d{3}[-. ])\d{3}[-. ]\d{4}\b"
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"

# What clerks write where a company should stand when the owner does the work himself. Source: Cary NC
# "OWNER (GENERAL)" and "OWNER (ELECTRICAL)", Missoula MT "OWNER", Austin TX "Homeowner" (all read 2026-11-23).
OWNER_WORDS = r"(?i)^(?:(?:home ?|property |building )?owners?(?:[ /-]*(?:as )?(?:builder|contractor|occupant))?(?: ?\(.*\))?|self)$"
CONTRACTOR_FIELDS = ("contractor_company_name", "contractor_full_name", "contractor_trade")


def clean(text: pl.Expr) -> pl.Expr:
    """Trimmed text; blank is null. Characters that PostgreSQL cannot keep (NUL) go."""
    trimmed = text.str.strip_chars(" \t\r\n\x0b\x0c\u00a0\ufeff\x00")
    return pl.when(trimmed != "").then(trimmed)


def column_text(name: str, present: Collection[str]) -> pl.Expr:
    """One publisher's column, cleaned; a column that the page does not have is null (Socrata omits nulls)."""
    return clean(pl.col(name)) if name in present else pl.lit(None, pl.String)


def columns_text(columns: Columns, present: Collection[str]) -> pl.Expr:
    """The raw text that a rule reads: its one column, its columns joined, or its first non-blank column."""
    texts = [column_text(name, present) for name in columns.names if name in present]
    if not texts:
        return pl.lit(None, pl.String)
    if columns.columns:
        joined = pl.concat_str(texts, separator=columns.join, ignore_nulls=True)
        return pl.when(joined != "").then(joined)
    return texts[0] if len(texts) == 1 else pl.coalesce(texts)


def rule_text(field_name: str, rule: FieldRule, present: Collection[str]) -> pl.Expr:
    """Raw text of one field: prefix cut, the publisher's words for nothing gone, private contacts redacted."""
    text = columns_text(rule, present)
    if rule.strip_prefix is not None:
        text = clean(text.str.strip_prefix(rule.strip_prefix.rstrip()))
    if rule.null_words:
        nothing = [word.strip().lower() for word in rule.null_words]
        text = pl.when(~text.str.to_lowercase().is_in(nothing)).then(text)
    if rule.parse == "upper":
        text = text.str.to_uppercase()
    return redact(text) if field_name in FREE_TEXT else text


def redact(text: pl.Expr) -> pl.Expr:
    """Telephone numbers and e-mail addresses out of free text; the archived page keeps what was published."""
    without_mail = pl.when(text.str.contains("@", literal=True)).then(text.str.replace_all(EMAIL, "[redacted-email]"))
    return pl.coalesce(without_mail, text).str.replace_all(PHONE, "[redacted-phone]")


def raw_texts(dataset: Dataset, present: Collection[str]) -> dict[str, pl.Expr]:
    """Raw text of every mapped field of the dataset, by our field name, in the order of FIELDS."""
    by_name = {FIELD_BY_BLDS[blds].name: rule for blds, rule in dataset.fields.items()}
    names = [field.name for field in FIELDS if field.name in by_name]
    return {name: rule_text(name, by_name[name], present) for name in names}


def permit_key(dataset: Dataset, present: Collection[str]) -> pl.Expr:
    """The natural key: its columns trimmed and joined by "|"; null when any part is blank.

    A "|" or backslash inside a part of a composite key is escaped by a backslash, so two keys never melt into one.
    """
    parts = [column_text(name, present) for name in dataset.key]
    if len(parts) == 1:
        return parts[0]
    escaped = [part.str.replace_all(r"([\\|])", r"\$1") for part in parts]
    return pl.concat_str(escaped, separator="|", ignore_nulls=False)


def has_raw_text(names: Iterable[str]) -> pl.Expr:
    """True where at least one of the texts is not null."""
    return pl.any_horizontal([pl.col(name).is_not_null() for name in names])


def owner_builder(dataset: Dataset) -> pl.Expr:
    """True: the contractor's place says the owner builds; false: it names somebody; null: it says nothing."""
    names = [name for name in CONTRACTOR_FIELDS if dataset.rule_of(name)]
    if not names:
        return pl.lit(None, pl.Boolean)
    is_owner = pl.any_horizontal([pl.col(name).str.contains(OWNER_WORDS) for name in names])
    return pl.when(has_raw_text(names)).then(is_owner.fill_null(False))


def standard_words(dataset: Dataset) -> dict[str, dict[str, str]]:
    """The value maps by our field name, their words lower case with single spaces, as `mapped_word` looks them up."""
    return {
        FIELD_BY_BLDS[blds].name: {" ".join(word.lower().split()): standard for word, standard in words.items()}
        for blds, words in dataset.values.items()
    }


def mapped_word(text: pl.Expr, words: dict[str, str]) -> pl.Expr:
    """The standard word for the publisher's (case and runs of spaces do not matter); unknown words give null."""
    folded = text.str.to_lowercase().str.replace_all(r"\s+", " ")
    return folded.replace_strict(list(words), list(words.values()), default=None, return_dtype=pl.String)
