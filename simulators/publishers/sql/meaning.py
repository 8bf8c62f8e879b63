"""Turns a parsed expression into a Polars expression over a table's typed columns, with the dialect's type rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal, Protocol

import polars as pl

from simulators.publishers.sql.tokens import BadQueryError
from simulators.publishers.sql.tree import (
    Blank,
    Call,
    Cast,
    ColumnName,
    Comparison,
    Constant,
    Expression,
    Logic,
    Membership,
    Negation,
    Pattern,
    Range,
    Star,
)

ValueKind = Literal["text", "number", "date", "bool", "null", "other"]
_AGGREGATES: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "count": pl.Expr.count,
    "max": pl.Expr.max,
    "min": pl.Expr.min,
    "sum": pl.Expr.sum,
    "avg": pl.Expr.mean,
}
_TRUNCATIONS = {"date_trunc_y": "1y", "date_trunc_ym": "1mo", "date_trunc_ymd": "1d"}
_CASTS: dict[str, ValueKind] = {
    "number": "number",
    "float": "number",
    "integer": "number",
    "double": "number",
    "text": "text",
    "varchar": "text",
    "floating_timestamp": "date",
    "fixed_timestamp": "date",
    "timestamp": "date",
    "date": "date",
}


class Dialect(Protocol):
    """What differs between publishers' dialects."""

    def column(self, name: str) -> tuple[str, ValueKind]:
        """The table's column of that name and how its values compare; BadQueryError when there is none."""

    @property
    def date_zone(self) -> tzinfo:
        """The zone in which date literals are read."""

    @property
    def text_reads_as_date(self) -> bool:
        """Whether a plain string may stand for a date or a number."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A Polars expression and the kind of value it gives; `literal` is the text of a string constant."""

    value: pl.Expr
    kind: ValueKind
    literal: str | None = None
    is_aggregate: bool = False


