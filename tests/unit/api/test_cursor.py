"""Cursors survive the trip and believe nothing."""

from __future__ import annotations

import base64
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadledger.errors import InvalidParameter
from leadledger.leads.cursor import Cursor
from leadledger.leads.filters import Group, LeadFilter, LeadSearch
from leadledger.leads.sorting import KEYS

FINGERPRINT = LeadFilter(trade=["roofing"]).fingerprint()


@given(st.integers(-(2**63), 2**63 - 1), st.uuids(), st.integers(0, 5000), st.booleans())
def test_cursor_comes_back_as_it_went(rank_key: int, lead_id: UUID, total: int, is_exact: bool) -> None:
    cursor = Cursor(rank_key, lead_id, FINGERPRINT, total, is_exact)
    assert Cursor.decode(cursor.encode(), FINGERPRINT) == cursor


@given(st.text(max_size=80))
def test_any_text_is_a_cursor_of_ours_or_refused(text: str) -> None:
    with pytest.raises(InvalidParameter):
        Cursor.decode(text, FINGERPRINT)


LEAD_ID = "6f1d3c5e-7f7f-4b39-9d1c-0f6a3f0f5a10"


@pytest.mark.parametrize(
    "parts",
    [
        [2**63, LEAD_ID, FINGERPRINT, 1, True, "w"],
        ["1", LEAD_ID, FINGERPRINT, 1, True, "w"],
        [1.5, LEAD_ID, FINGERPRINT, 1, True, "w"],
        [1, "x", FINGERPRINT, 1, True, "w"],
        [1, 7, FINGERPRINT, 1, True, "w"],
        [1, LEAD_ID, FINGERPRINT, -1, True, "w"],
        [1, LEAD_ID, FINGERPRINT, 1, "yes", "w"],
        [1, LEAD_ID, FINGERPRINT, 2**40, True, "w"],
        [1, LEAD_ID, FINGERPRINT, 1, True, "x"],
        [1, LEAD_ID, FINGERPRINT, 1, True, []],
        [True, LEAD_ID, FINGERPRINT, 1, True, "w"],
        [1, LEAD_ID, None, 1, True, "w"],
        [1, LEAD_ID, FINGERPRINT, 1, True],
        {"key": 1},
        7,
    ],
)
def test_changed_cursor_is_refused(parts: object) -> None:
    text = base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")
    with pytest.raises(InvalidParameter):
        Cursor.decode(text, FINGERPRINT)


def test_key_that_no_lead_has_in_this_order_is_refused() -> None:
    text = Cursor(-5, UUID(LEAD_ID), FINGERPRINT, 1, is_total_exact=True).encode()
    assert Cursor.decode(text, FINGERPRINT, KEYS["score"]).key == -5
    with pytest.raises(InvalidParameter):
        Cursor.decode(text, FINGERPRINT, KEYS["newest"])


def test_fingerprint_knows_the_question_not_the_page() -> None:
    asked = LeadFilter(trade=["roofing", "hvac"], limit=10)
    assert asked.fingerprint() == LeadFilter(trade=["hvac", "roofing", "hvac"], limit=50, cursor="abc").fingerprint()
    assert asked.fingerprint() != LeadFilter(trade=["roofing"]).fingerprint()
    assert asked.fingerprint() != LeadFilter(trade=["roofing", "hvac"], openness=["open"]).fingerprint()
    assert asked.fingerprint() != LeadFilter(trade=["roofing", "hvac"], sort="newest").fingerprint()


def test_fingerprint_knows_groups_and_areas() -> None:
    square = {"type": "Polygon", "coordinates": [[[-98, 30], [-97, 30], [-97, 31], [-98, 30]]]}
    turned = {"type": "Polygon", "coordinates": [[[-97, 30], [-98, 30], [-97, 31], [-97, 30]]]}
    one = LeadSearch(any=[Group(trade=["roofing", "hvac"])], polygon=square)
    assert one.fingerprint() == LeadSearch(any=[Group(trade=["hvac", "roofing"])], polygon=square).fingerprint()
    assert one.fingerprint() != LeadSearch(any=[Group(trade=["hvac", "roofing"])], polygon=turned).fingerprint()
    assert one.fingerprint() != LeadSearch(all=[Group(trade=["hvac", "roofing"])], polygon=square).fingerprint()
    assert LeadSearch().fingerprint() == LeadFilter().fingerprint()
