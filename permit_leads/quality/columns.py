"""Columns that are gone, and columns that are new."""

from __future__ import annotations

from collections.abc import Collection

from rapidfuzz import fuzz, process

from permit_leads.quality.findings import Finding
from permit_leads.quality.history import History
from permit_leads.quality.profile import Profile
from permit_leads.registry import Columns, Dataset

# JSON answers leave a null out: a column that is missing there may merely be empty on that page.
PROTOCOLS_THAT_OMIT_NULLS = ("socrata", "arcgis", "portal")


def check_columns(dataset: Dataset, columns: Collection[str]) -> list[Finding]:
    """Columns of a page against those the source file reads.

    Of alternatives (`first_of`) one is enough. Where nulls are left out of the answer (Socrata, ArcGIS) only columns
    that no row can lack are missed: the key's and the date's.
    """
    if not columns:
        return []
    present = {dataset.column_aliases.get(column, column) for column in columns}
    needed = [*dataset.key, *_date_column(dataset)]
    if dataset.protocol not in PROTOCOLS_THAT_OMIT_NULLS:
        needed += [name for rule in _rules(dataset) for name in _missing(rule, present)]
    unused = sorted(present - {name for rule in _rules(dataset) for name in rule.names})
    gone = [name for name in dict.fromkeys(needed) if name not in present]
    return [Finding("column_gone", "failure", _gone(dataset, name, unused)) for name in gone]


def check_drift(dataset: Dataset, profile: Profile, history: History) -> list[Finding]:
    """Columns that every earlier run had and this one has nowhere, and columns that none had.

    Where nulls are left out, a column that is read and has been there in every run is a warning when it is missing.
    """
    past = [run.columns for run in history.runs if run.columns]
    if not past or not profile.columns:
        return []
    read = {name for rule in _rules(dataset) for name in rule.names}
    gone = sorted(set[str].intersection(*past) - profile.columns)
    new = sorted(profile.columns - set[str]().union(*past))
    return [
        *(Finding("column_gone", "warning", _gone(dataset, name, new)) for name in gone if name in read),
        *(
            Finding("column_gone", "note", f"column {name}, which is not read, is gone")
            for name in gone
            if name not in read
        ),
        *(Finding("column_new", "note", f"column {name} is new; is it worth reading?") for name in new),
    ]


def _gone(dataset: Dataset, name: str, unused: list[str]) -> str:
    found = process.extractOne(name, unused, scorer=fuzz.ratio, processor=_plain, score_cutoff=60)
    hint = f"nearest new column: {found[0]}" if found else f"columns not read so far: {', '.join(unused[:8]) or 'none'}"
    return f"column {name} is gone ({hint}); edit the source file of {dataset.id}"


def _plain(name: str) -> str:
    return name.replace("_", "").replace(" ", "").lower()


def _date_column(dataset: Dataset) -> list[str]:
    return [] if dataset.date_column is None else [dataset.date_column]


def _rules(dataset: Dataset) -> list[Columns]:
    return [*dataset.fields.values(), *([] if dataset.trades is None else [dataset.trades])]


def _missing(rule: Columns, present: set[str]) -> list[str]:
    """Columns a rule cannot do without; the first of several alternatives when none of them is there."""
    if rule.first_of:
        return [] if present.intersection(rule.first_of) else [rule.first_of[0]]
    return [name for name in rule.names if name not in present]
