"""Rows of JSON: the fast reading gives exactly what the exact one gives, and both give what was published."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from permit_leads.fetch import json_rows
from permit_leads.fetch.json_lines import OddLayout
from permit_leads.fetch.json_rows import count_objects, read_objects, read_objects_exactly
from permit_leads.fetch.json_text import BrokenJson


def page(*rows: str) -> bytes:
    """Socrata's layout: one object a line, a newline before each comma."""
    return ("[" + "\n,".join(rows) + "]\n").encode() if not rows else ("[" + "\n,".join(rows) + "\n]\n").encode()


def is_read_fast(body: bytes) -> bool:
    try:
        json_rows._read_fast("some_city", body)
    except OddLayout:
        return False
    return True


# Numbers as publishers write them, not as a program would.
NUMBERS = st.one_of(
    st.integers(min_value=-(10**20), max_value=10**20).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["1.10", "0.0", "-0", "1E6", "1e+06", "2.50E-3", "30.250", "1000010100.00000000"]),
)
TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(
        [
            '6\\": tall',
            'he said "x":{1}',
            "{",
            "}",
            '","b":"',
            '":',
            "\\",
            "a\nb",
            "\n,{",
            "null",
            "🏠",
            "😀",
            ": x",
            ":{a",
            ":[1]",
            ":1",
            ":",
            ",",
            "[",
        ]
    ),
)


@st.composite
def values(draw: st.DrawFn) -> str:
    """The JSON text of one value."""
    kind = draw(st.sampled_from(["text", "escaped", "number", "bool", "null", "url", "point", "list", "deep"]))
    if kind == "number":
        return draw(NUMBERS)
    if kind in ("bool", "null"):
        return "null" if kind == "null" else draw(st.sampled_from(["true", "false"]))
    if kind == "url":
        return f'{{"url":{json.dumps(draw(TEXTS), ensure_ascii=False)}}}'
    if kind == "point":
        return f'{{"type":"Point","coordinates":[{draw(NUMBERS)},{draw(NUMBERS)}]}}'
    if kind == "list":
        return f"[{draw(NUMBERS)}, {json.dumps(draw(TEXTS))}]"
    if kind == "deep":
        return f'{{"a":{{"b":[{draw(NUMBERS)}]}},"c":"}}"}}'
    return json.dumps(draw(TEXTS), ensure_ascii=kind == "escaped")


NAMES = st.sampled_from(["permit_number", "issue_date", ":id", ":total", "a", "b", "straße", "x y", 'quo"te'])
ROWS = st.lists(st.dictionaries(NAMES, values(), max_size=5), max_size=8)


def as_body(rows: list[dict[str, str]]) -> bytes:
    return page(*("{" + ",".join(f"{json.dumps(k)}:{v}" for k, v in row.items()) + "}" for row in rows))


@given(ROWS)
@settings(max_examples=80)
@example([{"a": '"x\\":{oops"', "b": "1.10"}, {"b": '"y"'}])
@example([{"a": '"ends in \\":"'}, {"b": "1"}])
@example([{"a": "true"}, {":total": '{"url":""}'}])
@example([{"a": '"\\ud83d"'}, {"a": '"\\ud83d\\ude00"'}])
def test_fast_and_exact_reading_are_the_same(rows: list[dict[str, str]]) -> None:
    body = as_body(rows)
    assert_frame_equal(read_objects("some_city", body), read_objects_exactly(body))


@given(ROWS)
@settings(max_examples=60)
def test_every_row_that_says_something_is_counted_and_read(rows: list[dict[str, str]]) -> None:
    body = as_body(rows)
    frame = read_objects("some_city", body)
    assert count_objects(body) == len(rows)
    assert frame.height == (len(rows) if frame.width else 0)


