"""A file, and a page that links files, as resources of a host."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import orjson
import polars as pl

from simulators.publishers.disturbances import Identity
from simulators.publishers.files.styles import FileStyle, SheetStyle
from simulators.publishers.messages import Kind, Reply, Request, html
from simulators.publishers.quirks import Quirks
from simulators.publishers.table import Table

_NOTHING = Table((), pl.DataFrame())


@dataclass
class PublishedFile:
    """A file made of a table; a changed table makes another file with another ETag."""

    dataset_id: str
    path: str
    style: FileStyle
    modified_at: datetime
    table: Table
    identity: Identity
    note: str
    last_selection: Sequence[int] = ()
    _written: tuple[Table, bytes] | None = field(default=None, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Its id in the registry and its path."""
        return self.dataset_id, self.path

    def warm_up(self) -> None:
        """Write the file before the first request."""
        self._body()

    def serves(self, request: Request) -> bool:
        """Whether the path is the file's."""
        return request.plain_path == self.path

    def kind_of(self, request: Request) -> Kind:  # noqa: ARG002  # the protocol's signature
        """A file is rows."""
        return "rows"

    def answer(self, request: Request, quirks: Quirks) -> Reply:
        """The file, or 304 when the client has it."""
        if quirks.error_code is not None:
            refusal = {"error": {"code": quirks.error_code, "message": quirks.error_message}}
            return Reply(200, orjson.dumps(refusal), {"Content-Type": "application/json"})
        is_bent = quirks.short_rows is not None or quirks.ignores_order or quirks.sheet
        body = self._bent(quirks) if is_bent else self._body()
        tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        changed = self.modified_at.astimezone(UTC).replace(microsecond=0)
        validators = _validators(tag, changed, quirks.validators)
        if quirks.validators == "liar" and "if-none-match" in request.headers:
            return Reply(304, b"", {"ETag": request.headers["if-none-match"]})
        if _is_same(request, tag, changed if quirks.validators != "future" else datetime.now(UTC) + timedelta(days=2)):
            return Reply(304, b"", validators)
        return Reply(200, body, {"Content-Type": self.style.media_type, "Accept-Ranges": "bytes"} | validators)

    def _body(self) -> bytes:
        if self._written is None or self._written[0] is not self.table:
            self._written = (self.table, self.style.write(self.table))
        return self._written[1]

    def _bent(self, quirks: Quirks) -> bytes:
        rows = self.table.rows.head(quirks.short_rows) if quirks.short_rows is not None else self.table.rows
        if quirks.ignores_order:
            rows = rows.sample(fraction=1.0, shuffle=True, seed=quirks.seed)
        style = self.style.odd(quirks.sheet) if isinstance(self.style, SheetStyle) else self.style
        return style.write(replace(self.table, rows=rows))


@dataclass
class IndexPage:
    """An HTML page that links files under names nobody can compute; `links` are (href, text)."""

    dataset_id: str
    path: str
    title: str
    links: Sequence[tuple[str, str]]
    note: str
    table: Table = _NOTHING
    identity: Identity = field(default_factory=lambda: Identity(""))
    last_selection: Sequence[int] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its id in the registry and its path."""
        return self.dataset_id, self.path

    def warm_up(self) -> None:
        """Nothing to prepare."""

    def serves(self, request: Request) -> bool:
        """Whether the path is the page's."""
        return request.plain_path == self.path

    def kind_of(self, request: Request) -> Kind:  # noqa: ARG002  # the protocol's signature
        """A page of links."""
        return "index"

    def answer(self, request: Request, quirks: Quirks) -> Reply:  # noqa: ARG002  # the protocol's signature
        """The page."""
        items = "\n".join(f'<li><a href="{href}">{text}</a></li>' for href, text in self.links)
        return html(
            f"<!DOCTYPE html>\n<html><head><title>{self.title}</title></head>\n"
            f'<body><nav><a href="/">Home</a></nav>\n<h1>{self.title}</h1>\n<ul>\n{items}\n</ul></body></html>\n'
        )


@dataclass
class MovedFile(IndexPage):
    """An address that only leads to another one; `title` is where."""

    def answer(self, request: Request, quirks: Quirks) -> Reply:  # noqa: ARG002  # the protocol's signature
        """302."""
        return Reply(302, b"", {"Location": self.title})


def _validators(tag: str, changed: datetime, kind: str) -> dict[str, str]:
    """Weak, with the mark of compression that only the plain tag answers to, or from the day after tomorrow (F23)."""
    shown = {"weak": f"W/{tag}", "gzip": f'{tag[:-1]}-gzip"'}.get(kind, tag)
    if kind == "future":
        return {"Last-Modified": format_datetime(datetime.now(UTC) + timedelta(days=2), usegmt=True)}
    return {"ETag": shown, "Last-Modified": format_datetime(changed, usegmt=True)}


def _is_same(request: Request, tag: str, changed: datetime) -> bool:
    """If-None-Match decides; If-Modified-Since only without it."""
    asked = request.headers.get("if-none-match")
    if asked is not None:
        return asked.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in asked.split(","))
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return changed <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False
