"""Parses the expressions of $where, $select, $order and of ArcGIS' where, by recursive descent."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.publishers.sql.tokens import BadQueryError, Token, cut_tokens
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

_SIGNS = ("=", "!=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Selected:
    """One item of a select list; `name` is the alias or how the publisher names it."""

    expression: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """One item of an order list."""

    expression: Expression
    descending: bool


class Parser:
    """Reads tokens left to right; each method takes what it understands and leaves the rest."""

    def __init__(self, text: str) -> None:
        self._tokens = cut_tokens(text)
        self._at = 0

    def whole_expression(self) -> Expression:
        """One expression and nothing behind it."""
        expression = self._either()
        self.expect_end()
        return expression

    def selection(self) -> list[Selected]:
        """A select list."""
        items = [self._selected()]
        while self._take(","):
            items.append(self._selected())
        return items

    def ordering(self) -> list[Ordered]:
        """An order list; ascending unless it says desc."""
        items = [self._ordered()]
        while self._take(","):
            items.append(self._ordered())
        return items

    def names(self) -> list[str]:
        """A list of plain column names (group by)."""
        return [_name_of(item.expression) for item in self.ordering()]

    def expect_end(self) -> None:
        """Nothing may follow."""
        token = self._peek()
        if token.kind != "end":
            raise BadQueryError("bad-parse", f"Expected end of input, got {token.value!r} at {token.position + 1}")

    def take_word(self, *words: str) -> bool:
        """Whether these words come next; if so they are taken."""
        ahead = self._tokens[self._at : self._at + len(words)]
        if [token.value.lower() for token in ahead if token.kind == "name"] != list(words):
            return False
        self._at += len(words)
        return True

    def whole_number(self) -> int:
        """A limit or an offset."""
        token = self._next()
        if token.kind != "number" or not token.value.isdigit():
            raise BadQueryError("bad-parse", f"Expected a whole number, got {token.value!r}")
        return int(token.value)

    def _selected(self) -> Selected:
        if self._take("*"):
            return Selected(Star(), "*")
        if self._take(":*"):
            return Selected(Star(), ":*")
        start = self._at
        expression = self._either()
        alias = _name_of(self._primary()) if self.take_word("as") else self._spell(start)
        return Selected(expression, alias)

    def _spell(self, start: int) -> str:
        """The name of an item without an alias: count(*) is count, max(issue_date) is max_issue_date."""
        words = [token.value for token in self._tokens[start : self._at] if token.kind in ("name", "quoted_name")]
        return "_".join(words) or "expression"

    def _ordered(self) -> Ordered:
        expression = self._either()
        descending = self.take_word("desc")
        if not descending:
            self.take_word("asc")
        return Ordered(expression, descending)

    def expression(self) -> Expression:
        """One expression; a clause word or the end may follow."""
        return self._either()

    def _either(self) -> Expression:
        left = self._both()
        while self.take_word("or"):
            left = Logic("or", left, self._both())
        return left

    def _both(self) -> Expression:
        left = self._maybe_not()
        while self.take_word("and"):
            left = Logic("and", left, self._maybe_not())
        return left

    def _maybe_not(self) -> Expression:
        return Negation(self._maybe_not()) if self.take_word("not") else self._comparison()

    def _comparison(self) -> Expression:
        left = self._primary()
        sign = self._peek().value
        if self._peek().kind == "sign" and sign in _SIGNS:
            self._at += 1
            return Comparison("!=" if sign == "<>" else sign, left, self._primary())
        if self.take_word("is"):
            is_not = self.take_word("not")
            self._expect_word("null")
            return Negation(Blank(left)) if is_not else Blank(left)
        is_not = self.take_word("not")
        found = self._suffix(left)
        if found is None:
            if is_not:
                raise BadQueryError("bad-parse", "Expected in, like or between after not")
            return left
        return Negation(found) if is_not else found

    def _suffix(self, left: Expression) -> Expression | None:
        if self.take_word("in"):
            return Membership(left, self._arguments())
        if self.take_word("like"):
            return Pattern(left, self._primary())
        if self.take_word("between"):
            low = self._primary()
            self._expect_word("and")
            return Range(left, low, self._primary())
        return None

    def _primary(self) -> Expression:
        value = self._atom()
        while self._take("::"):
            value = Cast(value, self._next().value.lower())
        return value

    def _atom(self) -> Expression:
        token = self._next()
        if token.kind == "text":
            return Constant("text", token.value)
        if token.kind == "number":
            return Constant("number", token.value)
        if token.kind == "quoted_name":
            return ColumnName(token.value)
        if token.value == "(":
            inside = self._either()
            self._expect(")")
            return inside
        if token.kind == "name":
            return self._word(token)
        code = "unexpected-eof" if token.kind == "end" else "bad-parse"
        raise BadQueryError(
            code, f"Expected an expression, got {token.value or 'end of input'!r} at {token.position + 1}"
        )

    def _word(self, token: Token) -> Expression:
        word = token.value.lower()
        if word in ("true", "false"):
            return Constant("bool", word)
        if word == "null":
            return Constant("null", "")
        if word in ("date", "timestamp") and self._peek().kind == "text":
            return Constant("date", self._next().value)
        if self._peek().value == "(":
            return self._cast_call() if word == "cast" else Call(word, self._arguments())
        return ColumnName(token.value)

    def _cast_call(self) -> Expression:
        self._expect("(")
        value = self._either()
        self._expect_word("as")
        target = self._next().value.lower()
        self._expect(")")
        return Cast(value, target)

    def _arguments(self) -> tuple[Expression, ...]:
        self._expect("(")
        if self._take("*"):
            self._expect(")")
            return (Star(),)
        items = [self._either()]
        while self._take(","):
            items.append(self._either())
        self._expect(")")
        return tuple(items)

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._tokens[self._at]
        if token.kind != "end":
            self._at += 1
        return token

    def _take(self, sign: str) -> bool:
        if self._peek().kind == "sign" and self._peek().value == sign:
            self._at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise BadQueryError("bad-parse", f"Expected {sign!r}, got {self._peek().value or 'end of input'!r}")

    def _expect_word(self, word: str) -> None:
        if not self.take_word(word):
            raise BadQueryError("bad-parse", f"Expected {word.upper()}, got {self._peek().value or 'end of input'!r}")


def parse_expression(text: str) -> Expression:
    """One expression, the whole text.

    Raises:
        BadQueryError: the text is no expression.
    """
    return Parser(text).whole_expression()


def _name_of(expression: Expression) -> str:
    if isinstance(expression, ColumnName):
        return expression.name
    raise BadQueryError("bad-parse", "Expected a column name")
