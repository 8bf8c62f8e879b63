"""Records of JSON, one a line, to a frame of texts: fast where the layout is the one publishers really send.

Polars reads lines of JSON at some 300 MB/s, but would rewrite numbers (1.10 to 1.1) and nested objects, and drops names
it was not told of. So every value that is no string is put in quotes first, byte for byte, and afterwards the filled
cells are counted against the quoted values of the page: any difference, and the caller reads the slow and exact way.
"""

from __future__ import annotations

import re

import polars as pl
from polars.exceptions import PolarsError

# A value that is no string, after its name: an object or array of one level without spaces between tokens, a number, a
# word; empty where the layout is odd. The quote before the colon must end a name: it does not when it begins one
# (":id") or a text (": see above"), or belongs to a text (6\": tall).
_BARE = re.compile(
    rb'":(?=[-0-9tfn{\[ \t\r\n])(?<![\\{,:\[]":)'
    rb'(\{[^{}"\\\s]*(?:"[^"\\]*"[^{}"\\\s]*)*\}|\[[^\[\]{}"\\\s]*(?:"[^"\\]*"[^\[\]{}"\\\s]*)*\]'
    rb"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?=[,}])|true(?=[,}])|false(?=[,}])|null(?=[,}])|)"
)
_SURROGATE = re.compile(rb"\\u[dD]")


class OddLayout(Exception):
    """The page is not laid out as the fast reading needs it."""


def quoted(lines: bytes) -> bytes:
    """The lines with every value that is no string put in quotes, its text untouched; null stays null.

    Raises:
        OddLayout: nested deeper than one level, spaces between tokens, or escapes that Polars reads wrongly.
    """
    if _SURROGATE.search(lines):
        raise OddLayout("surrogate escapes")  # Polars 2.1 turns half a pair into NUL
    parts = _BARE.split(lines)
    values = parts[1::2]
    if b"" in values:
        raise OddLayout("a value that is not laid out as usual")
    parts[1::2] = [b'":null' if value == b"null" else b'":"' + value.replace(b'"', b'\\"') + b'"' for value in values]
    return b"".join(parts)


def frame_of(lines: bytes, schema: dict[str, pl.DataType] | None) -> pl.DataFrame:
    """Quoted lines as a frame; without a schema it is found by looking at all of them.

    Raises:
        OddLayout: Polars cannot read a line.
    """
    try:
        if schema is None:
            return pl.read_ndjson(lines, infer_schema_length=None)
        return pl.read_ndjson(lines, schema=schema)
    except PolarsError as error:
        raise OddLayout(str(error)) from error


def value_count(lines: bytes) -> int:
    """How many values quoted lines hold: `":"` stands before each, and else only in a text that ends in `":`."""
    return lines.count(b'":"')


def filled_count(frame: pl.DataFrame) -> int:
    """How many cells of a frame of texts are filled."""
    return frame.height * frame.width - sum(frame.null_count().row(0)) if frame.width else 0
