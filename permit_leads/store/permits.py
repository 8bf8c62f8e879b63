"""Permits, versions and leads into the store: new by COPY, changed once per run, unchanged not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import polars as pl
import psycopg
from psycopg import sql

from permit_leads.permit import FIELDS
from permit_leads.search import search_words
from permit_leads.store.identity import lead_ids
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))

FIELD_NAMES = [field.name for field in FIELDS]
PERMIT_COLUMNS = [
    *("permit_id", "dataset_id", "permit_key", "version", "content_hash"),
    *("page_sha256", "page_row", "first_recorded_at", "recorded_at", "trades", "search_words"),
    *FIELD_NAMES,
]
VERSION_COLUMNS = ["permit_id", "version", "recorded_at", "run_id", "content_hash", "page_sha256", "page_row"]
LEAD_COLUMNS = [
    *("lead_id", "permit_id", "dataset_id", "trade", "kind", "openness", "points", "reasons", "rank_key"),
    *("model_version", "rank_date", "county_fips", "original_zip", "permit_class_mapped", "est_project_cost"),
    *("created_at", "updated_at"),
]


@dataclass(slots=True)
class Written:
    """What one run wrote so far."""

    permit_new: int = 0
    permit_changed: int = 0
    permit_unchanged: int = 0
    leads: int = 0


class PermitWriter:
    """Writes one dataset's run inside the caller's transaction; nothing shows before the caller commits.

    A permit that the store does not have goes straight into the tables. A row that differs from what the store has
    is staged; `apply` keeps the last one of each permit, so that a portal that prints a permit on two pages makes
    no version back and forth on every run.
    """

    def __init__(self, conn: psycopg.Connection, dataset_id: str, run_id: UUID) -> None:
        self._conn = conn
        self._dataset_id = dataset_id
        self._run_id = run_id
        self._staged_ids: set[str] = set()
        self._page_order = 0
        self.written = Written()
        conn.execute(QUERIES["lock_dataset"], {"dataset_id": dataset_id})
        conn.execute(QUERIES["create_staging"])

    def write(self, permits: pl.DataFrame, leads: pl.DataFrame, recorded_at: datetime, model_version: str) -> None:
        """Store rows that differ from what was committed when they were looked up, and their leads.

        `permits` carries `trades`, the list of those it is directly for. `leads` has the columns of `score` and
        `permit_key`; every lead belongs to one of `permits`. A new permit that is over makes no lead.
        """
        known = known_hashes(self._conn, permits["permit_id"])
        rows = permits.join(known, on="permit_id", how="left", maintain_order="left").with_columns(
            pl.col("known_hash").is_null().alias("is_new"),
            pl.lit(self._dataset_id).alias("dataset_id"),
            pl.lit(1, pl.Int32).alias("version"),
            pl.lit(recorded_at.isoformat()).alias("recorded_at"),
            pl.lit(recorded_at.isoformat()).alias("first_recorded_at"),
            array_text(pl.col("trades")).alias("trades"),
            array_text(search_words()).alias("search_words"),
        )
        lead_rows = _lead_rows(rows, leads, model_version)
        self._insert_new(rows.filter(pl.col("is_new")), lead_rows.filter(pl.col("is_new")))
        self._stage(rows.filter(~pl.col("is_new")), lead_rows.filter(~pl.col("is_new")))
        self._page_order += 1

    def saw_unchanged(self, permit_ids: pl.Series) -> None:
        """Count rows equal to what we know; one that an earlier page of this run contradicts takes that back."""
        self.written.permit_unchanged += len(permit_ids)
        if taken_back := self._staged_ids.intersection(permit_ids):
            for name in ("unstage", "unstage_leads"):
                self._conn.execute(QUERIES[name], {"permit_ids": list(taken_back)})
            self._staged_ids -= taken_back

    def apply(self) -> Written:
        """Turn what was staged into versions, permits and leads; call once, before the commit."""
        if self._staged_ids:
            for name in ("drop_superseded", "drop_superseded_leads", "keep_superseded"):
                self._conn.execute(QUERIES[name])
            self._conn.execute(QUERIES["apply_versions"], {"run_id": self._run_id})
            self.written.permit_changed = self._conn.execute(QUERIES["apply_permits"]).rowcount
            self.written.leads += self._conn.execute(QUERIES["apply_leads"]).rowcount
            self.written.leads += self._conn.execute(QUERIES["close_vanished_leads"]).rowcount
            self.written.permit_unchanged += len(self._staged_ids) - self.written.permit_changed
        return self.written

    def _insert_new(self, permits: pl.DataFrame, leads: pl.DataFrame) -> None:
        if permits.is_empty():
            return
        versions = permits.with_columns(pl.lit(str(self._run_id)).alias("run_id"))
        alive = leads.filter(pl.col("openness") != "closed")
        copy_frame(self._conn, "public.permits", permits.select(PERMIT_COLUMNS))
        copy_frame(self._conn, "public.permit_versions", versions.select(VERSION_COLUMNS))
        copy_frame(self._conn, "public.leads", alive.select(LEAD_COLUMNS))
        self.written.permit_new += permits.height
        self.written.leads += alive.height

    def _stage(self, permits: pl.DataFrame, leads: pl.DataFrame) -> None:
        if permits.is_empty():
            return
        order = pl.lit(self._page_order, pl.Int32).alias("page_order")
        copy_frame(self._conn, "staged_permits", permits.select(PERMIT_COLUMNS).with_columns(order))
        copy_frame(self._conn, "staged_leads", leads.select(LEAD_COLUMNS).with_columns(order))
        self._staged_ids.update(permits["permit_id"])


def known_hashes(conn: psycopg.Connection, permit_ids: pl.Series) -> pl.DataFrame:
    """`permit_id` and `known_hash` of those permits that the store has."""
    rows = conn.execute(QUERIES["known_permits"], {"permit_ids": permit_ids.to_list()}).fetchall()
    return pl.DataFrame(rows, schema={"permit_id": pl.String, "known_hash": pl.String}, orient="row")


def split_known(conn: psycopg.Connection, permits: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The rows that are new or differ, and the ids of those equal to what is committed."""
    joined = permits.join(known_hashes(conn, permits["permit_id"]), on="permit_id", how="left", maintain_order="left")
    is_same = pl.col("known_hash").eq_missing(pl.col("content_hash"))
    return joined.filter(~is_same).drop("known_hash"), joined.filter(is_same)["permit_id"]


def array_text(values: pl.Expr) -> pl.Expr:
    """A list of plain words as PostgreSQL writes a text[]."""
    return pl.concat_str(pl.lit("{"), values.list.join(","), pl.lit("}"))


def copy_frame(conn: psycopg.Connection, table: str, frame: pl.DataFrame) -> None:
    """COPY the frame into the columns of the same names; null is null and "" is "" (CSV as PostgreSQL reads it)."""
    if frame.is_empty():
        return
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    )
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(frame.write_csv(include_header=False).encode())


def _lead_rows(permits: pl.DataFrame, leads: pl.DataFrame, model_version: str) -> pl.DataFrame:
    carried = ["permit_key", "permit_id", "dataset_id", "county_fips", "original_zip", "permit_class_mapped"]
    carried += ["est_project_cost", "recorded_at", "is_new"]
    rows = leads.join(permits.select(carried), on="permit_key", how="inner", maintain_order="left")
    return rows.with_columns(
        lead_ids(rows.select(pl.format("{}/{}", "permit_id", "trade").alias("name"))["name"]).alias("lead_id"),
        pl.lit(model_version).alias("model_version"),
        pl.col("recorded_at").alias("created_at"),
        pl.col("recorded_at").alias("updated_at"),
    )
