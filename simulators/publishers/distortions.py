"""Faults in what the rows say: F13 to F16, F18 to F20, and the kinds of F12 that keep a column's name.

A fault strikes all rows, or with `rows` the last so many of the table, which the publisher added last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl

from simulators.publishers.faults import Fault
from simulators.publishers.table import Column, Table

Value = str | None
_DAY_FORMATS = ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d", "%m/%d/%Y", "%Y/%m/%d")
_FIRST_SERIAL = datetime(1899, 12, 30, tzinfo=UTC)  # days are only moved about here: any one zone will do for all
# Somewhere else entirely: Springfield, Missouri.
ELSEWHERE = {
    "city": "SPRINGFIELD",
    "state": "MO",
    "zip": "65807",
    "longitude": "-93.2923",
    "latitude": "37.2090",
}
FILLERS = ("ACME PERMIT SERVICES", "CITY HALL")
_MISSING = {"blank": " ", "none_given": "NONE GIVEN", "na": "NA", "zero": "0", "one": "1"}


def distort(table: Table, key: str, fault: Fault) -> Table:
    """The table as the fault leaves it; `key` is the column that names a record."""
    height = table.rows.height
    struck = range(max(0, height - fault.rows) if fault.rows is not None else 0, height)
    if fault.id == "F16":
        return _thin(table, struck, fault.kind)
    if fault.id == "F18":
        return _repeat(table, key, struck, fault)
    if fault.id == "F19":
        return _elsewhere(table, key, struck, fault.kind)
    column = table.by_name[fault.column]
    if fault.id == "F15":
        return _redate(table, column, struck, fault.kind)
    return _rewrite(table, column, struck, fault)


def _rewrite(table: Table, column: Column, struck: Sequence[int], fault: Fault) -> Table:
    if fault.kind == "swap":
        other = table.rows[fault.to].to_list()
        swapped = _set(table, column, struck, lambda at, _: other[at], is_text=True)
        mine = table.rows[column.name].to_list()
        return _set(swapped, table.by_name[fault.to], struck, lambda at, _: mine[at], is_text=True)
    change, is_text = _change_of(fault)
    return _set(table, column, struck, change, is_text=is_text)


def _change_of(fault: Fault) -> tuple[Callable[[int, Value], Value], bool]:
    """What becomes of one value at one place, and whether the column has to be one of text for it."""
    if fault.id == "F20":
        return lambda at, _: FILLERS[at % 2], False
    if fault.id == "F13" and fault.kind == "padded":
        return lambda _, value: None if value is None else f"  {value}   ", True
    if fault.id == "F13":
        return lambda _, value: _MISSING[fault.kind] if value is None else value, fault.kind not in ("zero", "one")
    if fault.kind == "empty":
        return lambda *_: None, False
    if fault.kind == "recode":
        return lambda _, value: None if value is None else f"{sum(value.encode()) % 97:03}", True
    return lambda at, value: None if value is None else _money(at, float(value), fault.kind), True


def _money(at: int, amount: float, kind: str) -> str:
    if kind == "negative":
        return f"-{amount:.0f}"
    if kind == "huge":
        return f"{10**12 + at}"
    if kind == "words":
        return "see application"
    return {"dollars": f"${amount:,.2f}", "commas": f"{amount:,.0f}", "exponent": f"{amount:.6E}"}[kind]


def _set(
    table: Table, column: Column, struck: Sequence[int], change: Callable[[int, Value], Value], *, is_text: bool
) -> Table:
    places = set(struck)
    values = [change(at, value) if at in places else value for at, value in enumerate(table.rows[column.name])]
    rows = table.rows.with_columns(pl.Series(column.name, values, dtype=pl.String))
    return Table(_as_text(table, column) if is_text else table.columns, rows)


def _as_text(table: Table, column: Column) -> tuple[Column, ...]:
    text_type = "esriFieldTypeString" if column.published_type.startswith("esri") else "text"
    retyped = replace(column, published_type=text_type, kind="text", is_epoch=False)
    return tuple(retyped if one is column else one for one in table.columns)


def _redate(table: Table, column: Column, struck: Sequence[int], kind: str) -> Table:
    """Days written in another way (as text), or other days in the publisher's own way."""
    written = {
        "us": "%m/%d/%y", "day_first": "%d/%m/%Y", "slashes": "%Y/%m/%d", "day": "%Y-%m-%d",
    }  # fmt: skip
    read, write = _ways(table, column)

    def change(at: int, value: Value) -> Value:
        moment = None if value is None else read(value)
        if moment is None:
            return value
        if kind in written:
            return moment.strftime(written[kind])
        if kind == "epoch":
            return str(int(moment.timestamp() * 1000))
        moved = _moved(moment, at, kind)
        return f"{moved:%Y-%m-%d} {moved:%H:%M}" if kind == "clock" and not column.is_epoch else write(moved)

    return _set(table, column, struck, change, is_text=kind in written or (kind == "epoch" and not column.is_epoch))


