"""What a parsed expression is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ColumnName:
    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: 'text', 12, true, null, or (ArcGIS) DATE '…' and TIMESTAMP '…'."""

    kind: Literal["text", "number", "bool", "null", "date"]
    value: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, `count(*)` with a Star argument."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Star:
    pass


@dataclass(frozen=True, slots=True)
class Cast:
    value: Expression
    target: str


@dataclass(frozen=True, slots=True)
class Comparison:
    sign: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` / `or` of two sides."""

    word: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Negation:
    value: Expression


@dataclass(frozen=True, slots=True)
class Membership:
    value: Expression
    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Range:
    value: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class Blank:
    """`is null`."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Pattern:
    """`like`, with % and _."""

    value: Expression
    pattern: Expression


Expression = (
    ColumnName | Constant | Call | Star | Cast | Comparison | Logic | Negation | Membership | Range | Blank | Pattern
)
