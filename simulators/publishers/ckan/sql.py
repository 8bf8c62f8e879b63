"""The one select statement that datastore_search_sql takes, and the names of a datastore's table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from simulators.publishers.sql.meaning import ValueKind
from simulators.publishers.sql.parser import Ordered, Parser, Selected
from simulators.publishers.sql.tokens import BadQueryError
from simulators.publishers.sql.tree import Expression
from simulators.publishers.table import Table


@dataclass(frozen=True, slots=True)
class Statement:
    """select … from "resource" where … order by … limit …"""

    select: list[Selected]
    table: str
    where: Expression | None
    order: list[Ordered]
    limit: int | None


def read_statement(text: str) -> Statement:
    """The parts of a statement.

    Raises:
        BadQueryError: it is no single select.
    """
    parser = Parser(text)
    if not parser.take_word("select"):
        raise BadQueryError("bad-parse", "Query is not a single statement.")
    select = parser.selection()
    if not parser.take_word("from"):
        raise BadQueryError("bad-parse", 'syntax error: expected "from"')
    table = parser.names()[0]
    where = parser.expression() if parser.take_word("where") else None
    order = parser.ordering() if parser.take_word("order", "by") else []
    limit = parser.whole_number() if parser.take_word("limit") else None
    parser.expect_end()
    return Statement(select, table, where, order, limit)


@dataclass(frozen=True, slots=True)
class PostgresDialect:
    """Column names are exact once quoted; a timestamp takes a string as a date, a text compares as text."""

    table: Table
    date_zone: tzinfo = UTC
    text_reads_as_date: bool = True

    def column(self, name: str) -> tuple[str, ValueKind]:
        """See Dialect."""
        column = self.table.by_name.get(name)
        if column is None:
            raise BadQueryError("no-such-column", f'column "{name}" does not exist', column=name)
        return column.name, column.kind
