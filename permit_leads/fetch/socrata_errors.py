"""What a Socrata portal says when it does not answer, and what it says of its columns."""

from __future__ import annotations

from urllib.parse import urlsplit

from permit_leads.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from permit_leads.fetch.columns import gone
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.json_text import BrokenJson, member, parse, text_of
from permit_leads.page import Page
from permit_leads.registry import Dataset

# Codes that mean "later", whatever the status. Source: socrata-platform/soda-fountain, responses.scala.
LATER = ("service-unavailable", "internal-error", "request-timeout", "too-many-requests", "datasource.unavailable")


def is_error(page: Page) -> bool:
    """Whether an envelope stands where rows were asked for, also under HTTP 200."""
    return page.status != 200 or page.body[:64].lstrip()[:1] == b"{"


def error_of(dataset: Dataset, client: PoliteClient, page: Page) -> SourceError:
    """The error of a page: the query engine writes `errorCode`, the front end `code`, a private dataset neither."""
    answer = _parsed(page)
    code = text_of(member(answer, "errorCode")) or text_of(member(answer, "code")) or "no code"
    message = (text_of(member(answer, "message")) or "no message")[:300]
    if page.status in (401, 403) and "token" in message.lower():
        return SourceRefused(dataset.id, f"the application token is refused ({message}); correct SOCRATA_APP_TOKEN")
    if page.status in (401, 403):
        return SourceRefused(dataset.id, f"the publisher refuses ({code}: {message}); it may have been made private")
    if code.endswith(LATER):
        return SourceUnavailable(dataset.id, f"HTTP {page.status} {code}: {message} ({page.url})")
    if code.endswith("no-such-column"):
        column = text_of(member(member(answer, "data"), "column")) or dataset.date_column or "of the query"
        return SourceChanged(dataset.id, gone(column, _column_types_or_none(dataset, client), metadata_url(dataset)))
    return SourceChanged(dataset.id, f"HTTP {page.status} {code}: {message} ({page.url})")


def metadata_url(dataset: Dataset) -> str:
    """Where the portal describes the dataset's columns."""
    parts = urlsplit(dataset.url)
    four_by_four = parts.path.rpartition("/")[2].partition(".")[0]
    return f"{parts.scheme}://{parts.netloc}/api/views/{four_by_four}.json"


def checked_metadata(dataset: Dataset, client: PoliteClient) -> Page | None:
    """The metadata page; asked for when a window is empty, because a date column that became text looks just the same.

    None where the portal keeps its metadata to itself: that alone is no reason to distrust an empty window.

    Raises:
        SourceChanged: the date column is gone or no longer a date.
    """
    try:
        page = _metadata(dataset, client)
    except SourceRefused as refusal:
        client.on_event("fetch.metadata_refused", source=dataset.id, reason=refusal.reason)
        return None
    types = column_types(page)
    column = dataset.date_column
    if column is not None and types and column not in types:
        raise SourceChanged(dataset.id, gone(column, types, metadata_url(dataset)))
    if column is not None and dataset.date_kind == "floating_date" and types.get(column) in ("text", "number"):
        reason = f"column {column} was retyped to {types[column]}, where a window finds nothing; edit the source file"
        raise SourceChanged(dataset.id, reason)
    return page


def column_types(page: Page) -> dict[str, str]:
    """API name and type of each column; empty when the page does not say."""
    columns = member(_parsed(page), "columns")
    named = columns if isinstance(columns, list) else []
    return {
        text_of(member(column, "fieldName")) or "": text_of(member(column, "dataTypeName")) or "" for column in named
    }


def _column_types_or_none(dataset: Dataset, client: PoliteClient) -> dict[str, str]:
    try:
        return column_types(_metadata(dataset, client))
    except SourceError:
        return {}


def _metadata(dataset: Dataset, client: PoliteClient) -> Page:
    url = metadata_url(dataset)
    return client.fetch(dataset.id, "GET", url, kind="metadata", min_spacing=dataset.spacing_seconds)


def _parsed(page: Page) -> object:
    try:
        return parse(page.body)
    except BrokenJson:
        return None
