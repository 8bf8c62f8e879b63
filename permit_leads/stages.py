"""The pure and the reading stages of a run, strung into iterators: pages come in, batches ready to store go out."""

from __future__ import annotations

import uuid
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl
import psycopg

from permit_leads import quality, score
from permit_leads.arrival import Arrived
from permit_leads.fetch import read_rows
from permit_leads.normalize import Normalized, normalize
from permit_leads.normalize.geo import zip_places
from permit_leads.normalize.lexicon import load_lexicon
from permit_leads.normalize.trades import classify
from permit_leads.page import Page, Window
from permit_leads.permit import PERMIT_KEY, REJECTION_SCHEMA
from permit_leads.recall import Recall, recall_of
from permit_leads.registry import Dataset
from permit_leads.search import search_words
from permit_leads.stage_clock import Clock
from permit_leads.store.identity import with_identity
from permit_leads.store.permits import Prepared, outdated_permits, prepare
from permit_leads.store.runs import rejected_text
from permit_leads.stream import prefetch

NOTHING_REJECTED = pl.DataFrame(schema=REJECTION_SCHEMA)
NOTHING_NEW = Prepared(pl.DataFrame(), pl.DataFrame())
NO_IDS = pl.Series(dtype=pl.String)
FIRST_PAGES = 5  # what kind of text a column holds is told from these, counts and metadata among them
PAGES_READ_AHEAD = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """A page as it will be stored; `prepared` is None for a page that carries no records."""

    page_index: int
    page_sha256: str
    page: Page
    recorded_at: datetime
    prepared: Prepared | None = None
    unchanged_ids: pl.Series = field(default_factory=lambda: NO_IDS)
    rejections: pl.DataFrame = field(default_factory=lambda: NOTHING_REJECTED)
    rejected_text: bytes = b""
    permit_count: int = 0
    newest_date: date | None = None
    oldest_date: date | None = None
    view: quality.PageView | None = None
    findings: list[quality.Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Look:
    """A page compared with what the store knows; `normalized` is None for a page that carries no records.

    `differing` are the permits that are new or say something new, with their identity and `is_known`.
    """

    arrived: Arrived
    normalized: Normalized | None = None
    differing: pl.DataFrame = field(default_factory=pl.DataFrame)
    unchanged_ids: pl.Series = field(default_factory=lambda: NO_IDS)
    view: quality.PageView | None = None
    findings: list[quality.Finding] = field(default_factory=list)


def batches(
    dataset: Dataset, run_id: uuid.UUID, source: Iterator[Arrived], lookup: psycopg.Connection | None, clock: Clock,
    recall: Recall | None = None,
) -> Generator[Batch, None, None]:  # fmt: skip
    """Read, normalize, tell new from known, classify and score what is new; close it, as it reads a page ahead.

    `recall` is what earlier runs leave it.
    """
    recall = recall or recall_of(dataset, Window(None, None), "replay")
    opened = prefetch(_opened(dataset, source, clock), PAGES_READ_AHEAD, meanwhile=partial(_read_lists, dataset))
    looked_at = prefetch(_looked_at(dataset, opened, recall, lookup, clock), PAGES_READ_AHEAD)
    with closing(opened), closing(looked_at):
        for look in looked_at:
            batch = _batch(dataset, run_id, look, recall, clock)
            del look
            yield batch
            del batch


def _read_lists(dataset: Dataset) -> None:
    """What every page needs and none brings, read while the first one is under way."""
    zip_places(dataset.publisher.state)
    load_lexicon()


def _opened(dataset: Dataset, source: Iterator[Arrived], clock: Clock) -> Iterator[tuple[Arrived, pl.DataFrame | None]]:
    """Each page with its rows as published, if it is one that has any."""
    for arrived in source:
        if arrived.page.kind != "rows":
            yield arrived, None
            continue
        with clock.stage("read"):
            rows = read_rows(dataset, arrived.page.body, arrived.page.media_type)
        yield arrived, rows


def _looked_at(
    dataset: Dataset,
    opened: Iterator[tuple[Arrived, pl.DataFrame | None]],
    recall: Recall,
    lookup: psycopg.Connection | None,
    clock: Clock,
) -> Iterator[Look]:
    """Each page normalized and compared with what the store knows."""
    for arrived, rows in opened:
        if rows is None:
            look = Look(arrived, findings=quality.check_left(dataset, arrived.page))
        else:
            look = _look(dataset, arrived, rows, recall, lookup, clock)
        del arrived, rows
        yield look
        del look


def _look(
    dataset: Dataset,
    arrived: Arrived,
    rows: pl.DataFrame,
    recall: Recall,
    lookup: psycopg.Connection | None,
    clock: Clock,
) -> Look:
    day = _day(dataset, arrived.page)
    with clock.stage("normalize"):
        normalized = normalize(dataset, rows, arrived.page_sha256, day)
        permits, fakes = _current(dataset, arrived, normalized, recall)
    with clock.stage("compare"):
        differing, unchanged_ids = recall.split(lookup, permits)
        if lookup is not None:
            if arrived.replay_order is not None:
                differing, unchanged_ids = _as_known(lookup, arrived, differing, unchanged_ids)
            lookup.commit()
    with clock.stage("watch"):
        view = _view(rows, normalized, permits, differing, unchanged_ids)
        quality.note_special(view.profile, None if lookup is None else differing, recall.contacts)
        view.profile.kinds = quality.kinds_of(rows) if arrived.page_index < FIRST_PAGES else {}
    findings = [*quality.check_page(dataset, rows, arrived.page), *fakes]
    return Look(arrived, normalized, differing, unchanged_ids, view, findings)


def _batch(dataset: Dataset, run_id: uuid.UUID, look: Look, recall: Recall, clock: Clock) -> Batch:
    arrived, normalized = look.arrived, look.normalized
    place = arrived.page_index, arrived.page_sha256, arrived.page, arrived.recorded_at
    if normalized is None:
        return Batch(*place, findings=look.findings)
    day = _day(dataset, arrived.page)
    fresh = recall.redactor.redact(look.differing)
    prepared = NOTHING_NEW if fresh.is_empty() else _prepared(dataset, run_id, fresh, arrived, day, recall, clock)
    return Batch(
        *place,
        prepared=prepared,
        unchanged_ids=look.unchanged_ids,
        rejections=normalized.rejections,
        rejected_text=rejected_text(run_id, dataset.id, normalized.rejections, recall.redactor),
        findings=look.findings,
        view=None if arrived.page.is_beyond else look.view,
        permit_count=normalized.permits.height,
        newest_date=_newest(normalized.permits["issued_date"], day),
        oldest_date=_oldest(normalized.permits["issued_date"]),
    )


def _current(
    dataset: Dataset, arrived: Arrived, normalized: Normalized, recall: Recall
) -> tuple[pl.DataFrame, list[quality.Finding]]:
    """The permits that the page is the newest word on, each with its identity, and what was found of fake contacts."""
    named, fakes = recall.contacts.clean(normalized.permits)
    current = recall.given.without(arrived.replay_order, recall.ranks.without_lesser(named, normalized.ranks))
    return with_identity(dataset.id, current), fakes


def _as_known(
    lookup: psycopg.Connection, arrived: Arrived, differing: pl.DataFrame, unchanged_ids: pl.Series
) -> tuple[pl.DataFrame, pl.Series]:
    """What a replayed page says of permits of which we learned more since is history, and changes nothing."""
    outdated = outdated_permits(lookup, differing["permit_id"], arrived.page.fetched_at, arrived.page_sha256)
    if not len(outdated):
        return differing, unchanged_ids
    return differing.filter(~pl.col("permit_id").is_in(outdated.to_list())), pl.concat([unchanged_ids, outdated])


def _view(
    rows: pl.DataFrame, normalized: Normalized, permits: pl.DataFrame, differing: pl.DataFrame, unchanged_ids: pl.Series
) -> quality.PageView:
    changed_ids = differing.filter("is_known")["permit_id"]
    return quality.PageView(
        profile=quality.profile_page(rows.columns, rows.height, normalized.permits, normalized.rejections),
        permit_ids=permits["permit_id"],
        content_hashes=permits["content_hash"],
        known_ids=pl.concat([unchanged_ids, changed_ids]),
        changed_count=changed_ids.len(),
        repeat_count=normalized.repeat_count,
        conflicts=normalized.conflicts,
    )


def _prepared(
    dataset: Dataset, run_id: uuid.UUID, differing: pl.DataFrame, arrived: Arrived, day: date, recall: Recall,
    clock: Clock,
) -> Prepared:  # fmt: skip
    """Permits that are new or differ, with their trades, words and scored leads, as the store takes them."""
    with clock.stage("score"):
        trades = classify(dataset, differing)
        live = differing.filter((pl.col("is_known") | ~score.is_over()) & ~pl.col("is_opted_out"))
        leads = score.score(dataset, live, trades.join(live.select(PERMIT_KEY), on=PERMIT_KEY, how="semi"), today=day)
    with clock.stage("prepare"):
        permits = _with_words(_with_trades(differing, trades), live)
        return prepare(dataset.id, run_id, permits, leads, arrived.recorded_at, score.MODEL_VERSION, recall.seen)


def _newest(issued_dates: pl.Series, day: date) -> date | None:
    """The newest day of issue that is not in the future."""
    newest = issued_dates.filter(issued_dates <= day).max()
    return newest if isinstance(newest, date) else None


def _oldest(issued_dates: pl.Series) -> date | None:
    oldest = issued_dates.min()
    return oldest if isinstance(oldest, date) else None


def _with_trades(permits: pl.DataFrame, trades: pl.DataFrame) -> pl.DataFrame:
    """The permits with the list of trades they are directly for, in the order of their names."""
    by_name = trades.filter(pl.col("kind") == "direct").sort("trade")  # once, not in each of ten thousand groups
    direct = by_name.group_by(PERMIT_KEY).agg(trades="trade")
    joined = permits.join(direct, on=PERMIT_KEY, how="left", maintain_order="left")
    return joined.with_columns(pl.col("trades").fill_null([]))


def _with_words(permits: pl.DataFrame, live: pl.DataFrame) -> pl.DataFrame:
    """The words to search by; a permit that was over when first seen has no lead, so nobody searches it."""
    words = live.select(PERMIT_KEY, search_words().alias("search_words"))
    joined = permits.join(words, on=PERMIT_KEY, how="left", maintain_order="left")
    return joined.with_columns(pl.col("search_words").fill_null([]))


def _day(dataset: Dataset, page: Page) -> date:
    """The publisher's day on which the page was fetched: the only clock normalizing knows, also in a replay."""
    return page.fetched_at.astimezone(ZoneInfo(dataset.publisher.time_zone)).date()
