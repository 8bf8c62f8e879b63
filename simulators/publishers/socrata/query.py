"""Reads $-parameters, or a whole $query, into one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from simulators.publishers.sql.parser import Ordered, Parser, Selected, parse_expression
from simulators.publishers.sql.tokens import BadQueryError
from simulators.publishers.sql.tree import ColumnName, Comparison, Constant, Expression, Logic, Star

T = TypeVar("T")
DEFAULT_LIMIT = 1000
_CLAUSES = ("$select", "$where", "$order", "$group", "$limit", "$offset")
_HARMLESS = ("$$app_token", "$$exclude_system_fields", "$$bom", "$$read_from_nbe", "$$version")


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a dataset; `where_text` and `order_text` name the selection for remembering it."""

    select: tuple[Selected, ...] = (Selected(Star(), "*"),)
    where: Expression | None = None
    order: tuple[Ordered, ...] = ()
    group: tuple[str, ...] = ()
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    where_text: str = ""
    order_text: str = ""
    shows_system_fields: bool = False


class UnknownParameterError(Exception):
    """A parameter that is neither a $-parameter nor a column."""


def read_query(parameters: Iterable[tuple[str, str]], columns: Iterable[str]) -> Query:
    """The query of a request.

    Raises:
        BadQueryError: a clause does not parse, or $query stands beside other clauses.
        UnknownParameterError: a parameter that is no column.
    """
    given = dict(parameters)
    if "$query" in given:
        if any(name in given for name in _CLAUSES):
            raise BadQueryError("bad-parse", "$query cannot be combined with other parameters")
        return _read_statement(given["$query"])
    query = _read_clauses(given)
    known = set(columns)
    for name, value in given.items():
        if name in _CLAUSES or name in _HARMLESS:
            continue
        if name not in known:
            raise UnknownParameterError(name)
        query = _and_equal(query, name, value)
    return replace(query, shows_system_fields=given.get("$$exclude_system_fields") == "false")


def _read_clauses(given: dict[str, str]) -> Query:
    query = Query()
    if given.get("$select"):
        query = replace(query, select=tuple(_whole(given["$select"], Parser.selection)))
    if given.get("$where"):
        query = replace(query, where=parse_expression(given["$where"]), where_text=given["$where"])
    if given.get("$order"):
        query = replace(query, order=tuple(_whole(given["$order"], Parser.ordering)), order_text=given["$order"])
    if given.get("$group"):
        query = replace(query, group=tuple(_whole(given["$group"], Parser.names)))
    limit = _whole(given["$limit"], Parser.whole_number) if "$limit" in given else DEFAULT_LIMIT
    offset = _whole(given["$offset"], Parser.whole_number) if "$offset" in given else 0
    return replace(query, limit=limit, offset=offset)


def _read_statement(text: str) -> Query:
    """SELECT … WHERE … GROUP BY … ORDER BY … LIMIT … OFFSET …, each part optional."""
    parser, query = Parser(text), Query()
    if parser.take_word("select"):
        query = replace(query, select=tuple(parser.selection()))
    if parser.take_word("where"):
        query = replace(query, where=parser.expression(), where_text=text)
    if parser.take_word("group", "by"):
        query = replace(query, group=tuple(parser.names()))
    if parser.take_word("order", "by"):
        query = replace(query, order=tuple(parser.ordering()), order_text=text)
    if parser.take_word("limit"):
        query = replace(query, limit=parser.whole_number())
    if parser.take_word("offset"):
        query = replace(query, offset=parser.whole_number())
    parser.expect_end()
    return query


def _whole(text: str, read: Callable[[Parser], T]) -> T:
    parser = Parser(text)
    value = read(parser)
    parser.expect_end()
    return value


def _and_equal(query: Query, name: str, value: str) -> Query:
    equal = Comparison("=", ColumnName(name), Constant("text", value))
    where = equal if query.where is None else Logic("and", query.where, equal)
    return replace(query, where=where, where_text=f"{query.where_text}&{name}={value}")
