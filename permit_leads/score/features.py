"""Facts of a permit that the score card asks for, each as one value of a small list (or null: nothing to say).

Pure frame expressions; a column that a publisher does not have is null and costs a lead nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from permit_leads.score.model import Bands, Model

COLUMN = pl.col
REMARKS = ("paperwork", "damage", "violation")
STAGES = {
    "Application Accepted": "applied",
    "In Review": "review",
    "Permit Issued": "issued",
    "Inspection Phase": "inspection",
}
CLOSED_STATUSES = ("Permit Finaled", "Permit Cancelled")
# Shorter than this nobody can tell what the work is; longer than that it usually says how much of it.
BRIEF_TEXT, DETAILED_TEXT = 12, 90


def whole_words(words: Iterable[str], *, whole_text: bool = False) -> str:
    """Regular expression that finds any of the words, any case, never inside a longer word."""
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return rf"(?i)^\W*(?:{either})\W*$" if whole_text else rf"(?i)(?-u:\b)(?:{either})(?-u:\b)"


def band(number: pl.Expr, bands: Bands) -> pl.Expr:
    """Name of the band a number falls in; null stays null."""
    reached = pl.sum_horizontal(number >= edge for edge in bands.edges)
    return (
        pl.when(number.is_not_null())
        .then(reached)
        .replace_strict(dict(enumerate(bands.names)), default=None, return_dtype=pl.String)
    )


def permit_features(model: Model) -> dict[str, pl.Expr]:
    """Group of the score card -> its value for a permit."""
    return {
        "owner": pl.when("is_owner").then(pl.lit("builder")),
        "property": COLUMN("permit_class_mapped").str.to_lowercase(),
        "cost": band(COLUMN("est_project_cost").cast(pl.Float64), model.bands["cost"]),
        "stage": COLUMN("status_current_mapped").replace_strict(STAGES, default=None, return_dtype=pl.String),
        "work": COLUMN("work_class_mapped").str.to_lowercase(),
        "area": band(COLUMN("area"), model.bands["area"]),
        "units": pl.when(COLUMN("housing_units") > 4)
        .then(pl.lit("many"))
        .when(COLUMN("housing_units") > 1)
        .then(pl.lit("few")),
        "place": _place(),
        "text": _text(),
        "remark": _remark(model),
    }


# The published value a fact was read from; shown beside the reason. Never a name of a person.
TEXT_EVIDENCE = {
    "property": "permit_class",
    "stage": "status_current",
    "work": "work_class",
    "remark": "remark_words",
}
NUMBER_EVIDENCE = {"cost": "est_project_cost", "area": "area", "units": "housing_units"}


def area() -> pl.Expr:
    """Square feet of the work: added and remodelled; null when neither is published or both are 0."""
    feet = pl.sum_horizontal("added_sq_ft", "remodel_sq_ft")
    return pl.when(feet > 0).then(feet)


def remark_words(descriptions: pl.Series, model: Model) -> pl.Series:
    """The words of each description that speak of paperwork, else of damage, else of a violation; null for none."""
    rows = descriptions.alias("text").to_frame().with_row_index("row")
    hinted = rows.filter(COLUMN("text").str.contains(_any_remark(model)))
    letters = COLUMN("text").str.to_lowercase().str.replace_all("[^a-z]+", "  ").str.strip_chars()
    spaced = pl.concat_str(pl.lit(" "), letters, pl.lit(" "))
    patterns = [[f" {'  '.join(words_of(word))} " for word in model.words[group]] for group in REMARKS]
    found = pl.coalesce(spaced.str.extract_many(of_group, leftmost=True).list.first() for of_group in patterns)
    words = hinted.select("row", words=found.str.strip_chars().str.replace_all("  ", " ", literal=True))
    return rows.select("row").join(words, on="row", how="left", maintain_order="left")["words"]


def _any_remark(model: Model) -> str:
    """Finds the few texts that may hold a remark, without saying which."""
    phrases = {"[^a-z]+".join(words_of(word)) for group in REMARKS for word in model.words[group]}
    return f"(?i)(?-u:\\b)(?:{'|'.join(sorted(phrases, key=len, reverse=True))})"


def words_of(text: str) -> list[str]:
    """Lower-case words of letters."""
    return re.findall("[a-z]+", text.lower())


def _remark(model: Model) -> pl.Expr:
    meanings = {" ".join(words_of(word)): group for group in REMARKS for word in model.words[group]}
    return COLUMN("remark_words").replace_strict(meanings, default=None, return_dtype=pl.String)


def _place() -> pl.Expr:
    street = COLUMN("original_address1").is_not_null()
    return (
        pl.when(~street)
        .then(pl.lit("missing"))
        .when(COLUMN("original_zip").is_null())
        .then(pl.lit("street_only"))
        .otherwise(pl.lit("complete"))
    )


def _text() -> pl.Expr:
    length = COLUMN("description").str.len_chars()
    return (
        pl.when(length.is_null())
        .then(pl.lit("missing"))
        .when(length < BRIEF_TEXT)
        .then(pl.lit("brief"))
        .when(length >= DETAILED_TEXT)
        .then(pl.lit("detailed"))
    )
