"""The field map as Polars expressions: from the publisher's columns to one raw text per field."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import polars as pl

from permit_leads.permit import FIELD_BY_BLDS, FIELDS
from permit_leads.registry import Columns, Dataset, FieldRule

OWNER_BUILDER = "is_owner_builder"
TRADE_LABEL = "trade_label"

BLANKS = " \t\r\n\x0b\x0c\u00a0\ufeff"

# Free text in which a private telephone number or e-mail address may stand; it is never stored.
FREE_TEXT = frozenset({"description", "project_name"})
PHONE = r"(?:\([0-9]{3}\) ?|\b[0-9]{3}[-. ])[0-9]{3}[-. ][0-9]{4}\b"
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"

# What clerks write where a company should stand when the owner does the work himself. Source: Cary NC
# "OWNER (GENERAL)" and "OWNER (ELECTRICAL)", Missoula MT "OWNER", Austin TX "Homeowner" (all read 2026-11-23).
OWNER_WORDS = (
    r"(?i)^(?:(?:home ?|property |building )?owners?(?:[ /-]*(?:as )?(?:builder|contractor|occupant))?"
    r"(?: ?\(.*\))?|self)$"
)
CONTRACTOR_FIELDS = ("contractor_company_name", "contractor_full_name", "contractor_trade")


def used_columns(dataset: Dataset, present: Collection[str]) -> list[str]:
    """The publisher's columns that the dataset reads and the page has; Socrata leaves out what is null throughout."""
    sources = [*dataset.fields.values(), *([dataset.trades] if dataset.trades else [])]
    names = dict.fromkeys([*dataset.key, *(name for source in sources for name in source.names)])
    return [name for name in names if name in present]


def clean_columns(rows: pl.DataFrame) -> pl.DataFrame:
    """Every column trimmed, blanks null, and without the NUL characters that PostgreSQL cannot keep."""
    has_nul = rows.select(pl.all().str.contains("\x00", literal=True).any()).row(0, named=True) if rows.width else {}
    without_nul = [
        pl.col(name).str.replace_all("\x00", "", literal=True) for name, is_there in has_nul.items() if is_there
    ]
    return rows.with_columns(without_nul).select(clean(pl.all()))


def clean(text: pl.Expr) -> pl.Expr:
    """Trimmed text (no-break spaces and byte order marks too); blank is null."""
    return text.str.strip_chars(BLANKS).replace("", None)


def columns_text(columns: Columns, present: Collection[str]) -> pl.Expr:
    """The raw text that a rule reads: its one column, its columns joined, or its first non-blank column.

    It reads columns that are cleaned already; a column that the page does not have counts as null.
    """
    texts = [pl.col(name) for name in columns.names if name in present]
    if not texts:
        return pl.lit(None, pl.String)
    if columns.columns:
        return pl.concat_str(texts, separator=columns.join, ignore_nulls=True).replace("", None)
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
    parts = [pl.col(name) if name in present else pl.lit(None, pl.String) for name in dataset.key]
    if len(parts) == 1:
        return parts[0]
    escaped = [part.str.replace_all(r"([\\|])", r"\$1") for part in parts]
    return pl.concat_str(escaped, separator="|", ignore_nulls=False)


def has_raw_text(names: Iterable[str]) -> pl.Expr:
    """True where at least one of the texts is not null."""
    return pl.any_horizontal([pl.col(name).is_not_null() for name in names])


def is_owner_word(name: str) -> pl.Expr:
    """True where a contractor column says that the owner does the work himself."""
    return pl.col(name).str.contains(OWNER_WORDS).fill_null(False)


def standard_words(dataset: Dataset) -> dict[str, dict[str, str]]:
    """The value maps by our field name, their words lower case with single spaces, as `mapped_word` looks them up."""
    return {
        FIELD_BY_BLDS[blds].name: {" ".join(word.lower().split()): standard for word, standard in words.items()}
        for blds, words in dataset.values.items()
    }


def mapped_words(texts: pl.Series, words: dict[str, str]) -> dict[str, str]:
    """The standard word of each distinct text that has one; case and runs of spaces do not matter."""
    distinct = texts.drop_nulls().unique().to_list()
    folded = {text: words.get(" ".join(text.lower().split())) for text in distinct}
    return {text: standard for text, standard in folded.items() if standard is not None}
