"""What stands in an exported file: the table, its columns, and how each of them is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from permit_leads.export.cells import Cell

Writer = Callable[[Sequence[Cell]], None]
Kind = Literal["text", "date", "instant", "money", "integer", "number"]

# Types of result columns by PostgreSQL's number; all others (uuid, json, arrays) travel as text.
# Source: pg_type.dat of PostgreSQL's own catalogue.
KINDS: dict[int, Kind] = {
    20: "integer",
    21: "integer",
    23: "integer",
    701: "number",
    1082: "date",
    1184: "instant",
    1700: "money",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as every format gets it; `publisher` is who published its records."""

    table: str
    columns: tuple[Column, ...]
    publisher: str | None = None

    @property
    def names(self) -> list[str]:
        """The names of the columns in order."""
        return [column.name for column in self.columns]


def columns_of(described: Iterable[tuple[str, int]]) -> tuple[Column, ...]:
    """The columns of a result, from their names and PostgreSQL's numbers of their types."""
    return tuple(Column(name, KINDS.get(type_code, "text")) for name, type_code in described)
