"""Builds simulators/snapshot/ out of a folder of real records: python -m simulators.build_snapshot --data DIR.

Run by hand when the cut changes; the result is committed. What is kept and what is changed: snapshot/PROVENANCE.md.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import zstandard

from simulators.recorded import austin, cuts
from simulators.recorded.people import KnownNames

SNAPSHOT = Path(__file__).parent / "snapshot"
_PHONE = re.compile(r"(?<![\d-])\(?\b[2-9]\d{2}\)?[-. ]{1,2}\d{3}[-. ]\d{4}\b(?![\d-])")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)


class PersonalDataError(Exception):
    """A telephone number or an e-mail address would have been written into the snapshot."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write every file of the snapshot and say how large it became."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="folder of the real records")
    data: Path = options.parse_args(arguments).data
    known = _write_austin(data)
    _write_others(data, known)
    total = sum(file.stat().st_size for file in SNAPSHOT.rglob("*.zst"))
    print(f"{total / 1e6:.1f} MB compressed in {SNAPSHOT.name}/")


def _write_austin(data: Path) -> KnownNames:
    archives = [data / "austin_oss" / f"daily_csv_{year}.tar.zst" for year in austin.YEARS]
    rows, known = austin.build_rows(archives)
    for year, group in groupby(
        sorted(rows, key=lambda row: row["issue_date"][:4]), key=lambda row: row["issue_date"][:4]
    ):
        write_rows(f"austin/{year}.csv.zst", list(group))
    _write_columns(data, "data.austintexas.gov_3syk-w9eu", "austin/columns.json", (("location", "point"),))
    return known


def _write_others(data: Path, known: KnownNames) -> None:
    write_rows("chicago/2019q4.csv.zst", cuts.cut_chicago(data, known))
    _write_column_file("chicago/columns.json", cuts.CHICAGO_COLUMNS)
    write_rows("nyc/2026.csv.zst", cuts.cut_nyc(data))
    _write_columns(data, "data.cityofnewyork.us_rbx6-tga4", "nyc/columns.json", cuts.NYC_NEWER_COLUMNS)
    write_rows("nashville/building_permits.csv.zst", cuts.cut_nashville(data, known))
    write_rows("southlake/permits.csv.zst", cuts.cut_southlake(data))
    write_rows("seattle/current_permits.csv.zst", cuts.cut_seattle(data))
    write_rows("spearfish/permits.csv.zst", cuts.cut_spearfish(data, known))
    write_rows("greenville/permits_latest.csv.zst", cuts.cut_greenville(data))
    write_rows("cary/permits_fy2012.csv.zst", cuts.cut_cary(data, known))
    write_sheets("baldwin/permits.json.zst", cuts.cut_baldwin(data))
    write_sheets("missoula/workbook.json.zst", cuts.cut_missoula(data, known))


def write_rows(name: str, rows: list[dict[str, str]]) -> None:
    """Rows as CSV with a header, UTF-8, LF, zstd level 19."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _write(name, text.getvalue(), len(rows))


def write_sheets(name: str, sheets: list[cuts.Sheet]) -> None:
    """Sheets of a workbook as JSON: a list of {name, rows}, cells as text or numbers."""
    text = json.dumps(sheets, ensure_ascii=False, separators=(",", ":"), default=str)
    _write(name, text, sum(len(sheet["rows"]) for sheet in sheets if isinstance(sheet["rows"], list)))


def _write(name: str, text: str, row_count: int) -> None:
    for pattern in (_PHONE, _EMAIL):
        found = pattern.search(text)
        if found:
            raise PersonalDataError(
                f"{name}: {found.group()!r} near {text[max(0, found.start() - 60) : found.end() + 20]!r}"
            )
    path = SNAPSHOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zstandard.ZstdCompressor(level=19).compress(text.encode("utf-8")))
    print(f"{name}: {row_count} rows, {path.stat().st_size / 1e3:.0f} kB")


def _write_columns(data: Path, metadata: str, name: str, added: Iterable[tuple[str, str]]) -> None:
    """The publisher's own column list (name, API name, type), with columns the stored metadata is too old to know."""
    columns = json.loads((data / "socrata_metadata" / f"{metadata}.json").read_bytes())["columns"]
    kept = [{key: column[key] for key in ("fieldName", "name", "dataTypeName")} for column in columns]
    _write_column_file(name, added, kept)


def _write_column_file(name: str, added: Iterable[tuple[str, str]], known: Iterable[dict[str, str]] = ()) -> None:
    columns = [*known, *({"fieldName": field, "name": field, "dataTypeName": kind} for field, kind in added)]
    lines = ",\n".join(json.dumps(column) for column in columns)
    (SNAPSHOT / name).write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
