"""Ids that one run has written are met again, however the pages cut them."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from permit_leads.store.seen import SeenIds

PAGES = st.lists(st.lists(st.integers(0, 60).map(str), max_size=12), max_size=12)


@given(PAGES)
def test_every_id_of_an_earlier_page_is_a_suspect_and_no_other(pages: list[list[str]]) -> None:
    seen, before = SeenIds(), set[str]()
    for page in pages:
        ids = pl.Series(page, dtype=pl.String)
        assert seen.suspects(ids).to_list() == [one for one in page if one in before]
        seen.add(ids)
        before.update(page)
