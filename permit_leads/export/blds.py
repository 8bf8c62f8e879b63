"""CSV in the column names and words of BLDS, the exchange format of building departments.

Source: BLDS core permits dataset requirements (open-data-standards/permitdata.org, wiki, revision 2016-04-01).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from permit_leads.export.cells import Cell, compact_json, csv_cell, json_value
from permit_leads.export.columns import Sheet, Writer
from permit_leads.permit import FIELD_BY_BLDS

# In the order of the specification: required, recommended, optional; columns that no publisher gives us are left out.
COLUMNS = (
    *("PermitNum", "Description", "AppliedDate", "IssuedDate", "CompletedDate", "StatusCurrent"),
    *("OriginalAddress1", "OriginalAddress2", "OriginalCity", "OriginalState", "OriginalZip"),
    *("PermitClass", "PermitClassMapped", "StatusCurrentMapped", "WorkClass", "WorkClassMapped"),
    *("PermitType", "PermitTypeDesc", "StatusDate", "TotalSqFt", "Link", "Latitude", "Longitude"),
    *("EstProjectCost", "HousingUnits", "PIN", "ContractorCompanyName", "ContractorTrade", "ContractorLicNum"),
    *("AddedSqFt", "MasterPermitNum", "ExpiresDate", "ProjectName", "ExtraFields", "Publisher", "ContractorPhone"),
)
# Our words where BLDS has others; a demolition is work on what exists.
WORDS: dict[str, dict[Cell, str]] = {
    "PermitClassMapped": {"Commercial": "Non-Residential"},
    "WorkClassMapped": {"Demolition": "Existing"},
}
# What BLDS has no column for: who the row is, what we know beyond, and whether a simulator printed it.
EXTRA = ("permit_id", "dataset_id", "county_fips", "remodel_sq_ft", "page_sha256", "recorded_at", "simulated_note")


@contextmanager
def write_blds(path: Path, sheet: Sheet) -> Iterator[Writer]:
    """As RFC 4180 says, safe in a spreadsheet; ExtraFields is a JSON record as the specification has it."""
    names = sheet.names
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)

        def write(row: Sequence[Cell]) -> None:
            record = blds_record(dict(zip(names, row, strict=True)), sheet.publisher)
            lines.writerow([csv_cell(record[name]) for name in COLUMNS])

        yield write


def blds_record(permit: dict[str, Cell], publisher: str | None) -> dict[str, Cell]:
    """One permit under BLDS names."""
    record: dict[str, Cell] = {}
    for name in COLUMNS:
        if name in FIELD_BY_BLDS:
            value = permit[FIELD_BY_BLDS[name].name]
            record[name] = WORDS.get(name, {}).get(value, value)
    extra = {name: json_value(permit[name]) for name in EXTRA if permit.get(name) is not None}
    return {**record, "Publisher": publisher, "ExtraFields": compact_json(extra)}
