"""Forms with brackets, as Stripe's libraries send them, read against what an address takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl

from simulators.stripe.errors import StripeRefusal, refused


class Taken(Enum):
    """Kinds of parameter that no Python type names."""

    METADATA = "up to 50 texts by name"
    ANYTHING = "kept as it comes"


# str, int, bool, a tuple of allowed words, [kind of each], {name: kind} with ! after a name that must be given.
Spec = Mapping[str, Any]
EXPAND: Spec = {"expand": [str]}


def parse_form(text: str) -> dict[str, Any]:
    """`a[b][0][c]=d` to nested mappings; a list is a mapping by number until its kind is known."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *inner = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name) or [name]
        place, key = found, first
        for part in inner:
            deeper = place.setdefault(key, {})
            if not isinstance(deeper, dict):
                raise refused(f"Invalid hash: {name}", name)
            place, key = deeper, part or str(len(deeper))
        place[key] = value
    return found


def read_parameters(given: Mapping[str, Any], spec: Spec, place: str = "") -> dict[str, Any]:
    """What was given, in the types of the spec; an empty text is None and unsets.

    Raises:
        StripeRefusal: a parameter is unknown, missing or of another type.
    """
    kinds = {name.rstrip("!"): kind for name, kind in spec.items()}
    for name in given:
        if name not in kinds:
            where = _inside(place, name)
            raise refused(f"Received unknown parameter: {where}", where, "parameter_unknown")
    for name in spec:
        if name.endswith("!") and given.get(name[:-1]) in (None, "", {}):
            where = _inside(place, name[:-1])
            raise refused(f"Missing required param: {where}.", where, "parameter_missing")
    return {name: _read(value, kinds[name], _inside(place, name)) for name, value in given.items()}


def _inside(place: str, name: str) -> str:
    return f"{place}[{name}]" if place else name


def _read(value: Any, kind: Any, place: str) -> Any:
    if kind is Taken.ANYTHING:
        return value
    if kind is Taken.METADATA:
        return _read_metadata(value, place)
    if value == "":
        return [] if isinstance(kind, list) else None
    if isinstance(kind, list):
        if not isinstance(value, dict) or not all(name.isdigit() for name in value):
            raise refused(f"Invalid array: {place}", place)
        return [_read(value[name], kind[0], f"{place}[{name}]") for name in sorted(value, key=int)]
    if isinstance(kind, Mapping):
        if not isinstance(value, dict):
            raise refused(f"Invalid hash: {place}", place)
        return read_parameters(value, kind, place)
    if not isinstance(value, str):
        raise refused(f"Invalid string: {place}", place)
    return _read_word(value, kind, place)


def _read_word(text: str, kind: Any, place: str) -> str | int | bool:
    if isinstance(kind, tuple) and text not in kind:
        raise refused(f"Invalid {place}: must be one of {', '.join(kind)}", place)
    if kind is bool:
        if text not in ("true", "false"):
            raise refused(f"Invalid boolean: {text}", place, "parameter_invalid_boolean")
        return text == "true"
    if kind is int:
        if not re.fullmatch(r"-?\d{1,15}", text):
            raise refused(f"Invalid integer: {text}", place, "parameter_invalid_integer")
        return int(text)
    if len(text) > 5000:
        raise refused(f"Invalid string: {place}; must be at most 5000 characters", place)
    return text


def _read_metadata(value: Any, place: str) -> dict[str, str]:
    if value == "":
        return {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise refused("Metadata must be a hash of strings", place)
    if len(value) > 50 or any(len(name) > 40 or len(text) > 500 for name, text in value.items()):
        message = "Metadata takes 50 keys of at most 40 characters with values of at most 500"
        raise StripeRefusal(400, message, param=place)
    return dict(value)


def merge_metadata(old: Mapping[str, str], given: Mapping[str, str] | None) -> dict[str, str]:
    """Names given replace those there; an empty text takes a name away."""
    return {name: text for name, text in {**old, **(given or {})}.items() if text != ""}
