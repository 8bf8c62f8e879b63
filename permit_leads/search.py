"""Words to search permits by: the same rule for what is stored and for what is asked."""

from __future__ import annotations

import polars as pl

from permit_leads.suppress import MARK

SEARCHED = (
    *("description", "permit_type_desc", "work_class", "project_name"),
    *("original_address1", "permit_num", "contractor_company_name"),
)
WORD = r"[\p{L}\p{N}]+"
ENDING = r"([\p{L}]{3})(?:ing|ed|es|e|s)\b"  # "roofs", "roofed" and "roofing" are found as "roof"


def search_words() -> pl.Expr:
    """The distinct words of a permit, lower case, common endings taken off; a list of text per row.

    What was removed on request is no word: nobody is to find those who asked by what stands in their place.
    """
    text = pl.concat_str([pl.col(name) for name in SEARCHED], separator=" ", ignore_nulls=True)
    text = text.str.replace_all(MARK, " ", literal=True)
    return words_of(text)


def query_words(text: str) -> list[str]:
    """The words a person asks for; a permit must have all of them."""
    return [str(word) for word in pl.select(words_of(pl.lit(text)).explode()).to_series().drop_nulls()]


def words_of(text: pl.Expr) -> pl.Expr:
    """The words of a text, distinct, in the order they first stand."""
    stems = text.str.to_lowercase().str.replace_all(ENDING, "$1")
    return stems.str.extract_all(WORD).list.unique(maintain_order=True)
