"""JSON read for its text: numbers stay as the publisher wrote them, so 1.10 stays "1.10" and 1E6 stays "1E6".

A parsed number cannot give its digits back, so none is made. This is the exact and slow reading; `json_lines` is the
fast one, for the layouts that publishers really send.
"""

from __future__ import annotations

import json
import re

# Any escape, so that an escaped backslash is not taken for the start of the next one; group 1 is half a pair alone.
_ESCAPES = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


class BrokenJson(ValueError):
    """The text is no JSON, or no JSON of the expected shape."""


class Number(str):
    """A number as written."""

    __slots__ = ()


class Members(list[tuple[str, object]]):
    """The members of an object in order; a name may come twice."""

    __slots__ = ()


def parse(body: bytes) -> object:
    """Objects as Members, arrays as lists, numbers as Number, the rest as Python has it.

    Raises:
        BrokenJson: not UTF-8 (RFC 8259 section 8.1; nothing else is guessed at), cut off, or no JSON at all.
    """
    try:
        text = _mended(body.decode("utf-8-sig"))
        return json.loads(
            text, parse_float=Number, parse_int=Number, parse_constant=Number, object_pairs_hook=Members, strict=False
        )
    except UnicodeDecodeError as error:
        raise BrokenJson(f"byte {error.start} is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise BrokenJson(str(error)) from error


def member(value: object, name: str) -> object:
    """The member of an object; None when there is none, or when the value is no object. The last of a name wins."""
    return dict(value).get(name) if isinstance(value, Members) else None


def texts(value: object) -> dict[str, str | None]:
    """The members of an object, each as text.

    Raises:
        BrokenJson: the value is no object.
    """
    if not isinstance(value, Members):
        raise BrokenJson(f"expected an object, found {as_json(value)[:40]}")
    return {name: text_of(inner) for name, inner in value}


def text_of(value: object) -> str | None:
    """A string as it is, null as None, a number or true or false as written, an object or array as compact JSON."""
    if value is None:
        return None
    return str(value) if isinstance(value, str) else as_json(value)


def as_json(value: object) -> str:
    """Compact JSON text: no spaces between tokens, numbers as written, only what must be escaped escaped."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, Members):
        return "{" + ",".join(f"{as_json(name)}:{as_json(inner)}" for name, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(as_json(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _mended(text: str) -> str:
    """The text with U+FFFD for each escaped half of a surrogate pair: no UTF-8 could carry it any further."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPES.sub(lambda match: "\\ufffd" if match[1] else match[0], text)
