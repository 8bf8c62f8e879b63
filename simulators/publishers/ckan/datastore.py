"""One datastore resource: datastore_search, datastore_search_sql and resource_show."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
import polars as pl

from simulators.publishers.ckan.envelope import bad_sql, refusal, result
from simulators.publishers.ckan.sql import PostgresDialect, Statement, read_statement
from simulators.publishers.disturbances import Identity
from simulators.publishers.messages import Kind, Reply, Request
from simulators.publishers.quirks import Quirks
from simulators.publishers.rendering import Member, render_members
from simulators.publishers.sql.meaning import Interpreter
from simulators.publishers.sql.tokens import BadQueryError
from simulators.publishers.sql.tree import Star
from simulators.publishers.table import Column, Table, evaluate

API = "/api/3/action/"
ROWS_MAX = 32_000
_DEFAULT_LIMIT = 100
_UNQUOTED = ("int", "int4", "numeric")


@dataclass
class Datastore:
    """A resource whose rows can be searched; `allows_sql` as the portal's operator has set it."""

    dataset_id: str
    resource_id: str
    modified_at: datetime
    table: Table
    identity: Identity
    note: str
    allows_sql: bool = True
    last_selection: Sequence[int] = field(default=(), repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Its id in the registry and the portal's id of the resource."""
        return self.dataset_id, self.resource_id

    def warm_up(self) -> None:
        """Nothing to prepare."""

    def serves(self, request: Request) -> bool:
        """Whether an action asks for this resource."""
        if not request.path.startswith(API):
            return False
        given = dict(request.query)
        asked = given.get("resource_id") or given.get("id") or given.get("sql", "")
        return self.resource_id in asked

    def kind_of(self, request: Request) -> Kind:
        """What a request asks for."""
        given = dict(request.query)
        if request.path == f"{API}resource_show":
            return "metadata"
        is_count = given.get("limit") == "0" or "count(" in given.get("sql", "") or given.get("fields") == "_id"
        return "count" if is_count else "metadata" if "max(" in given.get("sql", "") else "rows"

    def answer(self, request: Request, quirks: Quirks) -> Reply:
        """The answer to a GET of one of the three actions."""
        if quirks.error_code is not None:
            kinds = {403: "Authorization Error", 404: "Not Found Error", 500: "Internal Server Error"}
            kind = kinds.get(quirks.error_code, "Validation Error")
            return refusal(request, kind, {"message": quirks.error_message}, 200)
        try:
            match request.path.removeprefix(API):
                case "resource_show":
                    return result(request, orjson.dumps(self._described()))
                case "datastore_search":
                    return self._search(request, dict(request.query), quirks)
                case "datastore_search_sql" if self.allows_sql:
                    return self._search_sql(request, read_statement(dict(request.query)["sql"]), quirks)
        except BadQueryError as error:
            exception = "UndefinedColumn" if error.code == "no-such-column" else "SyntaxError"
            return bad_sql(request, exception, error.message)
        return Reply(400, orjson.dumps("Bad request - Action name not known"), {"Content-Type": "application/json"})

    def _described(self) -> dict[str, object]:
        changed = self.modified_at.replace(tzinfo=None).isoformat(timespec="microseconds")
        return {"id": self.resource_id, "name": "Permits", "datastore_active": True, "last_modified": changed}

    def _search(self, request: Request, given: dict[str, str], quirks: Quirks) -> Reply:
        order = [(pl.col(name), descending) for name, descending in self._sorting(given.get("sort", "_id"))]
        filters = orjson.loads(given.get("filters") or "{}")
        equal = [pl.col(name).cast(pl.String) == str(value) for name, value in filters.items()]
        condition = pl.all_horizontal(equal) if equal else None
        positions: Sequence[int] = self.table.select(
            (given.get("filters", ""), given.get("sort", "")), condition, order
        )
        if "sort" not in given or quirks.ignores_order:
            positions = pl.Series(positions, dtype=pl.UInt32).shuffle(quirks.seed).to_list()
        self.last_selection = positions
        limit, offset = _capped(int(given.get("limit", _DEFAULT_LIMIT)), quirks), int(given.get("offset", 0))
        names = given["fields"].split(",") if "fields" in given else [column.name for column in self.table.columns]
        shown = {
            "include_total": True,
            "limit": limit,
            "offset": offset,
            "records_format": "objects",
            "resource_id": self.resource_id,
            "total_was_estimated": False,
            "total": len(positions),
        }
        page = positions[offset : offset + limit]
        return self._reply(request, shown, [self.table.by_name[name] for name in names], self.table.take(page))

    def _sorting(self, text: str) -> list[tuple[str, bool]]:
        """`"COL A" desc, _id` as names and directions."""
        parts = [shlex.split(part) for part in text.split(",")]
        for part in parts:
            if part[0] not in self.table.by_name:
                raise BadQueryError("no-such-column", f'column "{part[0]}" does not exist', column=part[0])
        return [(part[0], part[1:] == ["desc"]) for part in parts]

    def _search_sql(self, request: Request, statement: Statement, quirks: Quirks) -> Reply:
        interpreter = Interpreter(PostgresDialect(self.table))
        condition = interpreter.condition(statement.where) if statement.where is not None else None
        order = [(interpreter.meaning(item.expression).value, item.descending) for item in statement.order]
        positions: Sequence[int] = self.table.select((request.raw_query, ""), condition, order)
        chosen = [
            (item.name, None if isinstance(item.expression, Star) else interpreter.meaning(item.expression))
            for item in statement.select
        ]
        if any(meaning is not None and meaning.is_aggregate for _, meaning in chosen):
            values = [meaning.value.alias(name) for name, meaning in chosen if meaning is not None]
            rows = evaluate(self.table, positions, values)
            return result(request, orjson.dumps({"records": [_whole_numbers(row) for row in rows], "fields": []}))
        if not statement.order or quirks.ignores_order:
            positions = pl.Series(positions, dtype=pl.UInt32).shuffle(quirks.seed).to_list()
        self.last_selection = positions
        limit = statement.limit if statement.limit is not None else len(positions)
        cap = _capped(limit, quirks)
        shown: dict[str, object] = {"sql": dict(request.query)["sql"]}
        if min(limit, len(positions)) > cap:
            shown["records_truncated"] = True
        columns = [self.table.by_name[name] for name, _ in chosen if name in self.table.by_name]
        return self._reply(request, shown, columns, self.table.take(positions[:cap]))

    def _reply(self, request: Request, shown: dict[str, object], columns: list[Column], rows: pl.DataFrame) -> Reply:
        members = [Member(column.name, column.published_type not in _UNQUOTED) for column in columns]
        written = b",".join(b"{" + row for row in render_members(rows, members, "keep")) if rows.height else b""
        fields = [{"id": column.name, "type": column.published_type} for column in columns]
        head = orjson.dumps(shown)[:-1]
        return result(request, head + b',"fields":' + orjson.dumps(fields) + b',"records":[' + written + b"]}")


def _capped(limit: int, quirks: Quirks) -> int:
    """The portal's own bound, without a word; a short page where that fault is on."""
    cap = min(limit, quirks.page_cap if quirks.page_cap is not None else ROWS_MAX)
    return cap if quirks.short_rows is None else min(cap, quirks.short_rows)


def _whole_numbers(row: dict[str, object]) -> dict[str, object]:
    """Numbers that are kept as floats here and are integers there."""
    return {name: int(value) if isinstance(value, float) else value for name, value in row.items()}
