"""One layer: answers to ?f=json and /query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import orjson
import polars as pl

from simulators.publishers.arcgis.describing import (
    LayerTraits,
    describe_field,
    describe_layer,
    describe_service,
    error_reply,
    json_reply,
)
from simulators.publishers.arcgis.features import Features, shown_columns
from simulators.publishers.disturbances import Identity
from simulators.publishers.messages import Kind, Reply, Request, html
from simulators.publishers.quirks import Quirks
from simulators.publishers.sql.meaning import Interpreter, ValueKind
from simulators.publishers.sql.parser import Ordered, Parser, parse_expression
from simulators.publishers.sql.tokens import BadQueryError
from simulators.publishers.sql.tree import ColumnName, Constant, Membership
from simulators.publishers.table import Column, Table, evaluate

_MAX_GET = 2000  # characters of URL that a hosted service takes
_INVALID = "Cannot perform query. Invalid query parameters."
_DEGREES = ("4326", '{"wkid":4326}')


@dataclass
class ArcgisLayer:
    """A layer that can be queried; `table` may be replaced at any time by a changed one."""

    dataset_id: str
    traits: LayerTraits
    edited_at: datetime
    table: Table
    identity: Identity
    note: str
    last_selection: Sequence[int] = field(default=(), repr=False)
    _features: Features | None = field(default=None, repr=False)

    @property
    def features(self) -> Features:
        """The present table's features, written once."""
        if self._features is None or self._features.table is not self.table:
            self._features = Features(self.table, self.traits)
        return self._features

    @property
    def names(self) -> tuple[str, ...]:
        """Its id in the registry and its layer path."""
        return self.dataset_id, f"{self.traits.service_path}/{self.traits.layer_id}"

    def warm_up(self) -> None:
        """Prepare the table before the first request."""
        self.features.warm_up()

    def serves(self, request: Request) -> bool:
        """Whether the path is in this service; letters' case does not matter."""
        path, service = request.plain_path.lower().rstrip("/"), self.traits.service_path.lower()
        return path == service or path.startswith(service + "/")

    def kind_of(self, request: Request) -> Kind:
        """What a request asks for."""
        if not request.path.rstrip("/").endswith("/query"):
            return "metadata"
        given = dict(request.query)
        counts = ("returnCountOnly", "returnIdsOnly", "outStatistics")
        return "count" if any(given.get(name, "false") not in ("", "false") for name in counts) else "rows"

    def answer(self, request: Request, quirks: Quirks) -> Reply:
        """The answer to a GET or a form POST; errors come with HTTP 200."""
        if (
            request.method == "GET"
            and self.traits.flavor == "hosted"
            and len(request.path) + len(request.raw_query) > _MAX_GET
        ):
            return html("<html><body>404 - File or directory not found.</body></html>", 404)
        tail = request.plain_path.rstrip("/").lower().removeprefix(self.traits.service_path.lower()).strip("/")
        if quirks.is_service_root or tail in ("", "query"):
            return describe_service(self.traits)
        if quirks.error_code is not None:
            return error_reply(quirks.error_code, quirks.error_message, ["Unable to perform query operation."])
        layer, _, operation = tail.partition("/")
        if layer != str(self.traits.layer_id):
            return error_reply(400, "Invalid URL", ["Invalid URL"])
        given = dict(request.query)
        if operation == "":
            return self._describe(given)
        if operation != "query":
            return error_reply(400, "Requested operation is not supported by this service.")
        try:
            return self._query(given, quirks)
        except BadQueryError as error:
            return error_reply(400, _INVALID, [error.message])

    def _describe(self, given: Mapping[str, str]) -> Reply:
        if given.get("f") not in ("json", "pjson"):
            return html(f"<html><head><title>Layer: {self.traits.name}</title></head><body></body></html>")
        return json_reply(describe_layer(self.traits, shown_columns(self.table), self.edited_at))

    def _query(self, given: Mapping[str, str], quirks: Quirks) -> Reply:
        if not given.get("where") and not given.get("objectIds"):
            return error_reply(400, "Unable to complete operation.", ["Unable to perform query operation."])
        if given.get("f") not in ("json", "pjson", "geojson"):
            return html("<html><head><title>Query</title></head><body></body></html>")
        positions = self._select(given)
        if _is_true(given, "returnCountOnly"):
            return json_reply({"count": len(positions)})
        if given.get("outStatistics"):
            return self._statistics(positions, given["outStatistics"])
        if not given.get("orderByFields") or quirks.ignores_order:
            positions = pl.Series(positions, dtype=pl.UInt32).shuffle(quirks.seed).to_list()
        if _is_true(given, "returnIdsOnly"):
            return self._ids(positions)
        self.last_selection = positions
        return self._page(positions, given, quirks)

    def _select(self, given: Mapping[str, str]) -> Sequence[int]:
        interpreter = Interpreter(SqlDialect(self.table, timezone(timedelta(hours=self.traits.zone_hours))))
        condition = interpreter.condition(parse_expression(given.get("where") or "1=1"))
        if given.get("objectIds"):
            ids = tuple(Constant("number", one.strip()) for one in given["objectIds"].split(","))
            condition &= interpreter.condition(Membership(ColumnName(self.traits.object_id), ids))
        ordering: list[Ordered] = []
        if given.get("orderByFields"):
            parser = Parser(given["orderByFields"])
            ordering = parser.ordering()
            parser.expect_end()
        order = [(interpreter.meaning(item.expression).value, item.descending) for item in ordering]
        key = (f"{given.get('where')}|{given.get('objectIds')}", given.get("orderByFields", ""))
        return self.table.select(key, condition, order)

    def _page(self, positions: Sequence[int], given: Mapping[str, str], quirks: Quirks) -> Reply:
        offset = int(given.get("resultOffset") or 0)
        cap = self.traits.max_record_count if quirks.page_cap is None else quirks.page_cap
        asked = int(given.get("resultRecordCount") or cap)
        limit = min(asked, cap) if quirks.short_rows is None else min(asked, cap, quirks.short_rows)
        page = positions[offset : offset + limit]
        is_more = offset + len(page) < len(positions) or quirks.short_rows is not None
        columns = self._out_fields(given.get("outFields") or "*")
        if given.get("f") == "geojson":
            return _reply_geojson(self.features.write_geojson(page, columns), is_more)
        geometry = self._geometry(given)
        head = self._head(columns, geometry)
        tail = b'],"exceededTransferLimit":true}' if is_more else b"]}"
        return _json_bytes(head + self.features.write_esri(page, columns, geometry) + tail)

    def _geometry(self, given: Mapping[str, str]) -> str:
        if not _is_true(given, "returnGeometry", default=True) or not self.traits.has_points:
            return "none"
        return "degrees" if given.get("outSR", "").replace(" ", "") in _DEGREES else "mercator"

    def _head(self, columns: Sequence[Column], geometry: str) -> bytes:
        described: dict[str, object] = {"objectIdFieldName": self.traits.object_id, "globalIdFieldName": ""}
        if self.traits.has_points:
            wkid, latest = (4326, 4326) if geometry == "degrees" else (102100, 3857)
            described |= {"geometryType": "esriGeometryPoint", "spatialReference": {"wkid": wkid, "latestWkid": latest}}
        described["fields"] = [describe_field(column) for column in columns]
        return orjson.dumps(described)[:-1] + b',"features":['

    def _out_fields(self, wanted: str) -> Sequence[Column]:
        if wanted.strip() == "*":
            return shown_columns(self.table)
        dialect = SqlDialect(self.table)
        return [self.table.by_name[dialect.column(name.strip())[0]] for name in wanted.split(",")]

    def _ids(self, positions: Sequence[int]) -> Reply:
        ids = self.table.typed[self.traits.object_id].cast(pl.Int64).gather(list(positions)).to_list()
        return json_reply({"objectIdFieldName": self.traits.object_id, "objectIds": ids or None})

    def _statistics(self, positions: Sequence[int], wanted: str) -> Reply:
        dialect, attributes = SqlDialect(self.table), {}
        for one in orjson.loads(wanted):
            name, _ = dialect.column(one["onStatisticField"])
            value = _STATISTICS[one["statisticType"].lower()](pl.col(name))
            found = evaluate(self.table, positions, [value.alias("value")])[0]["value"]
            attributes[one["outStatisticFieldName"]] = _as_number(found)
        return json_reply({"fields": [], "features": [{"attributes": attributes}]})


