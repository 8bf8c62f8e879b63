"""The judge: stored rows against the truth, without a look at how the product found out what it found.

`repaired`: the store holds exactly the truth. `detected`: it does not, and the run says so: it failed or was held back
and the store still holds exactly what was true the morning before; or it stored what it could, every wrong row is named
by a rejection of that very value, or a finding of a kind that names this fault is a warning. Else the fault is
`missed`: rows lost, doubled or wrong under a success that says nothing, or a failure that left something half done.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import polars as pl
import psycopg

from benchmarks.faults.stage import QUERIES, Store
from benchmarks.faults.truth import FIELDS, Expected

Verdict = Literal["repaired", "detected", "missed"]
COLUMNS = tuple(FIELDS.values())
TEXTS: dict[str, type[pl.DataType]] = dict.fromkeys(COLUMNS, pl.String)
SCHEMA: dict[str, type[pl.DataType]] = TEXTS | {
    "issued_date": pl.Date,
    "est_project_cost": pl.Float64,
    "longitude": pl.Float64,
    "latitude": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the store says after a run."""

    status: str
    rows: pl.DataFrame
    shown: pl.DataFrame
    findings: list[tuple[str, str, str]]
    rejected: set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict, what was wrong with the store, and how many wrong rows of a refused batch a customer saw."""

    verdict: Verdict
    said: str
    wrong: str = ""
    visible_bad_rows: int = 0


def look(store: Store) -> Seen:
    """The store after its newest run; when that refused its batch, also what a customer sees."""
    with psycopg.connect(store.owner_url) as conn:
        ((status,),) = conn.execute(QUERIES["run_record"]).fetchall()
        rows = frame(conn.execute(QUERIES["stored"]).fetchall())
        findings = conn.execute(QUERIES["findings"]).fetchall()
        rejected = set(conn.execute(QUERIES["rejections"]).fetchall())
    shown = rows.clear() if status == "success" else look_as_customer(store)
    return Seen(status, rows, shown, findings, rejected)


def look_as_customer(store: Store) -> pl.DataFrame:
    """Every permit behind a lead that a signed-in customer can read, by the role and the claims the API takes."""
    with psycopg.connect(store.api_url) as conn:
        conn.execute(QUERIES["act_as_customer"])
        shown = frame(conn.execute(QUERIES["shown"]).fetchall())
    if shown.is_empty():
        raise RuntimeError("the customer sees no lead at all, so nothing can be said of bad ones")
    return shown


def frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    """Rows of the store in the form of the truth."""
    stored = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return stored.with_columns(pl.col("longitude", "latitude").round(6)).sort("permit_num")


def judge(seen: Seen, truth: Expected, before: Expected, named_by: Collection[str]) -> Judged:
    """The verdict on one run; `before` is the truth the store held when it began."""
    off = differences(seen.rows, truth.rows)
    if seen.status == "success":
        if not off:
            return Judged("repaired", "success")
        named = [f"{code} ({severity})" for code, severity, _ in seen.findings if names(code, severity, named_by)]
        is_said = bool(named) or is_rejected(seen, truth)
        return Judged("detected" if is_said else "missed", ", ".join(named) or "success", off)
    if seen.status not in ("held", "failure"):
        return Judged("missed", seen.status, f"the run never ended: {seen.status}")
    visible = seen.shown.join(before.rows, on=COLUMNS, how="anti", nulls_equal=True).height
    half_done = differences(seen.rows, before.rows)
    codes = sorted({code for code, severity, _ in seen.findings if severity == "failure"})
    said = f"{seen.status} {' '.join(codes)}".strip()
    return Judged("missed" if half_done else "detected", said, half_done, visible)


def names(code: str, severity: str, named_by: Collection[str]) -> bool:
    """Whether a finding tells a person of the fault; a note tells nobody."""
    return severity in ("warning", "failure") and code in named_by


def differences(stored: pl.DataFrame, truth: pl.DataFrame) -> str:
    """What is wrong with the stored rows, in numbers; empty when nothing is."""
    numbers, known = stored["permit_num"], set(truth["permit_num"])
    doubled = numbers.len() - numbers.n_unique()
    lost, foreign = len(known - set(numbers)), len(set(numbers) - known)
    wrong = stored.filter(pl.col("permit_num").is_in(list(known))).unique("permit_num")
    wrong = wrong.join(truth, on=COLUMNS, how="anti", nulls_equal=True)
    counts = {"lost": lost, "doubled": doubled, "foreign": foreign, "wrong": wrong.height}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def is_rejected(seen: Seen, truth: Expected) -> bool:
    """Whether every wrong value is blank, and a rejection of this run says which value was refused and why."""
    joined = seen.rows.join(truth.rows, on="permit_num", how="full", suffix="_true", coalesce=True)
    for row in joined.rows(named=True):
        for name in COLUMNS[1:]:
            if row[name] == row[f"{name}_true"]:
                continue
            if row[name] is not None or (row["permit_num"], name) not in seen.rejected:
                return False
    return True
