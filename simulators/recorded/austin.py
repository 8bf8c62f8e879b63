"""Austin's old daily permit report, re-expressed in the columns of Socrata 3syk-w9eu: facts moved, nothing invented."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from simulators.recorded.archives import read_members
from simulators.recorded.people import KnownNames, collect_names, split_contact

YEARS = (2013, 2014, 2015, 2016)
# Words of the city's own Socrata rows for the two letters that end a permit number.
_TYPE_WORDS = {
    "BP": "Building Permit",
    "EP": "Electrical Permit",
    "MP": "Mechanical Permit",
    "PP": "Plumbing Permit",
    "DS": "Driveway / Sidewalks",
}
_CLASS_WORDS = {"r": "Residential", "res.": "Residential", "residential": "Residential"} | {
    "c": "Commercial",
    "com.": "Commercial",
    "commercial": "Commercial",
}
_MOVED = {
    "permit_class": "sub_type",
    "work_class": "work_type",
    "permit_location": "permit_location",
    "original_address1": "permit_location",
    "description": "work_description",
    "legal_description": "legal_description",
    "status_current": "status",
    "total_existing_bldg_sqft": "total_existing_bldg_footage",
    "remodel_repair_sqft": "remodel_repair_footage",
    "total_new_add_sqft": "total_new_add_footage",
    "total_valuation_remodel": "total_valuation_remodel",
    "total_job_valuation": "total_job_valuation",
    "housing_units": "number_of_units",
    "latitude": "lat",
    "longitude": "lng",
}
COLUMNS = (
    "permit_number",
    "permittype",
    "permit_type_desc",
    "permit_class_mapped",
    *_MOVED,
    "issue_date",
    "original_zip",
    "contractor_company_name",
    "contractor_full_name",
)


def build_rows(archives: Iterable[Path]) -> tuple[list[dict[str, str]], KnownNames]:
    """One row per permit number, the last published one (the report repeats a permit per owner), by number.

    Left out: the few rows whose cells the report's broken quoting has shifted.
    """
    published = {row["permit_number"]: row for archive in archives for row in _read_rows(archive)}
    whole = [published[number] for number in sorted(published) if _is_whole(published[number])]
    known = collect_names(row["folder_owner"] for row in whole)
    print(f"austin: {len(published) - len(whole)} of {len(published)} permits left out for broken quoting")
    return [_move_facts(row, known) for row in whole], known


def _read_rows(archive: Path) -> Iterator[dict[str, str]]:
    for name, day in read_members(archive):
        if name.endswith(".csv"):
            yield from _read_day(day.decode("utf-8"))


def _read_day(text: str) -> Iterator[dict[str, str]]:
    lines = csv.reader(io.StringIO(text))
    header = next(lines, None)
    if header is None:
        return
    first_of = {name: position for position, name in reversed(list(enumerate(header)))}
    for cells in lines:
        yield {name: cells[position] for name, position in first_of.items()}


def _is_whole(row: dict[str, str]) -> bool:
    """A quote inside a description that the report did not double shifts every later cell by one."""
    return bool(row["status"]) and not row["status"].startswith(" ")


def _move_facts(old: dict[str, str], known: KnownNames) -> dict[str, str]:
    code = old["permit_number"][-2:]
    company, withheld = split_contact(_undo_escapes(old["folder_owner"]), known)
    row = {new: _undo_escapes(old[name]) for new, name in _MOVED.items()} | {
        "permit_number": old["permit_number"],
        "permittype": code,
        "permit_type_desc": _TYPE_WORDS[code],
        "permit_class_mapped": _map_class(old["sub_type"]),
        "issue_date": _to_floating(old["date_issued"]),
        "original_zip": old.get("postal_code", ""),
        "contractor_company_name": company or "",
        "contractor_full_name": withheld or "",
    }
    return {name: row[name] for name in COLUMNS}


def _undo_escapes(text: str) -> str:
    """The report writes an apostrophe as a backslash and an apostrophe, a line end as a backslash and r."""
    return text.replace("\\'", "'").replace('\\"', '"').replace("\\r", "\n") if "\\" in text else text


def _map_class(sub_type: str) -> str:
    """The city's own rule: the first word of the class ("R- 101 …", "Res. Driveway", "Commercial") decides."""
    first = re.match(r"(r|c)\s*-|(res\.|com\.|residential|commercial)", sub_type.strip().lower())
    return _CLASS_WORDS[first.group(1) or first.group(2)] if first else ""


def _to_floating(us_date: str) -> str:
    written = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", us_date)
    return f"{written.group(3)}-{written.group(1)}-{written.group(2)}T00:00:00.000" if written else ""
