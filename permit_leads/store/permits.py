"""Permits, versions and leads into the store: new by COPY, changed once per run, unchanged not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import polars as pl
import psycopg

from permit_leads.errors import SourceUnavailable
from permit_leads.permit import FIELDS
from permit_leads.store import binary, events
from permit_leads.store.copying import FilledText, array_text, copy_frame, copy_text
from permit_leads.store.identity import lead_ids
from permit_leads.store.queries import load_queries
from permit_leads.store.seen import SeenIds

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
PATIENCE_SECONDS = 30  # with a run that lost its lease and has not ended yet

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
    *("latitude", "longitude", "created_at", "updated_at"),
]


@dataclass(slots=True)
class Written:
    """What one run wrote so far."""

    permit_new: int = 0
    permit_changed: int = 0
    permit_unchanged: int = 0
    leads: int = 0


COLUMNS = {"public.permits": PERMIT_COLUMNS, "public.leads": LEAD_COLUMNS}


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows as the tables take them; those the store does not know are already written out, with their events.

    `versions` and `created` are rows of `binary`. `suspects` are new ids that an earlier page of the run may have
    brought. `permit_count` counts new permits, `lead_count` their leads.
    """

    permits: pl.DataFrame
    leads: pl.DataFrame
    permit_count: int = 0
    lead_count: int = 0
    texts: Mapping[str, FilledText] = field(default_factory=dict)
    versions: bytes = b""
    created: bytes = b""
    suspects: pl.Series | None = None

    def knowing(self, permit_ids: pl.Series) -> Prepared:
        """The same with these permits known as well."""
        is_known = pl.col("is_known") | pl.col("permit_id").is_in(permit_ids.to_list())
        return write_out(self.permits.with_columns(is_known=is_known), self.leads.with_columns(is_known=is_known))


def prepare(
    dataset_id: str, run_id: UUID, permits: pl.DataFrame, leads: pl.DataFrame, recorded_at: datetime,
    model_version: str, seen: SeenIds,
) -> Prepared:  # fmt: skip
    """What the store needs of a page, made where it delays nobody.

    `seen` are the new ids of the run's earlier pages; those of this one are added. `permits` carries `is_known`, and
    `trades` and `search_words` as lists. `leads` has the columns of `score`; every lead belongs to one of `permits`.
    """
    rows = permits.with_columns(
        pl.lit(dataset_id).alias("dataset_id"),
        pl.lit(str(run_id)).alias("run_id"),
        pl.lit(1, pl.Int32).alias("version"),
        pl.lit(recorded_at.isoformat()).alias("recorded_at"),
        pl.lit(recorded_at.isoformat()).alias("first_recorded_at"),
        array_text(pl.col("trades")).alias("trades"),
        array_text(pl.col("search_words")).alias("search_words"),
    )
    new_ids = permits.filter(~pl.col("is_known"))["permit_id"]
    suspects = seen.suspects(new_ids)
    seen.add(new_ids)
    return replace(write_out(rows, _lead_rows(rows, leads, model_version)), suspects=suspects)


def write_out(permits: pl.DataFrame, leads: pl.DataFrame) -> Prepared:
    """New rows as text; a new permit that is over makes no lead.

    Ids are random, so permits go in their order: the server finds the places of neighbours in its indexes at once.
    """
    new = permits.filter(~pl.col("is_known")).sort("permit_id")
    new_leads = leads.filter(~pl.col("is_known") & (pl.col("openness") != "closed"))
    if new.is_empty():
        return Prepared(permits, leads)
    frames = {"public.permits": new, "public.leads": new_leads}
    texts = {table: FilledText.of(frame.select(COLUMNS[table])) for table, frame in frames.items() if frame.height}
    recorded_at = datetime.fromisoformat(new["recorded_at"][0])  # one for all of a page
    permit_ids = binary.ids(new["permit_id"])
    lead_ids = binary.ids(new_leads["permit_id"]), binary.ids(new_leads["lead_id"])
    created = events.created(recorded_at, permit_ids) + events.created(recorded_at, *lead_ids)
    versions = _first_versions(new, permit_ids, recorded_at)
    return Prepared(permits, leads, new.height, new_leads.height, texts, versions, created)


def _first_versions(new: pl.DataFrame, permit_ids: binary.Column, recorded_at: datetime) -> bytes:
    """Rows of VERSION_COLUMNS; within a page they differ in the permit, its content and its place."""
    values: list[bytes | binary.Column] = [
        permit_ids,
        binary.number(1),
        binary.instant(recorded_at),
        binary.identifier(UUID(new["run_id"][0])),
        binary.ids(new["content_hash"]),
        binary.text(new["page_sha256"][0]),
        binary.numbers(new["page_row"]),
    ]
    return binary.rows(new.height, values)


