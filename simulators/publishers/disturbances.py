"""Faults that change the data itself while it is being read: F10, F11 and F12 here, F13 to F20 in distortions.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl

from simulators.publishers.distortions import distort
from simulators.publishers.faults import Fault, UnknownFaultError
from simulators.publishers.table import Column, Table


@dataclass(frozen=True, slots=True)
class Identity:
    """Which columns name a record: the publisher's key, its own row id, and when it says the row changed."""

    key: str
    row_id: str | None = None
    changed_at: str | None = None


def disturb(table: Table, identity: Identity, selection: Sequence[int], fault: Fault) -> Table:
    """The table as the fault leaves it; `selection` is the order in which rows were last served."""
    if fault.id == "F10":
        return _change_rows(table, identity, _struck(selection, table, fault), fault)
    if fault.id == "F11":
        return _renumber(table, identity) if fault.kind == "keys" else _replace_all(table, identity)
    if fault.id == "F12":
        return _change_column(table, fault)
    return distort(table, identity.key, fault)


def _struck(selection: Sequence[int], table: Table, fault: Fault) -> list[int]:
    order = list(selection) or list(range(table.rows.height))
    count = fault.rows if fault.rows is not None else 1
    return order[:count] if fault.where == "served" else order[-count:]


def _change_rows(table: Table, identity: Identity, struck: list[int], fault: Fault) -> Table:
    if fault.kind == "delete":
        return table.without(struck)
    touched = {identity.changed_at: _now(table, identity.changed_at)} if identity.changed_at else {}
    if fault.kind == "insert":
        return table.with_rows(_new_rows(table, identity, struck).with_columns(**touched))
    column = fault.column or _last_text(table, identity)
    revised = pl.concat_str([pl.col(column).fill_null(""), pl.lit(" (revised)")])
    return table.changed(struck, {column: revised, **touched})


def _new_rows(table: Table, identity: Identity, struck: list[int]) -> pl.DataFrame:
    """Copies under new keys that sort just before the rows they copy."""
    rows = table.take(struck)
    changes = [pl.concat_str([pl.col(identity.key), pl.lit("-NEW")]).alias(identity.key)]
    if identity.row_id is not None:
        changes.append(_new_ids(table, identity.row_id, rows.height).alias(identity.row_id))
    return rows.with_columns(changes)


def _new_ids(table: Table, row_id: str, count: int) -> pl.Expr:
    if table.by_name[row_id].kind == "number":
        return pl.lit(pl.Series([str(_top(table, row_id) + 1 + at) for at in range(count)]))
    return pl.concat_str([pl.lit("row-0000~"), pl.col(row_id).str.strip_prefix("row-")])


def _replace_all(table: Table, identity: Identity) -> Table:
    """Every row is the same record under a new row id, changed now."""
    if identity.row_id is None:
        return table
    if table.by_name[identity.row_id].kind == "number":
        new_id = (pl.col(identity.row_id).cast(pl.Int64) + _top(table, identity.row_id)).cast(pl.String)
    else:
        new_id = pl.concat_str([pl.lit("row-new"), pl.col(identity.row_id).str.reverse()])
    changes = [new_id.alias(identity.row_id)]
    if identity.changed_at is not None:
        changes.append(_now(table, identity.changed_at).alias(identity.changed_at))
    return replace(table, rows=table.rows.with_columns(changes))


def _renumber(table: Table, identity: Identity) -> Table:
    """Every record has another number of the publisher's, as after a move to another system."""
    renumbered = pl.concat_str([pl.lit("R-"), pl.col(identity.key).str.reverse()]).alias(identity.key)
    return replace(table, rows=table.rows.with_columns(renumbered))


def _top(table: Table, row_id: str) -> int:
    return int(max(table.typed[row_id].to_list(), default=0))


def _now(table: Table, column: str) -> pl.Expr:
    now = datetime.now(UTC)
    if table.by_name[column].is_epoch:
        return pl.lit(str(int(now.timestamp()) * 1000))
    return pl.lit(now.strftime("%Y-%m-%dT%H:%M:%S.000Z"))


def _change_column(table: Table, fault: Fault) -> Table:
    if fault.kind == "reorder":
        return Table(tuple(reversed(table.columns)), table.rows.select(reversed(table.rows.columns)))
    column = table.by_name.get(fault.column)
    if column is None:
        raise UnknownFaultError(f"F12 needs a column of the dataset, not {fault.column!r}")
    if fault.kind == "drop":
        return Table(tuple(other for other in table.columns if other is not column), table.rows.drop(column.name))
    if fault.kind == "rename":
        name = fault.to or column.name + "_renamed"
        renamed = replace(column, name=name, title=name)
        return Table(_swap(table, column, renamed), table.rows.rename({column.name: renamed.name}))
    if fault.kind == "recase":
        recased = replace(column, name=column.name.upper(), title=column.title.upper())
        return Table(_swap(table, column, recased), table.rows.rename({column.name: recased.name}))
    if fault.kind == "retype":
        return _retype(table, column)
    return distort(table, "", fault)


def _retype(table: Table, column: Column) -> Table:
    """The column becomes text; dates are written as month/day/year, amounts with a dollar sign."""
    text_type = "esriFieldTypeString" if column.published_type.startswith("esri") else "text"
    retyped = replace(column, published_type=text_type, kind="text", is_epoch=False)
    values = table.typed[column.name]
    if column.kind == "date":
        written = values.dt.strftime("%m/%d/%Y")
    elif column.kind == "number":
        written = pl.select(
            pl.concat_str([pl.lit("$"), values.cast(pl.Int64, strict=False).cast(pl.String)])
        ).to_series()
    else:
        written = table.rows[column.name]
    return Table(_swap(table, column, retyped), table.rows.with_columns(written.alias(column.name)))


def _swap(table: Table, old: Column, new: Column) -> tuple[Column, ...]:
    return tuple(new if column is old else column for column in table.columns)


def _last_text(table: Table, identity: Identity) -> str:
    named = (identity.key, identity.row_id, identity.changed_at)
    texts = [column.name for column in table.columns if column.kind == "text" and column.name not in named]
    filled = [name for name in texts if table.rows[name].null_count() < table.rows.height]
    return filled[-1]
