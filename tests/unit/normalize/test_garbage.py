"""Whatever stands in a cell, of whatever publisher: nothing raises, no row is lost, no value leaves its band."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from permit_leads.normalize import normalize
from permit_leads.normalize.mapping import used_columns
from permit_leads.normalize.values import FUTURE_DAYS, MONEY_LIMIT
from permit_leads.permit import FIELDS, PERMIT_SCHEMA
from permit_leads.registry import Dataset, load_registry
from tests.unit.normalize.elm import PAGE, TODAY

REGISTRY = load_registry()
GARBAGE = [
    None, "", " ", "\r\n", "\x00", "0", "00000", "-0", "1", "-1", "1e308", "-1e308", "1E6", "inf", "-inf", "NaN", "nan",
    "999999999999999999999", "1" * 400, "0.1" * 50, "$", "$,", ",", "1,2,3", "1,234,567.891", "٣٤٥", "½", "１２３４５",
    "0001-01-01", "9999-12-31T23:59:59.999", "10000-01-01", "12/31/9999", "1/1/1", "99/99/99", "29/02/2023",
    "2/29/1900", "-62135596800000", "253402300800000", "99999999999999", "1e14", "{}", '{"url":null}', '{"url":1}',
    '{"url":', "[]", "null", "TX", "TX 77346", ", TX 77346", "A TX 77346 TX 77346", "|", "\\", "a|b\\|c", "(((((",
    "[name withheld]",
    "'; drop table permits; --", "=1+1", "ÅNGSTRÖM ÉL", "\u202etxet", "\ud7ff", "😀" * 50, "x" * 5000, "OWNER",
    "512-555-0143", "@", "a@b", "@@@@", "https://", "https://x\ny", "javascript:0",
]  # fmt: skip


def shuffled(dataset: Dataset) -> pl.DataFrame:
    """Every piece of garbage in every column, each row with another mixture."""
    columns = used_columns(dataset)
    size = len(GARBAGE)
    return pl.DataFrame(
        {name: [GARBAGE[(row + 7 * at) % size] for row in range(size)] for at, name in enumerate(columns)},
        schema=dict.fromkeys(columns, pl.String),
    )


def shapes(dataset: Dataset) -> set[object]:
    """What of a source file decides how a cell is read: everything but the names of the columns."""
    named = {"column", "columns", "first_of", "role_columns"}
    rules = {(blds, rule.model_dump_json(exclude=named), len(rule.names)) for blds, rule in dataset.fields.items()}
    whole = (dataset.trades is not None, dataset.record_pattern, len(dataset.key), frozenset(dataset.constants))
    return {*rules, whole}


def pick() -> list[Dataset]:
    """Datasets that together show every shape there is; the others would only say the same again."""
    picked: list[Dataset] = []
    seen: set[object] = set()
    for dataset in sorted(REGISTRY.values(), key=lambda one: -len(shapes(one))):
        if not shapes(dataset) <= seen:
            picked.append(dataset)
            seen |= shapes(dataset)
    return picked


@pytest.mark.parametrize("dataset", pick(), ids=lambda dataset: dataset.id)
def test_garbage_is_refused_and_never_raises(dataset: Dataset) -> None:
    rows = shuffled(dataset)
    found = normalize(dataset, rows, PAGE, TODAY)
    faulty = found.rejections.filter(pl.col("is_fatal") | (pl.col("reason") == "not a record"))
    assert found.permits.height + found.repeat_count + faulty.height == rows.height
    assert dict(found.permits.select(*PERMIT_SCHEMA).schema) == PERMIT_SCHEMA
    assert found.rejections["reason"].null_count() == 0
    assert (found.permits["permit_key"].str.len_chars() > 0).all()
    stands_in_band(found.permits)


def stands_in_band(permits: pl.DataFrame) -> None:
    for field in FIELDS:
        column = permits[field.name].drop_nulls()
        if field.kind == "date":
            last = TODAY + timedelta(days=FUTURE_DAYS.get(field.name, 1))
            assert column.is_between(date(1900, 1, 1), last).all()
        elif field.kind == "money":
            assert column.is_between(0, MONEY_LIMIT).all()
        elif field.kind == "number":
            assert column.is_finite().all()
        elif field.kind == "text":
            assert not column.str.contains("\x00", literal=True).any()
            assert not (column.str.strip_chars() == "").any()