def _lock(conn: psycopg.Connection, dataset_id: str) -> None:
    try:
        conn.execute(QUERIES["lock_dataset"], {"dataset_id": dataset_id, "patience": f"{PATIENCE_SECONDS}s"})
    except psycopg.errors.LockNotAvailable:
        raise SourceUnavailable(
            dataset_id,
            f"the session of a run that lost its lease is still open after {PATIENCE_SECONDS} s; it cannot store "
            "anything any more; end its process, or wait until the server notices that it is gone, and run again",
        ) from None
    conn.execute(QUERIES["wait_as_long_as_it_takes"])


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
        self.published_at = datetime.now(UTC)
        _lock(conn, dataset_id)
        conn.execute(QUERIES["create_staging"])
        conn.execute(events.QUERIES["create_staged_events"])

    def write(self, prepared: Prepared) -> None:
        """Store rows that differ from what was committed when they were looked up, and their leads."""
        if prepared.suspects is not None and len(met := self._met(prepared.suspects)):
            prepared = prepared.knowing(met)
        for table, filled in prepared.texts.items():
            copy_text(self._conn, table, filled.columns, filled.text)
        if prepared.permit_count:
            binary.copy_rows(self._conn, "public.permit_versions", VERSION_COLUMNS, prepared.versions)
            events.stage_created(self._conn, prepared.created)
        self.written.permit_new += prepared.permit_count
        self.written.leads += prepared.lead_count
        if prepared.permit_count < prepared.permits.height:
            self._stage(prepared.permits.filter("is_known"), prepared.leads.filter("is_known"))
        self._page_order += 1

    def _met(self, suspects: pl.Series) -> pl.Series:
        """Those of the suspects that an earlier page of this very run brought."""
        if suspects.is_empty():
            return suspects
        rows = self._conn.execute(QUERIES["stored_permits"], {"permit_ids": _array(suspects)}).fetchall()
        return pl.Series([permit_id for (permit_id,) in rows], dtype=pl.String)

    def saw_unchanged(self, permit_ids: pl.Series) -> None:
        """Count rows equal to what we know; one that an earlier page of this run contradicts takes that back."""
        self.written.permit_unchanged += len(permit_ids)
        if taken_back := self._staged_ids.intersection(permit_ids):
            for name in ("unstage", "unstage_leads"):
                self._conn.execute(QUERIES[name], {"permit_ids": list(taken_back)})
            self._staged_ids -= taken_back

    def apply(self, published_at: datetime | None = None) -> Written:
        """Turn what was staged into versions, permits, leads and events; call once, and commit soon after it.

        `published_at` is given when the events were published once before; None: they are published now.
        """
        if self._staged_ids:
            self._apply_changes()
        self._conn.execute(events.QUERIES["stage_leads"])
        now = events.publish(self._conn, self._dataset_id, self._run_id, published_at)
        self.published_at = now or datetime.now(UTC)
        return self.written

    def _apply_changes(self) -> None:
        for name in ("drop_superseded", "drop_superseded_leads", "keep_superseded"):
            self._conn.execute(QUERIES[name])
        self._conn.execute(QUERIES["apply_versions"], {"run_id": self._run_id})
        self.written.permit_changed = self._conn.execute(QUERIES["apply_permits"]).rowcount
        self._conn.execute(QUERIES["keep_superseded_leads"])
        self.written.leads += self._conn.execute(QUERIES["apply_leads"]).rowcount
        self._conn.execute(QUERIES["place_leads"])
        self.written.leads += self._conn.execute(QUERIES["close_vanished_leads"]).rowcount
        self.written.permit_unchanged += len(self._staged_ids) - self.written.permit_changed
        self._conn.execute(events.QUERIES["stage_changed_permits"])

    def _stage(self, permits: pl.DataFrame, leads: pl.DataFrame) -> None:
        order = pl.lit(self._page_order, pl.Int32).alias("page_order")
        copy_frame(self._conn, "staged_permits", permits.select(PERMIT_COLUMNS).with_columns(order))
        copy_frame(self._conn, "staged_leads", leads.select(LEAD_COLUMNS).with_columns(order))
        self._staged_ids.update(permits["permit_id"])


def split_known(conn: psycopg.Connection | None, permits: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The rows that are new or differ, with `is_known`, and the ids of those equal to what is committed.

    Without a connection nothing is known: the dataset has no permits yet.
    """
    if conn is None:
        return permits.with_columns(is_known=pl.lit(False)), permits["permit_id"].clear()
    asked = {"permit_ids": _array(permits["permit_id"]), "content_hashes": _array(permits["content_hash"])}
    rows = conn.execute(QUERIES["differing_permits"], asked).fetchall()
    places = pl.DataFrame(rows, schema={"place": pl.UInt32, "is_known": pl.Boolean}, orient="row")
    placed = permits.with_row_index("place", offset=1)
    differing = placed.join(places, on="place", how="inner", maintain_order="left").drop("place")
    return differing, placed.join(places, on="place", how="anti", maintain_order="left")["permit_id"]


def outdated_permits(
    conn: psycopg.Connection, permit_ids: pl.Series, fetched_at: datetime, page_sha256: str
) -> pl.Series:
    """Those of the permits of which the store learned more after the page came: a later row, or that it is gone.

    What was read from this very page is never outdated, however late that was.
    """
    asked = {"permit_ids": _array(permit_ids), "fetched_at": fetched_at, "page_sha256": page_sha256}
    rows = conn.execute(QUERIES["outdated_permits"], asked).fetchall()
    return pl.Series([permit_id for (permit_id,) in rows], dtype=pl.String)


def _array(words: pl.Series) -> str:
    """Ids or hashes as PostgreSQL writes an array: one text is sent sooner than ten thousand parameters."""
    return f"{{{','.join(words)}}}"


def _lead_rows(permits: pl.DataFrame, leads: pl.DataFrame, model_version: str) -> pl.DataFrame:
    carried = ["permit_key", "permit_id", "dataset_id", "county_fips", "original_zip", "permit_class_mapped"]
    carried += ["est_project_cost", "latitude", "longitude", "recorded_at", "is_known"]
    rows = leads.join(permits.select(carried), on="permit_key", how="inner", maintain_order="left")
    return rows.with_columns(
        lead_ids(rows.select(pl.format("{}/{}", "permit_id", "trade").alias("name"))["name"]).alias("lead_id"),
        pl.lit(model_version).alias("model_version"),
        pl.col("recorded_at").alias("created_at"),
        pl.col("recorded_at").alias("updated_at"),
    )
