"""How well the word lists agree with labels they did not see, and how fast they read.

    python -m benchmarks.trades --data DIR --json

DIR holds the folders `chicago_socrata`, `baldwin_county_al`, `austin_oss`, `cary_nc_hte`, `nyc_dobnow_socrata` and
`labels_tx` as their publishers' records were gathered; what is missing is left out and said so. For each source the
publisher's own trade label is hidden and the description (Cary, New York: the label's own words, as a type) is read.
`labels_tx` is weak: its labels are two language models agreeing, not people.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import zstandard
from python_calamine import CalamineWorkbook

from permit_leads.normalize.trades import classify
from permit_leads.permit import PERMIT_SCHEMA
from permit_leads.registry import Dataset, load_registry

TEXAS_TRADES = {
    "residential_new": "new_home",
    "residential_remodel": "remodel",
    "residential_addition": "remodel",
    "commercial_remodel_ti": "remodel",
    "roofing": "roofing",
    "electrical": "electrical",
    "plumbing": "plumbing",
    "mechanical_hvac": "hvac",
    "solar": "solar",
    "pool_spa": "pool",
    "septic_ossf": "septic_well",
    "demolition": "demolition",
    "sign": "sign",
    "fence": "fence_deck",
    "driveway_flatwork": "concrete_paving",
    "irrigation": "landscaping_irrigation",
    "fire_systems": "fire_protection",
    "foundation_repair": "foundation",
}
AUSTIN_SUFFIXES = {"EP": "electrical", "MP": "hvac", "PP": "plumbing"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One record: what is shown to the classifier, and the trades its hidden label stands for."""

    shown: dict[str, str | None]
    trades: tuple[str, ...]


@dataclass(slots=True)
class Agreement:
    """How often a hidden label is among the direct trades that were read."""

    rows: int = 0
    agree: int = 0
    silent: int = 0
    by_trade: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, hidden: tuple[str, ...], found: set[str]) -> None:
        """Count one record; a record of several trades agrees when one of them is found."""
        outcome = "agree" if found & set(hidden) else "other" if found else "silent"
        self.rows += 1
        self.agree += outcome == "agree"
        self.silent += outcome == "silent"
        self.by_trade.setdefault(hidden[0], Counter())[outcome] += 1

    def report(self) -> dict[str, object]:
        """Shares, over all rows and per trade."""
        trades = {
            trade: {"rows": counts.total(), "agree": round(counts["agree"] / counts.total(), 3)}
            for trade, counts in sorted(self.by_trade.items(), key=lambda entry: -entry[1].total())
        }
        shares = {"agree": self.agree, "silent": self.silent, "other": self.rows - self.agree - self.silent}
        return {"rows": self.rows, **{k: round(v / max(1, self.rows), 3) for k, v in shares.items()}, "trades": trades}


def main() -> int:
    """Measure what the folder holds and print it."""
    parser = argparse.ArgumentParser(description="agreement of the trade word lists with hidden labels")
    parser.add_argument("--data", type=Path, required=True, help="folder with the recorded sources")
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    arguments = parser.parse_args()
    report = measure(arguments.data)
    print(json.dumps(report) if arguments.json else _table(report))
    return 0 if any("rows" in source for source in report.values()) else 1


def measure(data: Path) -> dict[str, dict[str, object]]:
    """Agreement per source; a source whose files are not there is reported as missing."""
    registry = load_registry()
    return {name: _measure_source(read, data, registry) for name, read in SOURCES.items()}


def _measure_source(
    read: Callable[[Path, dict[str, Dataset]], Iterator[Labelled]], data: Path, registry: dict[str, Dataset]
) -> dict[str, object]:
    try:
        records = list(read(data, registry))
    except FileNotFoundError as error:
        return {"missing": str(error.filename)}
    dataset = registry["austin_issued_permits"].model_copy(update={"trades": None})
    permits = _frame(records)
    classify(dataset, permits.head(1))  # the word lists are read once per process, not per page
    began = time.perf_counter()
    found = classify(dataset, permits).filter(pl.col("kind") == "direct")
    seconds = time.perf_counter() - began
    by_row: dict[str, set[str]] = {}
    for key, trade in found.select("permit_key", "trade").iter_rows():
        by_row.setdefault(key, set()).add(trade)
    agreement = Agreement()
    for number, record in enumerate(records):
        agreement.add(record.trades, by_row.get(str(number), set()))
    return {**agreement.report(), "rows_per_s": round(len(records) / seconds)}


def _frame(records: list[Labelled]) -> pl.DataFrame:
    rows = [{"permit_key": str(number), **record.shown} for number, record in enumerate(records)]
    return pl.DataFrame(rows, schema=PERMIT_SCHEMA)


