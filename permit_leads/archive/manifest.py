"""The lines of a run's manifest: what was asked, what came, and that the run is whole. No line carries a secret."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from permit_leads.page import Page, PageKind, Window

SECRET_HEADERS = re.compile(r"cookie|authorization|authenticate|token|secret|api-?key|signature", re.IGNORECASE)
SECRET_PARAMETERS = re.compile(
    r"([?&](?:\$\$|%24%24)?(?:app_?token|token|api_?key|sig|signature)=)[^&#]*", re.IGNORECASE
)


ArchivedKind = Literal["sync", "window", "reconcile", "restore"]


class BrokenManifest(ValueError):
    """A manifest that does not end as a whole one does."""


class PageLine(BaseModel):
    """One page, everything but its bytes."""

    model_config = ConfigDict(frozen=True)

    type: Literal["page"] = "page"
    page_index: int
    sha256: str
    kind: PageKind
    url: str
    method: str
    request_body: str | None
    status: int
    headers: dict[str, str]
    media_type: str
    byte_count: int
    row_count: int
    expected_count: int | None
    fetched_at: datetime
    elapsed_ms: int
    note: str | None
    is_beyond: bool = False

    def page(self, body: bytes) -> Page:
        """The page again, with its bytes."""
        return Page(body=body, **self.model_dump(exclude={"type", "page_index", "sha256", "byte_count"}))


class Acceptance(BaseModel):
    """Who let a batch in that was held back, and why."""

    model_config = ConfigDict(frozen=True)

    held_run_id: uuid.UUID
    codes: tuple[str, ...]
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a rebuild must know of a run beside its pages; None in manifests that are older than this record.

    `started_at` is when it began and orders the runs of a dataset, `published_at` when its events came out just before
    its commit. A batch that was `accepted` was learned when that run began, not when its pages came. A restore has no
    pages, but a file. A run that was held back at `held_at` has the `codes` of its findings and the watermark it asks.
    """

    kind: ArchivedKind = "sync"
    started_at: datetime | None = None
    published_at: datetime | None = None
    accepted: Acceptance | None = None
    restored_from_sha256: str | None = None
    held_at: datetime | None = None
    codes: tuple[str, ...] = ()
    watermark: date | None = None


FACTS = tuple(field.name for field in fields(RunFacts))


class Rejection(BaseModel):
    """Who left a batch out that was held back, when and why."""

    model_config = ConfigDict(frozen=True)

    held_run_id: uuid.UUID
    actor: str
    reason: str
    decided_at: datetime


class CompleteLine(BaseModel):
    """The last line: without it the run never happened."""

    model_config = ConfigDict(frozen=True)

    type: Literal["complete"] = "complete"
    run_id: uuid.UUID
    dataset_id: str
    since: date | None
    until: date | None
    touched_since: date | None = None
    page_count: int
    fetched_at: datetime
    kind: ArchivedKind = "sync"
    started_at: datetime | None = None
    published_at: datetime | None = None
    accepted: Acceptance | None = None
    restored_from_sha256: str | None = None
    held_at: datetime | None = None
    codes: tuple[str, ...] = ()
    watermark: date | None = None

    @property
    def window(self) -> Window:
        """The days that the run asked for."""
        return Window(self.since, self.until, self.touched_since)

    @property
    def facts(self) -> RunFacts:
        """What a rebuild must know beside the pages."""
        return RunFacts(**{name: getattr(self, name) for name in FACTS})


@dataclass(frozen=True, slots=True)
class ArchivedRun:
    """One complete run of a dataset; `fetched_at` is when its last page came."""

    run_id: uuid.UUID
    dataset_id: str
    window: Window
    fetched_at: datetime
    page_count: int
    facts: RunFacts
    path: str

    @property
    def at(self) -> datetime:
        """When it began; of old manifests, which do not say, when its last page came. Orders the runs of a dataset."""
        return self.facts.started_at or self.fetched_at

    @property
    def learned_at(self) -> datetime | None:
        """The instant at which all its rows were learned; None: each when its page came."""
        return self.facts.started_at if self.facts.accepted else None


def archived_run(last: CompleteLine, path: str) -> ArchivedRun:
    """The run whose manifest at `path` ends with this line."""
    return ArchivedRun(last.run_id, last.dataset_id, last.window, last.fetched_at, last.page_count, last.facts, path)


def complete_line(
    run_id: uuid.UUID, dataset_id: str, window: Window, lines: Sequence[PageLine], facts: RunFacts
) -> CompleteLine:
    """The last line of a run with these pages."""
    return CompleteLine(
        run_id=run_id,
        dataset_id=dataset_id,
        since=window.since,
        until=window.until,
        touched_since=window.touched_since if any(line.is_beyond and line.row_count for line in lines) else None,
        page_count=len(lines),
        fetched_at=max((line.fetched_at for line in lines), default=datetime.now(UTC)),
        **{name: getattr(facts, name) for name in FACTS},
    )


def line_of(page_index: int, sha256: str, page: Page) -> PageLine:
    """A page as its line of the manifest."""
    return PageLine(
        page_index=page_index,
        sha256=sha256,
        kind=page.kind,
        url=SECRET_PARAMETERS.sub(r"\1[removed]", page.url),
        method=page.method,
        request_body=page.request_body,
        status=page.status,
        headers=without_secrets(page.headers),
        media_type=page.media_type,
        byte_count=len(page.body),
        row_count=page.row_count,
        expected_count=page.expected_count,
        fetched_at=page.fetched_at,
        elapsed_ms=page.elapsed_ms,
        note=page.note,
        is_beyond=page.is_beyond,
    )


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers but those that carry cookies, tokens or keys."""
    return {name: value for name, value in headers.items() if not SECRET_HEADERS.search(name)}


def parse_manifest(content: bytes) -> tuple[list[PageLine], CompleteLine]:
    """The page lines in order, and the line that says the run is whole.

    Raises:
        BrokenManifest: cut off or altered.
    """
    *pages, last = content.decode().splitlines() or [""]
    try:
        complete = CompleteLine.model_validate_json(last)
        lines = [PageLine.model_validate_json(line) for line in pages]
    except ValidationError as error:
        raise BrokenManifest(f"{error.error_count()} lines or values cannot be read") from error
    if complete.page_count != len(lines):
        raise BrokenManifest(f"it holds {len(lines)} of {complete.page_count} pages")
    return lines, complete
