"""The query dialects, against rows small enough to count by hand."""

from __future__ import annotations

import pytest

from simulators.publishers.socrata.dataset import SoqlDialect
from simulators.publishers.sql.meaning import Interpreter
from simulators.publishers.sql.parser import Parser, parse_expression
from simulators.publishers.sql.tokens import BadQueryError
from tests.unit.simulators.tables import NUMBERS, small_table


def passing(where: str) -> list[str]:
    table = small_table()
    condition = Interpreter(SoqlDialect(table)).condition(parse_expression(where))
    return [NUMBERS[at] for at in table.select((where, ""), condition, [])]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("permit = '2'", ["2"]),
        ("cost > 100", ["1", "4"]),
        ("cost > '100'", ["1", "4"]),
        ("cost::text = '90'", ["3"]),
        ("name = 'O''Hara'", ["2"]),
        ("name is null", ["4"]),
        ("name is not null and not cost > 100", ["3"]),
        ("issued between '2026-01-02' and '2026-01-03T00:00:00'", ["2", "3"]),
        ("issued >= '2026-01-03T00:00:00.000' or permit in ('1', '9')", ["1", "3", "4"]),
        ("permit not in ('1', '2', '3')", ["4"]),
        ("upper(name) like 'A%'", ["1"]),
        ("name like 'a_me'", ["1"]),
        ("starts_with(name, 'b.')", ["3"]),
        ("(permit = '1' or permit = '2') and cost is null", ["2"]),
        ("permit = '1' or permit = '2' and cost > 1", ["1"]),
        ("date_trunc_ym(issued) = '2026-01-01'", ["1", "2", "3"]),
        ("1 = 1", ["1", "2", "3", "4"]),
    ],
)
def test_where_keeps_the_rows_it_names(where: str, expected: list[str]) -> None:
    assert passing(where) == expected


def test_unknown_is_not_true_on_either_side_of_not() -> None:
    assert "2" not in passing("cost > 1")
    assert "2" not in passing("not cost > 1")


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("cast = ", "unexpected-eof"),
        ("nope = 1", "no-such-column"),
        ("name > 1", "type-mismatch"),
        ("upper(cost) = 'A'", "type-mismatch"),
        ("issued > 'yesterday'", "type-mismatch"),
        ("soundex(name) = 'A'", "no-such-function"),
        ("name = 'open", "unterminated-string"),
        ("name ; drop", "unexpected-character"),
        ("count(*) > 1", "aggregate-in-ungrouped-context"),
        ("name", "type-mismatch"),
    ],
)
def test_bad_queries_are_refused_with_socratas_code(where: str, code: str) -> None:
    with pytest.raises(BadQueryError) as refused:
        passing(where)
    assert refused.value.code == code


def test_selection_reads_aliases_and_system_fields() -> None:
    items = Parser(":*, *, count(*) as n, max(issued)").selection()
    assert [item.name for item in items] == [":*", "*", "n", "max_issued"]


def test_ordering_reads_directions() -> None:
    items = Parser("issued desc, :id, permit ASC").ordering()
    assert [item.descending for item in items] == [True, False, False]