@pytest.mark.parametrize("number", ["1.10", "1E6", "1000010100.00000000", "-0", "12345678901234567890123", "0.1e-7"])
def test_numbers_keep_the_digits_that_were_published(number: str) -> None:
    body = page(f'{{"a":{number}}}', f'{{"a":{{"b":{number}}}}}')
    assert read_objects("some_city", body)["a"].to_list() == [number, f'{{"b":{number}}}']
    assert is_read_fast(body)


def test_what_one_row_lacks_is_null_even_when_the_first_rows_lack_it() -> None:
    body = page('{"a":"1"}', "{}", '{"b":"","a":"2"}')
    frame = read_objects("first_seen", body)
    assert frame.to_dict(as_series=False) == {"a": ["1", None, "2"], "b": [None, None, ""]}
    assert is_read_fast(body)


def test_a_column_learned_from_an_earlier_page_does_not_appear_in_a_later_one() -> None:
    read_objects("learning", page('{"a":"1","b":"2"}'))
    assert read_objects("learning", page('{"a":"1"}')).columns == ["a"]


def test_a_column_that_no_earlier_page_had_is_found() -> None:
    read_objects("growing", page('{"a":"1"}'))
    assert read_objects("growing", page('{"a":"1"}', '{"a":"1","c":"3"}')).columns == ["a", "c"]


def test_nested_values_come_as_compact_json() -> None:
    body = page('{"p": {"type": "Point",\t"coordinates": [ -97.760, 30.25 ] }, "u":{"url":"https://x/a b"}}')
    (row,) = read_objects("some_city", body).to_dicts()
    assert row == {"p": '{"type":"Point","coordinates":[-97.760,30.25]}', "u": '{"url":"https://x/a b"}'}


def test_socratas_real_layout_is_read_the_fast_way() -> None:
    first = (
        '{":id":"row-1~2",":created_at":"2026-03-08T01:00:00.000Z","a":": see above",'
        '"permit_number":"2026-000101 BP","issue_date":"2026-03-08T00:00:00.000",'
        '"link":{"url":"https://example.invalid/p/101"},"location":{"type":"Point","coordinates":[-97.76,30.25]}}'
    )
    rows = (first, '{"permit_number":"2026-000102 EP","description":"5\\" pipe, \\"new\\""}')
    assert is_read_fast(page(*rows))
    assert is_read_fast(b"[" + ",".join(rows).encode() + b"]")


@pytest.mark.parametrize("body", [b"[]\n", b"[ ]", b"\xef\xbb\xbf[]"])
def test_an_empty_page_has_no_rows(body: bytes) -> None:
    assert read_objects("some_city", body).shape == (0, 0)
    assert count_objects(body) == 0


@pytest.mark.parametrize(
    "body",
    [
        b'[{"a":"1"}\n,{"a":"2"',
        b'[{"a":"1"}\n,{"a":[1]',
        b'{"a":"1"}',
        b'[{"a":"1"},2]',
        b'[{"a":"caf\xe9"}\n]\n',
        b"",
        b"<html>",
        b'[{"a":"1"}\n]\n[]',
    ],
)
def test_what_is_no_whole_array_of_objects_is_broken(body: bytes) -> None:
    with pytest.raises(BrokenJson):
        read_objects("some_city", body)


def test_columns_are_texts_in_the_order_of_their_names() -> None:
    frame = read_objects("some_city", page('{"b":1,"a":true,"c":"x"}'))
    assert frame.schema == {"a": pl.String(), "b": pl.String(), "c": pl.String()}
    assert frame.row(0) == ("true", "1", "x")


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d", "\ufffd"),
        (r"\ude00\ud83d", "\ufffd\ufffd"),
        (r"\\ud83d", r"\ud83d"),
        (r"\\\ud83dx", "\\\ufffdx"),
    ],
)
def test_half_a_surrogate_pair_becomes_the_replacement_character(escaped: str, text: str) -> None:
    assert read_objects("some_city", page(f'{{"a":"{escaped}"}}'))["a"].to_list() == [text]
