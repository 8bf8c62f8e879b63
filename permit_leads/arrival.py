"""Where the pages of a run come from: the publisher, or the archive."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime

from permit_leads.archive import Archive, ArchivedRun
from permit_leads.fetch import fetch_pages
from permit_leads.fetch.http import PoliteClient
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset
from permit_leads.stage_clock import Clock


@dataclass(frozen=True, slots=True)
class Arrived:
    """One page with its place in the run, safe in the archive.

    `learned_at` is when we learn what it says; None: when it came. `replay_order` counts replayed runs, newest first.
    """

    page_index: int
    page_sha256: str
    page: Page
    learned_at: datetime | None = None
    replay_order: int | None = None

    @property
    def recorded_at(self) -> datetime:
        """When we learned what the page says."""
        return self.learned_at or self.page.fetched_at


Source = Generator[Arrived, None, None]


def fetched(
    client: PoliteClient, archive: Archive | None, dataset: Dataset, window: Window, run_id: uuid.UUID, clock: Clock
) -> Source:
    """Pages from the publisher, each archived before anybody reads it. Without an archive: a dry run."""
    pages = fetch_pages(dataset, window, client)
    for page_index in range(1_000_000_000):
        with clock.stage("fetch"):
            page = next(pages, None)
        if page is None:
            return
        with clock.stage("archive"):
            sha256 = _keep(archive, dataset, run_id, page_index, page)
        yield Arrived(page_index, sha256, page)


def _keep(archive: Archive | None, dataset: Dataset, run_id: uuid.UUID, page_index: int, page: Page) -> str:
    if archive is None:
        return hashlib.sha256(page.body).hexdigest()
    return archive.write_page(run_id, dataset.id, page_index, page)


def replayed(archive: Archive, dataset: Dataset, window: Window, now: datetime) -> Source:
    """Archived pages, newest run first, so that of each permit only what was published last is looked at.

    All runs back to the oldest one that has rows of the window: a run of other days may hold the newer word on a permit
    that an older run brought along. What a page says otherwise than before, because it is read otherwise today, is
    learned now.
    """
    runs = archive.runs(dataset.id)
    touching = [order for order, archived in enumerate(runs) if touches(archived.window, window)]
    page_index = 0
    for replay_order, archived in enumerate(runs[: max(touching, default=-1) + 1]):
        archive.check_file(archived)  # it has no pages; lost, it would be missed by nobody
        for sha256, page in archive.pages(archived):
            yield Arrived(page_index, sha256, page, now, replay_order)
            page_index += 1


def recorded(archive: Archive, archived: ArchivedRun) -> Source:
    """The pages of one archived run, as they came and when they came."""
    for page_index, (sha256, page) in enumerate(archive.pages(archived)):
        yield Arrived(page_index, sha256, page, archived.learned_at)


def held(archive: Archive, dataset: Dataset, run_id: uuid.UUID, now: datetime) -> Source:
    """The archived pages of a run that was held back: what they say is known only from now on."""
    for page_index, (sha256, page) in enumerate(archive.held_pages(run_id, dataset.id)):
        yield Arrived(page_index, sha256, page, now)


def touches(one: Window, other: Window) -> bool:
    """Whether two windows have a day in common, or the first brought rows of any day."""
    if one.touched_since is not None:
        return True
    starts_in_time = one.since is None or other.until is None or one.since <= other.until
    ends_in_time = one.until is None or other.since is None or one.until >= other.since
    return starts_in_time and ends_in_time
