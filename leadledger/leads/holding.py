"""Why newer data of a dataset is held back, in words for customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

WORDS = {
    "rows_missing": "it lacks permits that were there before",
    "rows_vanished": "it is empty where permits were before",
    "empty_dataset": "it is empty",
    "count_mismatch": "it holds another number of records than the publisher says",
    "volume_high": "it holds far more permits than usual",
    "null_share": "a column has lost its values",
    "values_collapsed": "a column says the same on every permit",
    "values_refused": "values are written in a way that cannot be read",
    "rejections_over_limit": "too many records cannot be read",
    "no_permits_in_rows": "its records cannot be read",
    "column_gone": "a column is gone",
    "new_words": "it uses words never seen before",
    "words_shifted": "its statuses or types differ from what is usual",
    "wrong_place": "it holds permits of another place",
    "wrong_jurisdiction": "it holds permits of another place",
    "future_dates": "many of its dates lie in the future",
    "plain_days": "its days may each be one too early",
    "ancient_dates": "many of its dates lie far in the past",
    "duplicate_keys": "permit numbers are repeated",
    "duplicate_page": "parts of it are repeated",
    "mass_change": "most known permits changed at once",
}


def describe_hold(held_at: datetime, codes: Sequence[str]) -> str:
    """One sentence: since when, and what is wrong with the publisher's newest delivery."""
    reasons = list(dict.fromkeys(WORDS.get(code, "it does not look as it should") for code in codes))
    when = f"{held_at:%Y-%m-%d %H:%M} UTC"
    return f"the publisher's delivery of {when} is held back until a person has looked at it: {' and '.join(reasons)}"
