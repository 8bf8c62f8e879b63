"""Ids and hashes are the same on every machine: they are written down here, not computed."""

from __future__ import annotations

import uuid

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from permit_leads.permit import PERMIT_SCHEMA
from permit_leads.store.identity import NAMESPACE, content_hashes, permit_ids


def permits(**values: object) -> pl.DataFrame:
    row = {name: values.get(name) for name in PERMIT_SCHEMA}
    return pl.DataFrame([row], schema=PERMIT_SCHEMA)


@given(st.text(max_size=30))
def test_permit_id_is_the_uuid5_of_dataset_and_key(key: str) -> None:
    expected = uuid.uuid5(uuid.uuid5(NAMESPACE, "austin_issued_permits"), key)
    assert permit_ids("austin_issued_permits", pl.Series([key])).to_list() == [str(expected)]


def test_permit_id_never_changes_between_releases() -> None:
    ids = permit_ids("austin_issued_permits", pl.Series(["2015-065432 BP"])).to_list()
    assert ids == ["6acdd680-69db-5cc9-9738-d1f07209d1e5"]


def test_content_hash_ignores_where_the_row_stood() -> None:
    here = permits(permit_key="1", permit_num="1", page_sha256="aa", page_row=3)
    there = permits(permit_key="1", permit_num="1", page_sha256="bb", page_row=9)
    assert content_hashes(here).to_list() == content_hashes(there).to_list()


def test_content_hash_tells_nothing_said_from_an_empty_answer() -> None:
    silent = permits(permit_num="1", description=None)
    blank = permits(permit_num="1", description="")
    assert content_hashes(silent).to_list() != content_hashes(blank).to_list()


def test_content_hash_keeps_neighbouring_fields_apart() -> None:
    one = permits(permit_num="1", permit_type="AB", permit_type_desc="C")
    other = permits(permit_num="1", permit_type="A", permit_type_desc="BC")
    assert content_hashes(one).to_list() != content_hashes(other).to_list()


def test_content_hash_is_the_same_whoever_else_is_on_the_page() -> None:
    silent, telling = permits(permit_num="1"), permits(permit_num="2", description="new roof", latitude=30.25)
    together = content_hashes(pl.concat([silent, telling])).to_list()
    assert together == [*content_hashes(silent), *content_hashes(telling)]


def test_no_permits_have_no_content_hashes() -> None:
    assert content_hashes(permits().clear()).to_list() == []
