"""A table in HTML pages, with layout tables around it, a link to the next page and the number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import orjson
import polars as pl

from simulators.publishers.disturbances import Identity
from simulators.publishers.messages import Kind, Reply, Request, html
from simulators.publishers.quirks import Quirks
from simulators.publishers.table import Table


@dataclass
class HtmlListing:
    """Rows in pages of `page_size` (0: all in one); the parameters `from` and `to` filter `date_column`.

    Dates are compared as the publisher writes them, so the column must sort by day.
    """

    dataset_id: str
    path: str
    title: str
    table: Table
    identity: Identity
    note: str
    page_size: int = 0
    date_column: str = ""
    last_selection: Sequence[int] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its id in the registry and its path."""
        return self.dataset_id, self.path

    def warm_up(self) -> None:
        """Nothing to prepare."""

    def serves(self, request: Request) -> bool:
        """Whether the path is the listing's."""
        return request.plain_path == self.path

    def kind_of(self, request: Request) -> Kind:  # noqa: ARG002  # the protocol's signature
        """A page of the listing is rows."""
        return "rows"

    def answer(self, request: Request, quirks: Quirks) -> Reply:
        """One page of the listing."""
        if quirks.error_code is not None:
            refusal = {"error": {"code": quirks.error_code, "message": quirks.error_message}}
            return Reply(200, orjson.dumps(refusal), {"Content-Type": "application/json"})
        asked = dict(request.query)
        chosen = self._chosen(asked)
        self.last_selection = chosen
        if quirks.ignores_order:
            chosen = pl.Series(chosen).sample(fraction=1.0, shuffle=True, seed=quirks.seed).to_list()
        size = min(quirks.page_cap or len(chosen), self.page_size or len(chosen)) or 1
        number = int(asked.get("page", "1"))
        rows = chosen[(number - 1) * size : number * size]
        is_last = number * size >= len(chosen)
        given = rows if quirks.short_rows is None else rows[: quirks.short_rows]
        query = "".join(f"&{name}={value}" for name, value in asked.items() if name != "page")
        next_link = "" if is_last else f'<a href="?page={number + 1}{query}">Next &gt;</a>'
        return html(self._page(given, len(chosen), next_link))

    def _chosen(self, asked: dict[str, str]) -> list[int]:
        since, until = asked.get("from", ""), asked.get("to", "~")
        if not self.date_column or self.date_column not in self.table.rows.columns:
            return list(range(self.table.rows.height))
        days = self.table.rows[self.date_column].to_list()
        return [at for at, day in enumerate(days) if since <= (day or "")[:10] <= until]

    def _page(self, rows: list[int], total: int, next_link: str) -> str:
        columns = self.table.rows.columns
        head = "".join(f"<th>{escape(name)}</th>" for name in columns)
        body = "\n".join(f"<tr>{_cells(row)}</tr>" for row in self.table.take(rows).rows())
        pager = f'<tr><td colspan="{len(columns)}"><a href="#top">Top</a> {next_link}</td></tr>' if next_link else ""
        listing = f'<table border="1"><tr>{head}</tr>\n{body}\n{pager}</table>' if total else "<p>No records found.</p>"
        return (
            f"<!DOCTYPE html>\n<html><head><title>{self.title}</title></head>\n<body><table><tr><td>Search</td></tr>"
            f"<tr><td><p>{total:,} permits found</p>{listing}</td></tr></table></body></html>\n"
        )


def _cells(row: Iterable[str | None]) -> str:
    return "".join(f"<td>{escape(value or '')} </td>" for value in row)