@dataclass(frozen=True, slots=True)
class SqlDialect:
    """Column names in any case; date literals in the layer's declared zone; a string is never a date."""

    table: Table
    date_zone: tzinfo = UTC
    text_reads_as_date: bool = False

    def column(self, name: str) -> tuple[str, ValueKind]:
        """See Dialect."""
        for column in shown_columns(self.table):
            if column.name.lower() == name.lower():
                return column.name, column.kind
        raise BadQueryError("no-such-column", f"'Invalid field: {name}' parameter is invalid", column=name)


_STATISTICS = {
    "min": pl.Expr.min,
    "max": pl.Expr.max,
    "count": pl.Expr.count,
    "sum": pl.Expr.sum,
    "avg": pl.Expr.mean,
}


def _is_true(given: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    return given[name].lower() == "true" if given.get(name) else default


def _as_number(value: object) -> object:
    if isinstance(value, datetime):
        return int(value.replace(tzinfo=UTC).timestamp() * 1000)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _json_bytes(body: bytes) -> Reply:
    return Reply(200, body, json_reply(None).headers)


def _reply_geojson(features: bytes, is_more: bool) -> Reply:
    flag = b',"properties":{"exceededTransferLimit":true}' if is_more else b""
    body = b'{"type":"FeatureCollection"' + flag + b',"features":[' + features + b"]}"
    return Reply(200, body, {"Content-Type": "application/geo+json;charset=UTF-8"})
