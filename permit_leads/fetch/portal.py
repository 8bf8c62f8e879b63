"""Searches that answer JSON (Tyler EnerGov and others): the source file says what is asked and where the rows stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from permit_leads.errors import SourceChanged
from permit_leads.fetch.asking import days_of, filled, halves_of, parts_of, require_days
from permit_leads.fetch.columns import gone
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.json_rows import frame_from_records
from permit_leads.fetch.json_text import BrokenJson, Members, as_json, member, parse, text_of
from permit_leads.fetch.moved import PagesMoved
from permit_leads.page import Page, PageKind, Window
from permit_leads.registry import Dataset
from permit_leads.registry_portals import PAGE, PAGE_SIZE, Portal, is_asked_by_day, is_paged

MAX_PAGES = 100_000
JSON_HEADERS = {"content-type": "application/json", "accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of an answer; `total` is what the portal says it has altogether."""

    page: Page
    rows: pl.DataFrame
    total: int | None


def read_rows(dataset: Dataset, body: bytes, media_type: str) -> pl.DataFrame:
    """The page's records in order; members of objects inside a record under "outer.inner", lists as compact JSON.

    Raises:
        SourceChanged: no JSON, the portal says that it failed, or the rows stand elsewhere.
    """
    del media_type
    return _rows(dataset, _parsed(dataset, body))


def fetch_pages(dataset: Dataset, window: Window, client: PoliteClient) -> Iterator[Page]:
    """Every page of the search as one rows page; of a search of several pages the first is asked for once more.

    Raises:
        WindowMoved: the answers do not add up to what was announced, or hold a record twice.
        SourceChanged: the answer is not what it was, or one day has more rows than the portal gives.
    """
    for part in parts_of(dataset, window):
        yield from _searched(dataset, client, part)


def rules_of(dataset: Dataset) -> Portal:
    """What the source file says of this portal; the registry lets no dataset through without it."""
    return dataset.portal or Portal(rows="")


def _searched(dataset: Dataset, client: PoliteClient, window: Window) -> Iterator[Page]:
    first = _ask(dataset, client, window, 0)
    limit = rules_of(dataset).max_rows
    if limit is None or first.total is None or first.total <= limit:
        yield from _followed(dataset, client, window, first)
        return
    since, until = days_of(dataset, window)
    if since == until:
        reason = f"{first.total} rows of {since}, and the portal gives no more than {limit} of a search; narrow it"
        raise SourceChanged(dataset.id, reason)
    for half in halves_of(since, until):
        yield from _searched(dataset, client, half)


def _followed(dataset: Dataset, client: PoliteClient, window: Window, first: Answer) -> Iterator[Page]:
    answers = [first]
    yield first.page
    while _goes_on(dataset, answers):
        if len(answers) == MAX_PAGES:
            raise SourceChanged(dataset.id, f"{MAX_PAGES} pages and no end; look at the portal")
        answers.append(_ask(dataset, client, window, len(answers)))
        yield answers[-1].page
    _require_sum(dataset, answers)
    if is_asked_by_day(dataset):
        for answer in answers:
            require_days(dataset, answer.rows, window)
    if len(answers) > 1:
        again = _ask(dataset, client, window, 0, "count")
        yield again.page
        if again.total != first.total or not again.rows.equals(first.rows):
            raise PagesMoved(dataset.id, "the first page of the search changed while the others were read")


def _goes_on(dataset: Dataset, answers: list[Answer]) -> bool:
    """Whether there is another page: until all that was announced has come, else until a page without rows."""
    last = answers[-1]
    if not is_paged(dataset) or not last.rows.height:
        return False
    return last.total is None or sum(answer.rows.height for answer in answers) < last.total


def _require_sum(dataset: Dataset, answers: list[Answer]) -> None:
    received = sum(answer.rows.height for answer in answers)
    totals = sorted({answer.total for answer in answers if answer.total is not None})
    if totals and totals != [received]:
        raise PagesMoved(dataset.id, f"count mismatch: {totals} rows announced, {received} received")
    if len(answers) > 1:
        distinct = pl.concat([answer.rows for answer in answers], how="diagonal").n_unique()
        if distinct != received:
            raise PagesMoved(dataset.id, f"count mismatch: {received} rows received, {distinct} different")


def _ask(dataset: Dataset, client: PoliteClient, window: Window, number: int, kind: PageKind = "rows") -> Answer:
    """Page `number`, counted from zero."""
    rules = rules_of(dataset)
    values = {PAGE_SIZE: str(dataset.page_size), PAGE: str(rules.first_page + number)}
    body = None if rules.body is None else filled(dataset, rules.body, window, values)
    page = client.fetch(
        dataset.id,
        "GET" if body is None else "POST",
        filled(dataset, dataset.url, window, values),
        body=body,
        headers={**(JSON_HEADERS if body is not None else {}), **rules.headers},
        kind=kind,
        min_spacing=dataset.spacing_seconds,
    )
    answer = _parsed(dataset, page.body)
    rows = _rows(dataset, answer)
    return Answer(replace(page, row_count=rows.height if kind == "rows" else 0), rows, _total(dataset, answer))


def _parsed(dataset: Dataset, body: bytes) -> object:
    """The answer, unless it says that the search failed."""
    try:
        answer = parse(body)
    except BrokenJson as error:
        raise SourceChanged(dataset.id, f"a page cannot be read: {error}") from error
    rules = rules_of(dataset)
    if rules.success and _at(answer, rules.success) is not True:
        said = (text_of(_at(answer, rules.error)) if rules.error else None) or as_json(answer)[:200]
        raise SourceChanged(dataset.id, f"the portal does not say that the search went well ({rules.success}): {said}")
    return answer


def _rows(dataset: Dataset, answer: object) -> pl.DataFrame:
    path = rules_of(dataset).rows
    found = _at(answer, path) if path else answer
    if found is None and _total(dataset, answer) == 0:
        found = []
    if not isinstance(found, list) or isinstance(found, Members):
        seen = as_json(answer)[:200]
        raise SourceChanged(dataset.id, f"no list of rows at {path or 'the top'}: {seen}; edit portal.rows")
    records = [dict(_flat(record)) for record in found]
    columns = list(dict.fromkeys(name for record in records for name in record))
    if records:
        for column in dataset.key:
            if column not in columns:
                raise SourceChanged(dataset.id, gone(column, columns, "the portal's answer"))
    return frame_from_records(records, columns)


def _flat(value: object, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    if not isinstance(value, Members):
        yield prefix.rstrip(".") or "value", text_of(value)
        return
    for name, inner in value:
        if isinstance(inner, Members):
            yield from _flat(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", text_of(inner)


def _total(dataset: Dataset, answer: object) -> int | None:
    path = rules_of(dataset).total
    if path is None:
        return None
    written = text_of(_at(answer, path)) or ""
    if not written.isdigit():
        raise SourceChanged(
            dataset.id, f"{written or 'nothing'} stands at {path}, where the total was; edit portal.total"
        )
    return int(written)


def _at(answer: object, path: str) -> object:
    for name in path.split("."):
        answer = member(answer, name)
    return answer