def _chicago(data: Path, registry: dict[str, Dataset]) -> Iterator[Labelled]:
    """Work type or permit type hidden, description read."""
    values = _labels(registry["chicago_building_permits"])
    for _, text in members(data / "chicago_socrata" / "monthly_2019.tar.zst", ".json"):
        for row in json.loads(text):
            trades = values.get(row.get("wt") or "") or values.get(row.get("t") or "")
            if trades:
                yield Labelled({"description": row.get("x")}, trades)


def _baldwin(data: Path, registry: dict[str, Dataset]) -> Iterator[Labelled]:
    """Subtype hidden, work description read."""
    values = _labels(registry["baldwin_county_permits"])
    with (data / "baldwin_county_al" / "permits.xlsx").open("rb") as file:
        header, *rows = CalamineWorkbook.from_filelike(io.BytesIO(file.read())).get_sheet_by_index(0).to_python()
    subtype, text = header.index("Subtype"), header.index("Work Description")
    for row in rows:
        if trades := values.get(str(row[subtype]).strip()):
            yield Labelled({"description": str(row[text]) or None}, trades)


def _austin(data: Path, _registry: dict[str, Dataset]) -> Iterator[Labelled]:
    """Trade permits that stand alone (not one of a project's four): suffix hidden, work description read."""
    seen: set[str] = set()
    for _, text in members(data / "austin_oss" / "daily_csv_2015.tar.zst", ".csv"):
        for row in csv.DictReader(io.StringIO(text)):
            number = row["permit_number"] or ""
            alone = (row["sub_type"] or "").strip() in ("Residential", "Commercial")
            if alone and number[-2:] in AUSTIN_SUFFIXES and number not in seen:
                seen.add(number)
                yield Labelled({"description": row["work_description"]}, (AUSTIN_SUFFIXES[number[-2:]],))


def _cary(data: Path, registry: dict[str, Dataset]) -> Iterator[Labelled]:
    """No descriptions are published: the words of the application type are read."""
    values = _labels(registry["cary_permits"])
    text = gzip.decompress((data / "cary_nc_hte" / "2014_permits.csv.gz").read_bytes()).decode("utf-8")
    for row in csv.reader(io.StringIO(text)):
        label = row[7].strip() if len(row) > 7 else ""
        if trades := values.get(label):
            yield Labelled({"permit_type_desc": label}, trades)


def _new_york(data: Path, registry: dict[str, Dataset]) -> Iterator[Labelled]:
    """No descriptions in these rows: the words of the work type are read."""
    values = _labels(registry["nyc_dob_now_permits"])
    rows = json.loads((data / "nyc_dobnow_socrata" / "cb6_dob_now_recent.json").read_text("utf-8"))["rows"]
    for row in rows:
        if trades := values.get(row.get("work_type") or ""):
            yield Labelled({"permit_type_desc": row["work_type"]}, trades)


def _texas(data: Path, _registry: dict[str, Dataset]) -> Iterator[Labelled]:
    """Permits of more than fifty Texas publishers with weak labels: type and description read."""
    for line in (data / "labels_tx" / "eval_set_v1_half.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if trade := TEXAS_TRADES.get(row["label"]):
            shown = {"description": row["description_raw"], "permit_type_desc": row["permit_type"]}
            yield Labelled(shown, (trade,))


SOURCES: dict[str, Callable[[Path, dict[str, Dataset]], Iterator[Labelled]]] = {
    "austin_trade_permits": _austin,
    "chicago": _chicago,
    "baldwin": _baldwin,
    "cary_types": _cary,
    "new_york_types": _new_york,
    "texas_weak_labels": _texas,
}


def _labels(dataset: Dataset) -> dict[str, tuple[str, ...]]:
    return {} if dataset.trades is None else {k: v for k, v in dataset.trades.values.items() if v}


def members(archive: Path, suffix: str) -> Iterator[tuple[str, str]]:
    """(name, text) of the files of a .tar.zst, in their order."""
    with archive.open("rb") as packed:
        reader = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(packed)
        with tarfile.open(fileobj=reader, mode="r|") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.name.endswith(suffix) else None
                if file is not None:
                    yield member.name, file.read().decode("utf-8", "replace")


def _table(report: dict[str, dict[str, object]]) -> str:
    lines = [f"{'source':22} {'rows':>7} {'agree':>7} {'silent':>7} {'other':>7} {'rows/s':>9}"]
    for name, found in report.items():
        if "missing" in found:
            lines.append(f"{name:22} missing: {found['missing']}")
            continue
        cells = (found["rows"], found["agree"], found["silent"], found["other"], found["rows_per_s"])
        lines.append(f"{name:22} " + " ".join(f"{cell:>7}" for cell in cells))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
