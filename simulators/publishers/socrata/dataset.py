"""One Socrata dataset: its table, and answers to /resource/{4x4}.json|csv and /api/views/{4x4}.json."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from email.utils import format_datetime

import orjson
import polars as pl

from simulators.publishers.disturbances import Identity
from simulators.publishers.messages import Kind, Reply, Request
from simulators.publishers.quirks import Quirks
from simulators.publishers.rendering import Member, render_csv, render_members
from simulators.publishers.socrata.errors import engine_error, front_error
from simulators.publishers.socrata.metadata import describe_dataset
from simulators.publishers.socrata.posted import is_soda3, statement_of, token_refusal
from simulators.publishers.socrata.prepared import SYSTEM_FIELDS, UNQUOTED_TYPES, Prepared, join_rows, join_with_system
from simulators.publishers.socrata.query import Query, UnknownParameterError, read_query
from simulators.publishers.sql.meaning import Interpreter, Meaning, ValueKind
from simulators.publishers.sql.tokens import BadQueryError
from simulators.publishers.sql.tree import Star
from simulators.publishers.table import Table, evaluate

_JSON_HEADERS = {"Content-Type": "application/json;charset=utf-8"}
_HEADER_NAMES = {"calendar_date": "floating_timestamp", "money": "number"}
_MAX_FIELD_HEADER = 4096


@dataclass
class SocrataDataset:
    """A dataset that can be queried; `table` may be replaced at any time by a changed one."""

    dataset_id: str
    four_by_four: str
    name: str
    attribution: str
    updated_at: datetime
    table: Table
    identity: Identity
    note: str
    last_selection: Sequence[int] = field(default=(), repr=False)
    _prepared: Prepared | None = field(default=None, repr=False)

    @property
    def prepared(self) -> Prepared:
        """The present table, prepared once."""
        if self._prepared is None or self._prepared.table is not self.table:
            self._prepared = Prepared(self.table)
        return self._prepared

    def warm_up(self) -> None:
        """Prepare the table before the first request."""
        self.prepared.warm_up()

    @property
    def names(self) -> tuple[str, ...]:
        """Its id in the registry and its four-by-four."""
        return self.dataset_id, self.four_by_four

    def serves(self, request: Request) -> bool:
        """Whether the path names this dataset."""
        plain = request.path.partition(".")[0]
        return plain in (f"/resource/{self.four_by_four}", f"/api/views/{self.four_by_four}") or is_soda3(request, self)

    def kind_of(self, request: Request) -> Kind:
        """What a request asks for."""
        if is_soda3(request, self):
            return "count" if "count(" in statement_of(request).lower() else "rows"
        if "/views/" in request.path:
            return "metadata"
        select = dict(request.query).get("$select", "").lower()
        return "count" if "count(" in select or "max(" in select or "min(" in select else "rows"

    def answer(self, request: Request, quirks: Quirks) -> Reply:
        """The answer to a GET, or to a statement that was posted."""
        if quirks.error_code is not None:
            return _as_ok(front_error(200, "service-unavailable", quirks.error_message))
        is_posted = is_soda3(request, self)
        if is_posted and (refusal := token_refusal(request)) is not None:
            return refusal
        if "/views/" in request.path and not is_posted:
            return Reply(200, orjson.dumps(describe_dataset(self)), _JSON_HEADERS)
        try:
            asked = [("$query", statement_of(request))] if is_posted else request.query
            query = read_query(asked, self.table.by_name)
            return self._unless_same(request, self._answer_query(query, quirks, request.path.endswith(".csv")))
        except UnknownParameterError as unknown:
            return front_error(400, "query.unrecognized-parameter", f"Unrecognized arguments [{unknown}]")
        except BadQueryError as error:
            return engine_error(error, self.four_by_four)

    def _answer_query(self, query: Query, quirks: Quirks, as_csv: bool) -> Reply:
        interpreter = Interpreter(SoqlDialect(self.table))
        condition = interpreter.condition(query.where) if query.where is not None else None
        order = [(interpreter.meaning(item.expression).value, item.descending) for item in query.order]
        positions: Sequence[int] = self.table.select((query.where_text, query.order_text), condition, order)
        chosen = [
            (item.name, None if isinstance(item.expression, Star) else interpreter.meaning(item.expression))
            for item in query.select
        ]
        if query.group or any(meaning is not None and meaning.is_aggregate for _, meaning in chosen):
            return self._answer_aggregate(query, positions, chosen, as_csv)
        if not query.order or quirks.ignores_order:
            positions = pl.Series(positions, dtype=pl.UInt32).shuffle(quirks.seed).to_list()
        self.last_selection = positions
        limit = min(query.limit, quirks.page_cap) if quirks.page_cap is not None else query.limit
        if quirks.short_rows is not None:
            limit = min(limit, quirks.short_rows)
        page = positions[query.offset : query.offset + limit]
        return self._answer_rows(page, chosen, query.shows_system_fields, as_csv)

    def _answer_rows(
        self, page: Sequence[int], chosen: list[tuple[str, Meaning | None]], shows_system: bool, as_csv: bool
    ) -> Reply:
        names = [name for name, _ in chosen]
        shows_system = shows_system or ":*" in names
        if not as_csv and "*" in names and set(names) <= {"*", ":*"}:
            prepared = self.prepared
            columns = self.table.columns if shows_system else prepared.shown
            body = join_with_system(prepared, page) if shows_system else join_rows(prepared.bodies, page)
            return self._reply(body, [(column.name, column.published_type) for column in columns])
        picked = self._pick(chosen, shows_system)
        frame = self._project(page, picked)
        fields = [(name, kind) for name, kind, _ in picked]
        if as_csv:
            return self._reply(render_csv(frame, [name for name, _ in fields]), fields, "text/csv; charset=UTF-8")
        members = [Member(name, kind not in UNQUOTED_TYPES) for name, kind in fields]
        return self._reply(join_rows(render_members(frame, members, "omit"), range(len(page))), fields)

    def _pick(
        self, chosen: list[tuple[str, Meaning | None]], shows_system: bool
    ) -> list[tuple[str, str, Meaning | str]]:
        """Name, type and source (a column of the rows, or a computed value) of each selected item."""
        picked: list[tuple[str, str, Meaning | str]] = []
        if shows_system:
            picked += [(name, "fixed_timestamp" if name != ":id" else "row_identifier", name) for name in SYSTEM_FIELDS]
        for name, meaning in chosen:
            if meaning is None:
                wanted = self.prepared.shown if name == "*" else ()
                picked += [(column.name, column.published_type, column.name) for column in wanted]
            else:
                source = _plain_column(meaning, self.table)
                picked.append(
                    (name, self.table.by_name[source].published_type if source else meaning.kind, source or meaning)
                )
        return picked

    def _project(self, page: Sequence[int], picked: list[tuple[str, str, Meaning | str]]) -> pl.DataFrame:
        rows, typed = self.table.take(page), self.table.typed[list(page)]
        series = [
            rows[source].alias(name)
            if isinstance(source, str)
            else typed.select(_as_text(source).alias(name)).to_series()
            for name, _, source in picked
        ]
        return pl.DataFrame(series)

    def _answer_aggregate(
        self, query: Query, positions: Sequence[int], chosen: list[tuple[str, Meaning | None]], as_csv: bool
    ) -> Reply:
        values = [_as_text(meaning).alias(name) for name, meaning in chosen if meaning is not None]
        plain = [name for name, meaning in chosen if meaning is None or not meaning.is_aggregate]
        if any(name not in query.group for name in plain):
            raise BadQueryError("column-not-in-group-bys", f"Column {plain[0]} is not in the group by")
        if query.group:
            grouped = self.table.typed[list(positions)].group_by(list(query.group), maintain_order=True)
            aggregates = [
                value for value, (_, meaning) in zip(values, chosen, strict=True) if meaning and meaning.is_aggregate
            ]
            frame = grouped.agg(aggregates).select([name for name, _ in chosen]).cast(pl.String)
        else:
            frame = pl.DataFrame(
                evaluate(self.table, positions, values), schema={name: pl.String for name, _ in chosen}
            )
        frame = frame[query.offset : query.offset + query.limit]
        fields = [(name, meaning.kind if meaning else "text") for name, meaning in chosen]
        if as_csv:
            return self._reply(render_csv(frame, frame.columns), fields, "text/csv; charset=UTF-8")
        members = [Member(name, True) for name in frame.columns]
        return self._reply(join_rows(render_members(frame, members, "omit"), range(frame.height)), fields)

    def _reply(
        self, body: bytes, fields: Sequence[tuple[str, str]], media_type: str = "application/json;charset=utf-8"
    ) -> Reply:
        changed = format_datetime(self.updated_at.astimezone(UTC), usegmt=True)
        headers = {
            "Content-Type": media_type,
            "Last-Modified": changed,
            "X-SODA2-Truth-Last-Modified": changed,
            "X-SODA2-Secondary-Last-Modified": changed,
            "X-SODA2-Data-Out-Of-Date": "false",
            "Access-Control-Allow-Origin": "*",
        }
        names = orjson.dumps([name for name, _ in fields]).decode()
        kinds = orjson.dumps([_HEADER_NAMES.get(kind, kind) for _, kind in fields]).decode()
        if len(names) <= _MAX_FIELD_HEADER:
            headers |= {"X-SODA2-Fields": names, "X-SODA2-Types": kinds}
        return Reply(200, body, headers)

    def _unless_same(self, request: Request, reply: Reply) -> Reply:
        """304 when the client already has this answer."""
        asked = hashlib.sha256(f"{request.path}?{request.raw_query}".encode()).hexdigest()[:16]
        tag = f'"{self.prepared.version}{asked}"'
        headers = reply.headers | {"ETag": tag}
        is_repeatable = "order" in request.raw_query  # an unordered answer comes in another order each time
        if is_repeatable and tag in request.headers.get("if-none-match", ""):
            return Reply(304, b"", {"ETag": tag})
        return Reply(reply.status, reply.body, headers)


@dataclass(frozen=True, slots=True)
class SoqlDialect:
    """Column names are exact; floating timestamps have no zone; strings may stand for dates and numbers."""

    table: Table
    date_zone: tzinfo = UTC
    text_reads_as_date: bool = True

    def column(self, name: str) -> tuple[str, ValueKind]:
        """See Dialect."""
        column = self.table.by_name.get(name)
        if column is None:
            raise BadQueryError("no-such-column", f"No such column: {name}", column=name)
        return column.name, column.kind


def _plain_column(meaning: Meaning, table: Table) -> str | None:
    """The column a value is, when it is one as published."""
    roots = meaning.value.meta.root_names()
    is_plain = meaning.value.meta.is_column()
    return roots[0] if is_plain and roots and roots[0] in table.by_name else None


def _as_text(meaning: Meaning) -> pl.Expr:
    """A computed value as Socrata writes it: numbers as text without needless decimals, dates with milliseconds."""
    if meaning.kind == "date":
        return meaning.value.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f")
    if meaning.kind == "number":
        return meaning.value.cast(pl.Float64).cast(pl.String).str.strip_suffix(".0")
    return meaning.value.cast(pl.String)


def _as_ok(reply: Reply) -> Reply:
    return Reply(200, reply.body, reply.headers)