class Interpreter:
    """Gives expressions their meaning in one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._is_filter = False

    def condition(self, expression: Expression) -> pl.Expr:
        """A filter; rows for which it is unknown (null) do not pass."""
        was_filter, self._is_filter = self._is_filter, True
        meaning = self.meaning(expression)
        self._is_filter = was_filter
        if meaning.kind not in ("bool", "null"):
            raise BadQueryError("type-mismatch", f"Expected a condition, got a {meaning.kind}")
        return meaning.value

    def meaning(self, expression: Expression) -> Meaning:
        """The meaning of any expression."""
        match expression:
            case ColumnName(name):
                column, kind = self._dialect.column(name)
                return Meaning(pl.col(column), kind)
            case Constant():
                return self._constant(expression)
            case Star():
                raise BadQueryError("bad-parse", "* cannot stand here")
            case Call(name, arguments):
                return self._call(name, arguments)
            case Cast(value, target):
                return self._cast(self.meaning(value), target)
            case _:
                return Meaning(self._truth(expression), "bool")

    def _truth(self, expression: Expression) -> pl.Expr:
        match expression:
            case Logic(word, left, right):
                first, second = self.condition(left), self.condition(right)
                return first & second if word == "and" else first | second
            case Negation(value):
                return ~self.condition(value)
            case Comparison(sign, left, right):
                return _compare(sign, *self._alike(self.meaning(left), self.meaning(right)))
            case Membership(value, options):
                return pl.any_horizontal([self._truth(Comparison("=", value, option)) for option in options])
            case Range(value, low, high):
                return self._truth(Comparison(">=", value, low)) & self._truth(Comparison("<=", value, high))
            case Blank(value):
                return self.meaning(value).value.is_null()
            case Pattern(value, pattern):
                return self._like(self.meaning(value), self.meaning(pattern))
        raise BadQueryError("bad-parse", "Not a condition")

    def _constant(self, constant: Constant) -> Meaning:
        match constant.kind:
            case "text":
                return Meaning(pl.lit(constant.value), "text", literal=constant.value)
            case "number":
                return Meaning(pl.lit(float(constant.value)), "number")
            case "bool":
                return Meaning(pl.lit(constant.value == "true"), "bool")
            case "date":
                return Meaning(pl.lit(self._read_date(constant.value)), "date")
        return Meaning(pl.lit(None), "null")

    def _alike(self, left: Meaning, right: Meaning) -> tuple[pl.Expr, pl.Expr]:
        """Both sides as values that may be compared; a string constant takes the other side's kind."""
        if left.kind == right.kind or "null" in (left.kind, right.kind):
            return left.value, right.value
        if self._dialect.text_reads_as_date:
            if right.literal is not None:
                return left.value, self._read_as(right.literal, left.kind)
            if left.literal is not None:
                return self._read_as(left.literal, right.kind), right.value
        raise BadQueryError("type-mismatch", f"Type mismatch, is {left.kind} and {right.kind}")

    def _read_as(self, literal: str, kind: ValueKind) -> pl.Expr:
        if kind == "date":
            return pl.lit(self._read_date(literal))
        if kind == "bool" and literal in ("true", "false"):
            return pl.lit(literal == "true")
        if kind == "number":
            try:
                return pl.lit(float(literal))
            except ValueError:
                pass
        raise BadQueryError("type-mismatch", f"Type mismatch, is {kind} and text {literal!r}")

    def _read_date(self, text: str) -> datetime:
        """The instant a literal names: without an offset in the dialect's zone; naive UTC, as columns keep it."""
        try:
            written = datetime.fromisoformat(text.strip())
        except ValueError:
            raise BadQueryError("type-mismatch", f"{text!r} is no date") from None
        aware = written if written.tzinfo else written.replace(tzinfo=self._dialect.date_zone)
        return aware.astimezone(UTC).replace(tzinfo=None)

    def _call(self, name: str, arguments: tuple[Expression, ...]) -> Meaning:
        if self._is_filter and name in _AGGREGATES:
            raise BadQueryError("aggregate-in-ungrouped-context", f"{name} cannot stand in a filter")
        if name == "count" and arguments == (Star(),):
            return Meaning(pl.len(), "number", is_aggregate=True)
        given = [self.meaning(argument) for argument in arguments]
        if name in _AGGREGATES and len(given) == 1:
            kind: ValueKind = "number" if name in ("count", "sum", "avg") else given[0].kind
            return Meaning(_AGGREGATES[name](given[0].value), kind, is_aggregate=True)
        if name in _TRUNCATIONS and len(given) == 1:
            _demand("date", name, given[0])
            return Meaning(given[0].value.dt.truncate(_TRUNCATIONS[name]), "date")
        return self._text_call(name, given)

    def _text_call(self, name: str, given: list[Meaning]) -> Meaning:
        for argument in given:
            _demand("text", name, argument)
        match name, [argument.value for argument in given]:
            case "upper", [value]:
                return Meaning(value.str.to_uppercase(), "text")
            case "lower", [value]:
                return Meaning(value.str.to_lowercase(), "text")
            case "starts_with", [value, prefix]:
                return Meaning(value.str.starts_with(prefix), "bool")
            case "contains", [value, part]:
                return Meaning(value.str.contains(part, literal=True), "bool")
        raise BadQueryError("no-such-function", f"No such function: {name}")

    def _cast(self, value: Meaning, target: str) -> Meaning:
        kind = _CASTS.get(target)
        if kind is None:
            raise BadQueryError("no-such-function", f"No such cast: {target}")
        if kind == value.kind:
            return value
        if value.literal is not None:
            return Meaning(self._read_as(value.literal, kind), kind)
        match kind:
            case "number":
                return Meaning(value.value.cast(pl.Float64, strict=False), kind)
            case "text":
                return Meaning(value.value.cast(pl.String).str.strip_suffix(".0"), kind)
        return Meaning(value.value.str.to_datetime(strict=False, time_unit="ms"), kind)

    def _like(self, value: Meaning, pattern: Meaning) -> pl.Expr:
        _demand("text", "like", value)
        if pattern.literal is None:
            raise BadQueryError("type-mismatch", "like needs a string")
        return value.value.str.contains(_to_regex(pattern.literal))


def _compare(sign: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    compared = {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }
    return compared[sign]


def _demand(kind: ValueKind, name: str, argument: Meaning) -> None:
    if argument.kind not in (kind, "null"):
        raise BadQueryError("type-mismatch", f"Type mismatch for {name}, is {argument.kind}")


def _to_regex(pattern: str) -> str:
    special = {"%": "(?s:.*)", "_": "(?s:.)"}
    escaped = "".join(special.get(sign) or _escape(sign) for sign in pattern)
    return f"^{escaped}$"


def _escape(sign: str) -> str:
    return sign if sign.isalnum() or sign.isspace() else "\\" + sign
