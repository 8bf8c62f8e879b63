"""The field map as Polars expressions: from the publisher's columns to one raw text per field."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

import polars as pl

from permit_leads.permit import FIELD_BY_BLDS, FIELDS, PAGE_ROW
from permit_leads.registry import TEMPLATE_PART, Columns, Dataset, FieldRule, TradeLabels

TRADE_LABEL = "trade_label"
IS_RECORD = "is_record"

BLANKS = " \t\r\n\x0b\x0c\u00a0\ufeff"

# Free text in which a private telephone number or e-mail address may stand; it is never stored.
# Seen: e-mails inside Chicago addresses, telephone numbers in Nashville's and Baldwin's descriptions (2026-11-23).
FREE_TEXT = frozenset({"description", "project_name", "original_address1"})
# The character before it is kept: a digit or hyphen there makes it part of a longer number, such as a parcel's.
PHONE = r"(^|[^0-9-])(?:\([0-9]{3}\) {0,2}|[0-9]{3}(?:[-. ]{1,2}|/))[0-9]{3}[-. ]{1,2}[0-9]{4}\b"
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"


def settle_names(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    """Place in the page, and the columns that the dataset reads under the names that it uses, as far as they are there.

    A file's header may drift: where the name itself is gone, the same letters in other cases stand for it; an alias of
    `column_aliases` always does, and where both stand (sheets of several months), the first that says something.
    Socrata leaves out columns that are null throughout, so a missing one is no fault here.
    """
    spellings = {name: _spellings(dataset, name, rows.columns) for name in used_columns(dataset)}
    return rows.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias(PAGE_ROW),
        *(pl.coalesce(columns).alias(name) for name, columns in spellings.items() if columns),
    )


def _spellings(dataset: Dataset, name: str, columns: Sequence[str]) -> list[str]:
    """The page's columns that stand for a name, best first."""
    own = [column for column in columns if column == name]
    other_case = [column for column in columns if column.casefold() == name.casefold()]
    aliases = {alias.casefold() for alias, meant in dataset.column_aliases.items() if meant == name}
    return (own or other_case) + [column for column in columns if column.casefold() in aliases and column != name]


def used_columns(dataset: Dataset) -> list[str]:
    """The publisher's columns that the dataset reads: for the key, the fields, the trade labels."""
    fields = [name for rule in dataset.fields.values() for name in rule.columns_read]
    labels = dataset.trades.names if dataset.trades else ()
    record = [dataset.record_column] if dataset.record_column else []
    return list(dict.fromkeys([*dataset.key, *fields, *labels, *record]))


def clean_columns(rows: pl.DataFrame) -> pl.DataFrame:
    """Every text trimmed, blanks null, and without the NUL characters that PostgreSQL cannot keep."""
    names = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    has_nul = rows.select(pl.col(name).str.contains("\x00", literal=True).any() for name in names)
    with_nul = [name for name in names if has_nul[name].item()]
    rows = rows.with_columns(pl.col(name).str.replace_all("\x00", "", literal=True) for name in with_nul)
    return rows.with_columns(clean(pl.col(name)) for name in names)


def clean(text: pl.Expr) -> pl.Expr:
    """Trimmed text (no-break spaces and byte order marks too); blank is null."""
    return text.str.strip_chars(BLANKS).replace("", None)


def columns_text(columns: Columns, present: Collection[str]) -> pl.Expr:
    """The raw text that a rule reads: its one column, its columns joined, or its first non-blank column.

    It reads columns that are cleaned already; a column that the page does not have counts as null.
    """
    if columns.template is not None:
        return _template_text(columns.template, present)
    texts = [pl.col(name) for name in columns.names if name in present]
    if not texts:
        return pl.lit(None, pl.String)
    if columns.columns:
        return pl.concat_str(texts, separator=columns.join, ignore_nulls=True).replace("", None)
    return texts[0] if len(texts) == 1 else pl.coalesce(texts)


def _template_text(template: str, present: Collection[str]) -> pl.Expr:
    """The template with its columns filled in; null where one of them is."""
    parts: list[pl.Expr] = []
    at = 0
    for found in TEMPLATE_PART.finditer(template):
        text = pl.col(found[1]) if found[1] in present else pl.lit(None, pl.String)
        sized = text.str.pad_start(int(found[2]), "0").str.tail(int(found[2])) if found[2] else text
        parts += [pl.lit(template[at : found.start()]), sized]
        at = found.end()
    return pl.concat_str([*parts, pl.lit(template[at:])], ignore_nulls=False)


def role_text(rule: FieldRule, present: Collection[str]) -> pl.Expr:
    """The first column whose role column says one of the wanted words ("CONTRACTOR" in "MASONRY CONTRACTOR")."""
    wanted = "|".join(re.escape(role) for role in rule.roles)
    pairs = [pair for pair in zip(rule.first_of, rule.role_columns, strict=True) if set(pair) <= set(present)]
    texts = [pl.when(pl.col(role).str.contains(f"(?i){wanted}")).then(pl.col(name)) for name, role in pairs]
    return pl.coalesce(texts) if texts else pl.lit(None, pl.String)


def label_text(labels: TradeLabels | None, present: Collection[str]) -> pl.Expr:
    """The publisher's trade label: the first column whose word stands for a trade, else the first with a word."""
    if labels is None:
        return pl.lit(None, pl.String)
    known = [_cut(pl.col(name), labels.extract) for name in labels.first_of if name in present]
    texts = [pl.when(text.is_in(list(labels.values))).then(text) for text in known]
    return pl.coalesce([*texts, _cut(columns_text(labels, present), labels.extract)])


def _cut(text: pl.Expr, pattern: str | None) -> pl.Expr:
    return text if pattern is None else clean(text.str.extract(pattern))


def rule_text(field_name: str, rule: FieldRule, present: Collection[str]) -> pl.Expr:
    """Raw text of one field: prefix cut, the publisher's words for nothing gone, private contacts redacted."""
    text = role_text(rule, present) if rule.roles else columns_text(rule, present)
    if rule.strip_prefix is not None:
        text = clean(text.str.strip_prefix(rule.strip_prefix.rstrip()))
    text = _cut(text, rule.extract)
    if rule.null_words:
        nothing = [word.strip().lower() for word in rule.null_words]
        text = pl.when(~text.str.to_lowercase().is_in(nothing)).then(text)
    if rule.parse == "upper":
        text = text.str.to_uppercase()
    return redact(text) if field_name in FREE_TEXT else text


def redact(text: pl.Expr) -> pl.Expr:
    """Telephone numbers and e-mail addresses out of free text; the archived page keeps what was published."""
    without_mail = pl.when(text.str.contains("@", literal=True)).then(text.str.replace_all(EMAIL, "[redacted-email]"))
    return pl.coalesce(without_mail, text).str.replace_all(PHONE, "${1}[redacted-phone]")


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


def is_record(dataset: Dataset, present: Collection[str]) -> pl.Expr:
    """False for the rows that the dataset's record_pattern sorts out: totals, side tables, continuation lines."""
    if dataset.record_column is None or dataset.record_pattern is None:
        return pl.lit(True)
    if dataset.record_column not in present:
        return pl.lit(False)
    return pl.col(dataset.record_column).str.contains(dataset.record_pattern).fill_null(False)


def has_raw_text(names: Iterable[str]) -> pl.Expr:
    """True where at least one of the texts is not null."""
    return pl.any_horizontal([pl.col(name).is_not_null() for name in names])


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