def _moved(moment: datetime, at: int, kind: str) -> datetime:
    """`zone`: midnight written in the zone to the west; `clock`: half past two, which a clock may skip or repeat."""
    if kind == "zone":
        return moment - timedelta(days=1)
    if kind == "clock":
        return moment + timedelta(hours=2, minutes=30)
    if kind == "future":
        return moment + timedelta(days=45 + at % 7)
    year = 2230 if kind == "far" else 1899
    return moment.replace(year=year, month=12, day=30)


def _ways(table: Table, column: Column) -> tuple[Callable[[str], datetime | None], Callable[[datetime], str]]:
    """How the column's days are read and written."""
    if column.is_epoch:
        return _from_epoch, lambda moment: str(int(moment.timestamp() * 1000))
    first = next((value for value in table.rows[column.name] if value), "")
    if first.isdigit():
        return (
            lambda text: _FIRST_SERIAL + timedelta(days=int(text)),
            lambda moment: str((moment - _FIRST_SERIAL).days),
        )
    form = next(form for form in _DAY_FORMATS if _read(first, form) is not None)
    ending = ".000" if form.endswith("%f") else ""
    plain = form.removesuffix(".%f")
    return lambda text: _read(text, form), lambda moment: moment.strftime(plain) + ending


def _from_epoch(text: str) -> datetime:
    return datetime.fromtimestamp(int(text) / 1000, UTC)


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _thin(table: Table, struck: Sequence[int], kind: str) -> Table:
    """The newest rows never came (frozen), every second of them is missing (thinned), or only the first came (cut)."""
    if kind == "thinned":
        return table.without(struck[::2])
    if kind == "cut":
        return table.without(range(table.rows.height // 2, table.rows.height))
    return table.without(struck)


def _repeat(table: Table, key: str, struck: Sequence[int], fault: Fault) -> Table:
    """Rows that come twice, that come again with other words, or whose keys fall together by threes."""
    if fault.kind == "merged":
        names = table.rows[key].to_list()
        return _set(table, table.by_name[key], struck, lambda at, _: names[at - at % 3], is_text=False)
    again = table.take(struck)
    if fault.kind == "several":
        again = again.with_columns(pl.concat_str([pl.lit("Second part: "), pl.col(fault.column).fill_null("")]))
    return table.with_rows(again.with_columns(_new_row_ids(table, key, again.height)))


def _new_row_ids(table: Table, key: str, count: int) -> list[pl.Series]:
    """A row more is a row id more, where rows have ids."""
    added = []
    for column in table.columns:
        if column.name != key and column.published_type in ("esriFieldTypeOID", "int", "row_identifier"):
            is_number = column.kind == "number"
            highest = table.typed[column.name].max() if is_number else None
            top = int(highest) if isinstance(highest, int | float) else 0
            names = [str(top + 1 + at) if is_number else f"row-more~{at:05}" for at in range(count)]
            added.append(pl.Series(column.name, names, dtype=pl.String))
    return added


def _elsewhere(table: Table, key: str, struck: Sequence[int], kind: str) -> Table:
    """Rows of another city, added to the publisher's own or in their place."""
    there = {name: pl.lit(value) for name, value in ELSEWHERE.items() if name in table.rows.columns}
    if kind == "whole":
        return table.changed(struck, {**there, key: pl.concat_str([pl.lit("MO"), pl.col(key)])})
    added = table.take(struck).with_columns(**there)
    renamed = added.with_columns(
        pl.concat_str([pl.lit("MO"), pl.col(key)]).alias(key), *_new_row_ids(table, key, added.height)
    )
    return table.with_rows(renamed)
