"""Records of JSON, one a line, to a frame of texts: fast where the layout is the one publishers really send.

Polars reads lines of JSON at some 300 MB/s, but would rewrite numbers (1.10 to 1.1) and nested objects, and drops names
it was not told of. So every value that is no string is put in quotes first, byte for byte, and afterwards the filled
cells are counted against the quoted values of the page: any difference, and the caller reads the slow and exact way.
"""

from __future__ import annotations

import re

import polars as pl
from polars.exceptions import PolarsError

from permit_leads.fetch.json_text import BrokenJson, as_json, parse

# A value that is no string, after its name. Empty where the layout is odd, such as a space after the colon.
_BARE = re.compile(rb'":(?=[-0-9tfn{\[ \t\r\n])(\{[^{}\\]*\}|\[[^{}\[\]\\]*\]|[-0-9tfn][^,}\]]*|)')
_SCALAR = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false")
_SPACE = re.compile(rb"[ \t\r\n]")
# Before a quote that ends no name: it begins a name (":id"), or a text (": see above"), or belongs to one (6\": tall).
_NOT_A_NAME = (b"\\", b"{", b",", b":", b"[")


class OddLayout(Exception):
    """The page is not laid out as the fast reading needs it."""


def quoted(lines: bytes) -> bytes:
    """The lines with every value that is no string put in quotes, its text untouched; null stays null.

    Raises:
        OddLayout: nested deeper than one level, spaces between tokens, or escapes that Polars reads wrongly.
    """
    if b"\\ud" in lines or b"\\uD" in lines:
        raise OddLayout("surrogate escapes")  # Polars 2.1 turns half a pair into NUL
    parts = _BARE.split(lines)
    parts[1::2] = [_in_quotes(value, before) for before, value in zip(parts[::2], parts[1::2], strict=False)]
    return b"".join(parts)


def _in_quotes(value: bytes, before: bytes) -> bytes:
    """`":` and the value in quotes, or as it is where that quote ends no name."""
    is_nested = value.startswith((b"{", b"["))
    if before.endswith(_NOT_A_NAME):
        if is_nested or b'":' in value:
            raise OddLayout("a text or name that looks like a value")
        return b'":' + value
    if is_nested:
        return b'":"' + _nested(value) + b'"'
    if value == b"null":
        return b'":null'
    if not _SCALAR.fullmatch(value):
        raise OddLayout(f"not a value: {value[:20]!r}")
    return b'":"' + value + b'"'


def _nested(value: bytes) -> bytes:
    """An object or array as the inside of a string; an odd number of quotes means that a bracket in a text misled."""
    if value.count(b'"') % 2:
        raise OddLayout("a bracket inside a text")
    if _SPACE.search(value):
        value = _compact(value)
    return value.replace(b'"', b'\\"')


def _compact(value: bytes) -> bytes:
    try:
        return as_json(parse(value)).encode()
    except BrokenJson as error:
        raise OddLayout("brackets that do not close") from error


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
