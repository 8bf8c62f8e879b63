"""The row ids of a Socrata page, however the portal lays it out."""

from __future__ import annotations

import pytest

from permit_leads.fetch.socrata import row_ids


@pytest.mark.parametrize(
    "body",
    [
        b'[{":id":"row-1","a":"x"}\n,{":id":"row-2"}\n]\n',
        b'[{"a":"x",":id":"row-1"}\n,{":id":"row-2"}\n]\n',
        b'[{":id":"row-1"},{":id":"row-2"}]',
        b'[\n{":id":"row-1"},\n{":id":"row-2","a":"\\n,{\\":id\\":\\"row-3\\""}]',
    ],
)
def test_an_id_reads_the_same_wherever_it_stands(body: bytes) -> None:
    assert row_ids(body, 2) == [b'"row-1"', b'"row-2"']


def test_numbers_as_ids_and_escaped_ones_are_found_as_well() -> None:
    assert row_ids(b'[{":id":1}\n,{":id":"a\\"b"}\n]\n', 2) == [b"1", b'"a\\"b"']
    assert row_ids(b'[{"a":"x"}\n]\n', 1) == []
