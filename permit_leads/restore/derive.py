"""Leads of permits whose newest version the file knew only as an older one, so that it does not tell them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import orjson
import polars as pl
import psycopg

from permit_leads import score
from permit_leads.normalize.contractors import mark_owner_builders
from permit_leads.normalize.trades import classify
from permit_leads.permit import PERMIT_KEY, PERMIT_SCHEMA
from permit_leads.registry import Dataset
from permit_leads.restore.ledger import QUERIES, field_list
from permit_leads.search import search_words
from permit_leads.store.copying import array_text, copy_frame
from permit_leads.store.identity import lead_ids

ROWS_AT_ONCE = 5_000
SCHEMA = {
    "line": pl.Int64(), "dataset_id": pl.String(), "permit_id": pl.String(), "recorded_at": pl.Datetime("us", "UTC"),
    **PERMIT_SCHEMA, "is_known": pl.Boolean(),
}  # fmt: skip
CARRIED = ("county_fips", "original_zip", "permit_class_mapped", "est_project_cost")


def derive_leads(conn: psycopg.Connection, registry: dict[str, Dataset]) -> int:
    """Classify and score staged rows that have no leads told, as a run would; how many there were.

    The publisher's own trade label is not in an archive file, so these follow from the words of the permit alone.
    """
    conn.execute(QUERIES["create_derived"])
    count = 0
    for rows in _leadless(conn):
        for (name,), part in rows.group_by("dataset_id"):
            copy_frame(conn, "derived", derived(registry[str(name)], part))
        count += rows.height
    conn.execute(QUERIES["tell_leads"])
    return count


def _leadless(conn: psycopg.Connection) -> Iterator[pl.DataFrame]:
    with conn.cursor(name="leadless") as cursor:
        cursor.execute(QUERIES["leadless"].format(fields=field_list("staged")))
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield pl.DataFrame(rows, schema=SCHEMA, orient="row")


def derived(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    """Trades, search words and leads of permits, by their line in the file, as the staging table takes them."""
    if rows.is_empty():
        return pl.DataFrame(
            schema={"line": pl.Int64(), **dict.fromkeys(("trades", "search_words", "leads"), pl.String())}
        )
    permits = mark_owner_builders(rows)
    trades = classify(dataset, permits)
    live = permits.filter(pl.col("is_known") | ~score.is_over())
    live_trades = trades.join(live.select(PERMIT_KEY), on=PERMIT_KEY, how="semi")
    leads = score.score(dataset, live, live_trades, today=_day(dataset, rows))
    direct = trades.filter(pl.col("kind") == "direct").group_by(PERMIT_KEY).agg(pl.col("trade").sort().alias("trades"))
    words = live.select(PERMIT_KEY, search_words().alias("search_words"))
    told = rows.select("line", PERMIT_KEY)
    for frame in (direct, words, _lead_cells(leads, rows)):
        told = told.join(frame, on=PERMIT_KEY, how="left", maintain_order="left")
    return told.select(
        "line",
        array_text(pl.col("trades").fill_null([])).alias("trades"),
        array_text(pl.col("search_words").fill_null([])).alias("search_words"),
        pl.col("leads").fill_null("[]"),
    )


def _lead_cells(leads: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The leads of each permit as one JSON cell; a permit that was over when first seen makes no lead."""
    carried = rows.select(
        PERMIT_KEY, "permit_id", "is_known", *CARRIED, created_at="recorded_at", updated_at="recorded_at"
    )
    named = leads.join(carried, on=PERMIT_KEY, how="inner", maintain_order="left")
    named = named.filter(pl.col("is_known") | (pl.col("openness") != "closed"))
    named = named.with_columns(
        lead_ids(named.select(pl.format("{}/{}", "permit_id", "trade").alias("name"))["name"]).alias("lead_id"),
        pl.lit(score.MODEL_VERSION).alias("model_version"),
    )
    cells: dict[str, list[dict[str, object]]] = {}
    for lead in named.drop("permit_id", "is_known").iter_rows(named=True):
        cells.setdefault(lead.pop(PERMIT_KEY), []).append(
            {**lead, "version": 1, "reasons": orjson.Fragment(lead["reasons"])}
        )
    texts = [orjson.dumps(told, default=str).decode() for told in cells.values()]
    return pl.DataFrame({PERMIT_KEY: list(cells), "leads": texts}, schema={PERMIT_KEY: pl.String, "leads": pl.String})


def _day(dataset: Dataset, rows: pl.DataFrame) -> date:
    """The publisher's day on which the newest of these rows was learned."""
    newest = rows["recorded_at"].max()
    assert isinstance(newest, datetime)
    return newest.astimezone(ZoneInfo(dataset.publisher.time_zone)).date()
