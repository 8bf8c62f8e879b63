"""Which trades follow which: permits of another trade at the same address soon after, in Austin 2010 to 2016.

    python -m benchmarks.adjacency --data DIR --json

DIR holds `austin_oss` with its yearly archives. Counted are building permits that name one trade alone, the first of
that trade at an address; a trade follows when its first permit there comes 1 to 180 days later. Addresses with more
than forty permits (apartment complexes) are left out. The interval is Wilson's at 95 %.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.trades import members
from permit_leads.normalize.trades import classify
from permit_leads.permit import PERMIT_SCHEMA
from permit_leads.registry import Dataset, TradeLabels, load_registry

YEARS = range(2010, 2017)
DAYS = 180
# The feed died on 2016-04-18: later first permits would have no time to be followed.
LAST_START = date(2015, 10, 15)
MOST_PERMITS = 40
FEWEST_STARTS = 150
SHOWN_SHARE = 0.10


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="trades that follow other trades at the same address")
    parser.add_argument("--data", type=Path, required=True, help="folder with the recorded sources")
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    arguments = parser.parse_args()
    rows = followed(works(arguments.data)).to_dicts()
    print(json.dumps(rows) if arguments.json else _table(rows))
    return 0


def works(data: Path) -> pl.DataFrame:
    """(permit_key, address, trade, day, is_commercial, is_building): direct trades of every dated permit."""
    permits = pl.concat(_year(data / "austin_oss" / f"daily_csv_{year}.tar.zst") for year in YEARS)
    permits = permits.unique("permit_key", keep="last", maintain_order=True)
    found = classify(_austin(), permits).filter(pl.col("kind") == "direct")
    facts = permits.select(
        "permit_key",
        address=pl.col("original_address1").str.to_uppercase().str.strip_chars(),
        day="issued_date",
        is_commercial=pl.col("permit_class_mapped") == "Commercial",
        is_building=pl.col("trade_label") == "BP",
    )
    known = found.join(facts, on="permit_key").drop_nulls(["address", "day", "is_commercial"])
    busy = known.group_by("address").agg(pl.col("permit_key").n_unique().alias("permits"))
    return known.join(busy.filter(pl.col("permits") <= MOST_PERMITS), on="address")


def followed(known: pl.DataFrame) -> pl.DataFrame:
    """(is_commercial, trade, follower, starts, followed, share, low, high), shares from SHOWN_SHARE up."""
    alone = known.group_by("permit_key").len().filter(pl.col("len") == 1)
    starts = known.filter("is_building").join(alone, on="permit_key").filter(pl.col("day") < LAST_START)
    starts = starts.sort("day", "permit_key").unique(["address", "trade"], keep="first", maintain_order=True)
    starts = starts.select("address", "trade", "is_commercial", start="day")
    first = known.group_by("address", follower="trade").agg(pl.col("day").min().alias("first"))
    after = (pl.col("first") - pl.col("start")).dt.total_days()
    pairs = starts.join(first, on="address").filter(after.is_between(1, DAYS))
    counts = pairs.group_by("is_commercial", "trade", "follower").len(name="followed")
    totals = starts.group_by("is_commercial", "trade").len(name="starts").filter(pl.col("starts") >= FEWEST_STARTS)
    shares = counts.join(totals, on=["is_commercial", "trade"]).with_columns(
        share=pl.col("followed") / pl.col("starts")
    )
    shown = shares.filter(pl.col("share") >= SHOWN_SHARE).sort(
        "is_commercial", "trade", "share", descending=[False, False, True]
    )
    bounds = [wilson(row["followed"], row["starts"]) for row in shown.iter_rows(named=True)]
    return shown.with_columns(low=pl.Series([b[0] for b in bounds]), high=pl.Series([b[1] for b in bounds]))


def wilson(hits: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """95 % score interval of a share.

    Source: Wilson (1927), J. Am. Stat. Assoc. 22, 209.
    """
    share, spread = hits / trials, z * z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    return middle - half, middle + half


def _austin() -> Dataset:
    labels = {"EP": ("electrical",), "MP": ("hvac",), "PP": ("plumbing",), "DS": ("concrete_paving",)}
    trades = TradeLabels(column="permittype", values=labels)
    return load_registry()["austin_issued_permits"].model_copy(update={"trades": trades})


def _year(archive: Path) -> pl.DataFrame:
    """The permits of a year of daily reports, in the permit schema, with the suffix as trade label."""
    days = [_day(text) for _, text in members(archive, ".csv")]
    return pl.concat([day for day in days if day is not None])


def _day(text: str) -> pl.DataFrame | None:
    lines = text.encode("utf-8")
    if lines.count(b"\n") < 2:
        return None
    rows = pl.read_csv(lines, infer_schema=False, truncate_ragged_lines=True, ignore_errors=True)
    kind = pl.col("sub_type").str.strip_chars()
    read = rows.select(
        permit_key=pl.col("permit_number"),
        permit_num=pl.col("permit_number"),
        permit_class=kind,
        permit_class_mapped=pl.when(kind.str.starts_with("C"))
        .then(pl.lit("Commercial"))
        .when(kind.str.starts_with("R"))
        .then(pl.lit("Residential")),
        work_class=pl.col("work_type"),
        work_class_mapped=pl.when(pl.col("work_type").is_in(["New", "Shell"])).then(pl.lit("New")),
        description=pl.col("work_description"),
        issued_date=pl.col("date_issued").str.to_date("%m/%d/%Y", strict=False),
        original_address1=pl.col("permit_location"),
        trade_label=pl.col("permit_number").str.slice(-2),
    )
    missing = {name: pl.lit(None, kind).alias(name) for name, kind in PERMIT_SCHEMA.items() if name not in read.columns}
    return read.with_columns(missing.values()).select(*PERMIT_SCHEMA, "trade_label")


def _table(rows: list[dict[str, object]]) -> str:
    lines = ["class        trade                 permits  followed within 180 days by"]
    for row in rows:
        kind = "commercial" if row["is_commercial"] else "residential"
        share = f"{row['share']:6.1%} ({row['low']:.1%} to {row['high']:.1%})"
        lines.append(f"{kind:12} {row['trade']!s:22} {row['starts']!s:>6}  {row['follower']!s:22} {share}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
