"""A publisher's table: immutable rows with typed views of them, filtered and ordered as a query asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import polars as pl

from simulators.publishers.sql.meaning import ValueKind


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the API's name, the publisher's word for its type, and how its values compare."""

    name: str
    published_type: str
    kind: ValueKind
    title: str = ""
    is_epoch: bool = False  # dates kept as milliseconds since 1970 UTC
    length: int | None = None
    codes: Mapping[str, str] = field(default_factory=dict)  # coded-value domain


@dataclass(frozen=True)
class Table:
    """Rows as published (every value as text, null where the publisher says nothing) and their typed views.

    Tables never change; a change makes another table (`without`, `with_rows`, `changed`), so an answer being
    written is never disturbed.
    """

    columns: tuple[Column, ...]
    rows: pl.DataFrame

    @cached_property
    def typed(self) -> pl.DataFrame:
        """The rows with numbers, dates and truth values as such; dates are naive UTC."""
        return self.rows.select([_to_type(column) for column in self.columns])

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def _selections(self) -> dict[tuple[str, str], list[int]]:
        return {}

    def select(
        self, cache_key: tuple[str, str], condition: pl.Expr | None, order: Sequence[tuple[pl.Expr, bool]]
    ) -> list[int]:
        """Positions of the rows that pass, in order; ties keep the table's order. Remembered for the next page."""
        found = self._selections.get(cache_key)
        if found is None:
            found = self._find(condition, order)
            if len(self._selections) >= 16:
                self._selections.clear()
            self._selections[cache_key] = found
        return found

    def _find(self, condition: pl.Expr | None, order: Sequence[tuple[pl.Expr, bool]]) -> list[int]:
        frame = self.typed.lazy().with_row_index("@position")
        if condition is not None:
            frame = frame.filter(condition)
        if order:
            frame = frame.sort(
                [expression for expression, _ in order],
                descending=[descending for _, descending in order],
                nulls_last=[not descending for _, descending in order],
                maintain_order=True,
            )
        return frame.select("@position").collect().to_series().to_list()

    def take(self, positions: Sequence[int]) -> pl.DataFrame:
        """Rows as published at these positions, in this order."""
        return self.rows[list(positions)] if positions else self.rows.clear()

    def without(self, positions: Sequence[int]) -> Table:
        """The table less these rows."""
        gone = set(positions)
        return replace(self, rows=self.rows[[at for at in range(self.rows.height) if at not in gone]])

    def with_rows(self, rows: pl.DataFrame) -> Table:
        """The table with these rows added at the end."""
        return replace(self, rows=pl.concat([self.rows, rows.select(self.rows.columns)]))

    def changed(self, positions: Sequence[int], values: Mapping[str, pl.Expr]) -> Table:
        """The table with these columns of these rows computed anew."""
        chosen = pl.Series(range(self.rows.height)).is_in(list(positions))
        changes = [pl.when(chosen).then(value).otherwise(pl.col(name)).alias(name) for name, value in values.items()]
        return replace(self, rows=self.rows.with_columns(changes))


def _to_type(column: Column) -> pl.Expr:
    value = pl.col(column.name)
    if column.kind == "number":
        return value.cast(pl.Float64, strict=False)
    if column.kind == "bool":
        return value == "true"
    if column.kind == "date" and column.is_epoch:
        return value.cast(pl.Int64, strict=False).cast(pl.Datetime("ms"))
    if column.kind == "date":
        return value.str.head(23).str.to_datetime("%Y-%m-%dT%H:%M:%S%.3f", time_unit="ms", strict=False)
    return value


def evaluate(table: Table, positions: Sequence[int] | None, expressions: Sequence[pl.Expr]) -> list[dict[str, Any]]:
    """Aggregates over all rows or these, as one row of values."""
    frame = table.typed if positions is None else table.typed[list(positions)]
    return frame.select(expressions).to_dicts()
