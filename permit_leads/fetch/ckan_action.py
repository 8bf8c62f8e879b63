"""Questions to one CKAN portal's Action API, and its two ways of refusing them.

Most refusals are an envelope with `success` false under 409, 404 or 403; a few are one JSON string under 400.
Source: ckan/ckan, views/api.py and ckanext/datastore (read 2026-08-20).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from permit_leads.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from permit_leads.fetch.columns import gone
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.wire import Transient
from permit_leads.page import Page, PageKind
from permit_leads.registry import Dataset

READ_HERE = frozenset({200, 400, 403, 404, 409})
_GONE_COLUMN = re.compile(r'column "?([^"]+?)"? does not exist')
_LATER = ("took too long", "Search Index Error", "Search Connection Error", "Internal Server Error")
ROWS_MAX = 32_000  # ckan.datastore.search.rows_max; a larger limit is cut to it without a word
Result = dict[str, Any]


class Portal:
    """Asks the portal and about the resource that a dataset's address names."""

    def __init__(self, dataset: Dataset, client: PoliteClient) -> None:
        self.dataset = dataset
        self.client = client
        parts = urlsplit(dataset.url)
        self._actions = f"{parts.scheme}://{parts.netloc}{parts.path.rpartition('/')[0]}"
        self.resource_id = parse_qs(parts.query).get("resource_id", [""])[0]
        if not self.resource_id:
            reason = f"{dataset.url} names no resource; expected …datastore_search?resource_id=…; edit url"
            raise SourceChanged(dataset.id, reason)

    def ask(self, kind: PageKind, action: str, parameters: Mapping[str, str]) -> tuple[Page, Result]:
        """The page of an action, and its result.

        Raises:
            SourceRefused, SourceChanged, SourceUnavailable: what the portal's error means.
        """
        url = f"{self._actions}/{action}?{urlencode(parameters, quote_via=quote)}"
        page = self.client.fetch(
            self.dataset.id,
            "GET",
            url,
            kind=kind,
            min_spacing=self.dataset.spacing_seconds,
            accept=READ_HERE,
            inspect=_require_whole,
        )
        return page, self._result(page)

    def _result(self, page: Page) -> Result:
        answer = _parsed(page.body)
        result = answer.get("result") if isinstance(answer, dict) and answer.get("success") is True else None
        if page.status == 200 and isinstance(result, dict):
            return result
        raise self._error(page, answer)

    def _error(self, page: Page, answer: object) -> SourceError:
        error = answer.get("error") if isinstance(answer, dict) else None
        kind = str(error.get("__type", "no type")) if isinstance(error, dict) else "no type"
        said = message_of(error if error is not None else answer)
        reason = f"HTTP {page.status} {kind}: {said} ({page.url[:300]})"
        if kind == "Authorization Error" or page.status == 403:
            return SourceRefused(self.dataset.id, f"the portal refuses ({said}); it may have been made private")
        if any(word in f"{kind} {said}" for word in _LATER):
            return SourceUnavailable(self.dataset.id, reason)
        if missing := _GONE_COLUMN.search(said):
            return SourceChanged(self.dataset.id, gone(missing[1], (), self.dataset.url))
        return SourceChanged(self.dataset.id, f"{reason}; look at the resource and edit the source file")


def message_of(error: object) -> str:
    """What an error says in one line: its message, else what it says of each field."""
    if not isinstance(error, dict):
        return str(error)[:300]
    parts = [error.get("message"), *(value for name, value in error.items() if name not in ("__type", "message"))]
    texts = [" ".join(map(str, part)) if isinstance(part, list) else str(part) for part in parts if part]
    return " ".join(" ".join(texts).split())[:300] or "no message"


def _require_whole(body: bytes) -> None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Transient(f"a body that is no whole answer ({error})") from error
    failure = answer.get("error") if isinstance(answer, dict) else None
    if failure and any(word in f"{failure}" for word in _LATER):
        raise Transient(f"HTTP 200 with {message_of(failure)}", 200)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body[:300].decode("utf-8", "replace")


def ids_of(dataset: Dataset, page: Page, result: Result) -> list[str]:
    """The `_id` of each record, in page order.

    Raises:
        SourceChanged: no records, or one without `_id`.
    """
    records = result.get("records")
    if not isinstance(records, list) or not all(isinstance(one, dict) and "_id" in one for one in records):
        raise SourceChanged(dataset.id, f"{page.url} gives no records with _id: {json.dumps(result)[:120]}; edit url")
    return [str(one["_id"]) for one in records]


def require_columns(dataset: Dataset, result: Result) -> dict[str, str]:
    """Name and type of the resource's columns, once those of the key and the date are among them.

    Raises:
        SourceChanged: one of them is gone.
    """
    fields = {str(field.get("id")): str(field.get("type")) for field in result.get("fields") or []}
    wanted = [*dataset.key, *([dataset.date_column] if dataset.date_column else [])]
    known = {dataset.column_aliases.get(name, name) for name in fields}
    for name in wanted:
        if fields and name not in known:
            raise SourceChanged(dataset.id, gone(name, fields, dataset.url))
    return fields
