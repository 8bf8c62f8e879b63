"""Coded values of a layer: rows carry codes, the layer's metadata says what they stand for.

The names stand in the source file, so that an archived page reads the same for ever; the layer is asked whether they
still hold.
"""

from __future__ import annotations

import polars as pl

from permit_leads.errors import SourceChanged
from permit_leads.fetch.json_text import member, text_of
from permit_leads.registry import Dataset


def with_names(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with "<column> name" beside each coded column; a code that nobody has explained names itself."""
    coded = [column for column in dataset.domains if column in rows.columns]
    names = [
        pl.col(column).str.strip_chars().replace(dataset.domains[column]).alias(f"{column} name") for column in coded
    ]
    return rows.with_columns(names)


def unexplained(dataset: Dataset, metadata: object) -> dict[str, list[str]]:
    """Codes that the layer lists and the source file does not, by column.

    Raises:
        SourceChanged: a column has no list of codes any more, or a code stands for something else now.
    """
    published = _published(metadata)
    for column, known in dataset.domains.items():
        listed = published.get(column, {})
        for code, name in known.items():
            if code in listed and listed[code] != name:
                reason = f"code {code!r} of {column} stands for {listed[code]!r} now, not for {name!r}"
                raise SourceChanged(dataset.id, f"{reason}; edit domains.{column}")
        if not listed:
            reason = f"{dataset.url} lists no coded values of {column} any more"
            raise SourceChanged(dataset.id, f"{reason}; look at {dataset.url}?f=json and edit domains.{column}")
    new = {column: sorted(published[column].keys() - known.keys()) for column, known in dataset.domains.items()}
    return {column: codes for column, codes in new.items() if codes}


def _published(metadata: object) -> dict[str, dict[str, str]]:
    fields = member(metadata, "fields")
    return {text_of(member(one, "name")) or "": _codes(one) for one in (fields if isinstance(fields, list) else [])}


def _codes(field: object) -> dict[str, str]:
    """Code to name. A range domain has none."""
    values = member(member(field, "domain"), "codedValues")
    listed = values if isinstance(values, list) else []
    return {(text_of(member(one, "code")) or "").strip(): text_of(member(one, "name")) or "" for one in listed}
