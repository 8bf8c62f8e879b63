"""Ask a publisher as a run would, store nothing, and say what was seen at each step."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import polars as pl

from permit_leads import quality
from permit_leads.errors import SourceError
from permit_leads.fetch import PROTOCOLS, read_rows
from permit_leads.fetch.http import PoliteClient
from permit_leads.normalize import normalize
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset
from permit_leads.settings import Settings

ROWS_PAGES = 3
TLS_SECONDS = 10.0


@dataclass(slots=True)
class Probe:
    """What one look at a publisher showed; `problem` is what a run would have failed with, None when it is well.

    `newest_date` is the newest day of issue, not in the future, among the rows looked at: at most three pages.
    """

    source: str
    url: str
    window: Window
    addresses: list[str] = field(default_factory=list)
    tls: str = "not looked at"
    robots: str = "not asked"
    statuses: list[int] = field(default_factory=list)
    request_count: int = 0
    spacing_seconds: float = 0.0
    record_count: int | None = None
    rows_seen: int = 0
    newest_date: date | None = None
    columns: list[str] = field(default_factory=list)
    kinds: dict[str, quality.Kind] = field(default_factory=dict)
    fingerprint: str | None = None
    columns_not_read: list[str] = field(default_factory=list)
    columns_not_seen: list[str] = field(default_factory=list)
    simulated_note: str | None = None
    problem: str | None = None

    def note_event(self, name: str, **fields: object) -> None:
        """Keep what the client says of robots.txt and of the pace it asks for."""
        if name == "fetch.robots":
            allowed = "allowed" if fields["allowed"] else "refused"
            self.robots = f"{allowed}: {fields['reason']}"
            self.spacing_seconds = max(self.spacing_seconds, float(str(fields["crawl_delay"] or 0)))


def probe(dataset: Dataset, settings: Settings, now: datetime, days: int) -> Probe:
    """One look at the rows of the last `days` days (of a file: at the file), at the pace of a run."""
    today = now.astimezone(ZoneInfo(dataset.publisher.time_zone)).date()
    seen = Probe(dataset.id, dataset.url, Window(today - timedelta(days=days), today))
    seen.spacing_seconds = dataset.spacing_seconds
    token = settings.socrata_app_token
    client = PoliteClient(
        contact=settings.contact,
        connect_to=settings.connect_to,
        on_event=seen.note_event,
        socrata_app_token=token.get_secret_value() if token else None,
    )
    try:
        _look_at_host(seen, settings)
        with client:
            _look_at_pages(seen, dataset, client, today)
    except SourceError as error:
        seen.problem = error.reason
    except OSError as error:
        seen.problem = f"{urlsplit(dataset.url).hostname} cannot be reached: {error}"
    return seen


def fingerprint(columns: Iterable[str]) -> str:
    """A short name of a set of columns."""
    return hashlib.sha256("\n".join(sorted(columns)).encode()).hexdigest()[:16]


def as_text(seen: Probe) -> str:
    """Line by line, in the order in which it was asked."""
    window = f"{seen.window.since}..{seen.window.until}"
    said = {**asdict(seen), "window": window, "addresses": ", ".join(seen.addresses) or "none: connected elsewhere"}
    said["kinds"] = ", ".join(f"{name} {kind}" for name, kind in seen.kinds.items() if kind != "text") or "all text"
    for name in ("columns", "columns_not_read", "columns_not_seen", "statuses"):
        said[name] = ", ".join(str(one) for one in said[name]) or "none"
    lines = [f"{name}: {'-' if value is None else value}" for name, value in said.items() if name != "problem"]
    return "\n".join([*lines, f"verdict: {'well' if seen.problem is None else seen.problem}"])


def as_json(seen: Probe) -> str:
    """The same as one JSON document."""
    return json.dumps(asdict(seen), default=str, ensure_ascii=False, indent=2)


def _look_at_host(seen: Probe, settings: Settings) -> None:
    """Name and certificate; both say nothing where every request is sent to another address."""
    parts = urlsplit(seen.url)
    if settings.connect_to is not None:
        seen.tls = f"not looked at: every request goes to {settings.connect_to}"
        return
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    seen.addresses = sorted({str(address[4][0]) for address in found})
    if parts.scheme != "https":
        seen.tls = "none: the address is plain http"
        return
    host = parts.hostname or ""
    with (
        socket.create_connection((host, port), timeout=TLS_SECONDS) as plain,
        ssl.create_default_context().wrap_socket(plain, server_hostname=host) as wrapped,
    ):
        certificate = wrapped.getpeercert() or {}
        seen.tls = f"{wrapped.version()}, certificate good until {certificate.get('notAfter', 'unknown')}"


def _look_at_pages(seen: Probe, dataset: Dataset, client: PoliteClient, today: date) -> None:
    rows_pages = 0
    for page in PROTOCOLS[dataset.protocol].fetch_pages(dataset, seen.window, client):
        seen.request_count += 1
        seen.statuses = sorted({*seen.statuses, page.status})
        seen.simulated_note = page.note or seen.simulated_note
        if page.expected_count is not None:
            seen.record_count = page.expected_count
        if page.kind == "rows":
            rows_pages += 1
            _look_at_rows(seen, dataset, page, today)
        if rows_pages == ROWS_PAGES:
            break
    mapped = sorted({name for rule in dataset.fields.values() for name in rule.columns_read})
    seen.columns_not_read = [name for name in seen.columns if name not in mapped and not name.startswith(":")]
    seen.columns_not_seen = [name for name in mapped if name not in seen.columns] if seen.columns else []
    if seen.columns:
        seen.fingerprint = fingerprint(seen.columns)


def _look_at_rows(seen: Probe, dataset: Dataset, page: Page, today: date) -> None:
    rows = read_rows(dataset, page.body, page.media_type)
    seen.rows_seen += rows.height
    seen.columns = sorted({*seen.columns, *rows.columns})
    seen.kinds = quality.merged_kinds(seen.kinds, quality.kinds_of(rows))
    sha256 = hashlib.sha256(page.body).hexdigest()
    issued = normalize(dataset, rows, sha256, today).permits["issued_date"].cast(pl.Date)
    newest = issued.filter(issued <= today).max()
    if isinstance(newest, date):
        seen.newest_date = max(filter(None, (seen.newest_date, newest)))
