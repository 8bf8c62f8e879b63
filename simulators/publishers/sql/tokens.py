"""Cuts a SoQL or SQL-92 text into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["name", "quoted_name", "text", "number", "sign", "end"]
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<text>'(?:[^']|'')*')
  | (?P<quoted_name>`[^`]+`|"[^"]+")
  | (?P<name>[:@]?[A-Za-z_@][A-Za-z0-9_@]*)
  | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<sign>::|:\*|<=|>=|<>|!=|=|<|>|\(|\)|,|\*|\|\|)
    """,
    re.VERBOSE,
)


class BadQueryError(Exception):
    """A query the publisher would refuse; `code` is the tail of Socrata's errorCode."""

    def __init__(self, code: str, message: str, column: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.column = column


@dataclass(frozen=True, slots=True)
class Token:
    """One word, literal or sign; `value` is without quotes."""

    kind: TokenKind
    value: str
    position: int


def cut_tokens(text: str) -> list[Token]:
    """Tokens of the text, with an end token behind them.

    Raises:
        BadQueryError: a character no token starts with, or a string that does not end.
    """
    tokens, position = [], 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            code = "unterminated-string" if text[position] == "'" else "unexpected-character"
            raise BadQueryError(code, f"Unexpected character {text[position]!r} at {position + 1}")
        if found.lastgroup != "space":
            tokens.append(_make_token(found, position))
        position = found.end()
    return [*tokens, Token("end", "", len(text))]


def _make_token(found: re.Match[str], position: int) -> Token:
    value = found.group()
    if found.lastgroup == "text":
        return Token("text", value[1:-1].replace("''", "'"), position)
    if found.lastgroup == "quoted_name":
        return Token("quoted_name", value[1:-1], position)
    if found.lastgroup == "name":
        return Token("name", value, position)
    return Token("number" if found.lastgroup == "number" else "sign", value, position)
