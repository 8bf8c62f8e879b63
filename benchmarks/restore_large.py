"""A large archive file for benchmarks.restore: SYNTHETIC copies of real rows under other keys."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import psycopg

from permit_leads.permit import DTYPES, FIELDS
from permit_leads.store.identity import content_hashes, permit_ids
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("restore.sql"))
LETTERS = 3_000


def write_large(archived: Path, path: Path, size: int) -> int:
    """Write a file of at least `size` bytes out of an archive file of one version a permit; the number of its rows.

    Rows with a cell that begins with a quote are left out, because such a quote is the file's own mark.
    """
    texts = pl.read_csv(archived, infer_schema=False)
    marked = pl.any_horizontal(pl.all().str.starts_with("'").fill_null(False))
    texts = texts.filter(~marked & (pl.col("version") == "1") & pl.col("permit_key").is_unique())
    row_count, copy = 0, 0
    with path.open("wb") as out:
        while out.tell() < size:
            copy += 1
            _copied(texts, copy).write_csv(out, include_header=copy == 1)
            row_count += texts.height
    return row_count


def count_permits(conn: psycopg.Connection) -> int:
    """How many permits a store holds."""
    row = conn.execute(QUERIES["count_permits"]).fetchone()
    return int(row[0]) if row else 0


def _copied(texts: pl.DataFrame, copy: int) -> pl.DataFrame:
    """The rows under other keys, with the ids and hashes that belong to them."""
    other = texts.with_columns(
        pl.format("{}~{}", "permit_key", pl.lit(copy)).alias("permit_key"),
        pl.lit(f"https://elm.example/{copy}/" + "x" * LETTERS).alias("link"),
    )
    (dataset_id,) = other["dataset_id"].unique()
    typed = other.select(
        pl.col(field.name).str.to_date() if field.kind == "date" else pl.col(field.name).cast(DTYPES[field.kind])
        for field in FIELDS
    )
    return other.with_columns(
        permit_ids(dataset_id, other["permit_key"]).alias("permit_id"), content_hashes(typed).alias("content_hash")
    )
