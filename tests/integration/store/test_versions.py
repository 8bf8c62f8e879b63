"""What was known at any instant, and what changed between two versions."""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg
import pytest

from permit_leads.store.versions import (
    FieldChange,
    UnknownVersion,
    diff,
    leads_as_of,
    permits_as_of,
    versions_of,
)
from tests.integration.store.test_permits import NOW, permits, run

HOUR = timedelta(hours=1)


@pytest.fixture
def roof(conn: psycopg.Connection) -> psycopg.Connection:
    """One permit: learned at noon, changed an hour later, finaled another hour later; and one of the second hour."""
    run(conn, permits(("1", "new roof")), recorded_at=NOW)
    run(conn, permits(("1", "new roof, two storeys"), ("2", "roof")), recorded_at=NOW + HOUR)
    run(conn, permits(("1", "new roof, finaled")), openness="closed", recorded_at=NOW + 2 * HOUR)
    return conn


def descriptions(conn: psycopg.Connection, at: datetime) -> dict[object, object]:
    return {one.fields["permit_num"]: one.fields["description"] for one in permits_as_of(conn, at)}


def test_permits_are_given_as_they_were_known(roof: psycopg.Connection) -> None:
    assert descriptions(roof, NOW - timedelta(seconds=1)) == {}
    assert descriptions(roof, NOW) == {"1": "new roof"}
    assert descriptions(roof, NOW + HOUR * 1.5) == {"1": "new roof, two storeys", "2": "roof"}
    assert descriptions(roof, NOW + HOUR * 9) == {"1": "new roof, finaled", "2": "roof"}


def test_leads_are_given_as_they_were(roof: psycopg.Connection) -> None:
    opened = {at: sorted(str(one.fields["openness"]) for one in leads_as_of(roof, NOW + HOUR * at)) for at in range(4)}
    assert opened == {0: ["open"], 1: ["open", "open"], 2: ["closed", "open"], 3: ["closed", "open"]}
    assert leads_as_of(roof, NOW - HOUR) == []


def test_any_two_versions_can_be_compared(roof: psycopg.Connection) -> None:
    (first,) = permits_as_of(roof, NOW)
    assert [one.version for one in versions_of(roof, first.permit_id)] == [1, 2, 3]
    assert diff(roof, first.permit_id, 1, 3) == [FieldChange("description", "new roof", "new roof, finaled")]
    assert diff(roof, first.permit_id, 2, 2) == []


def test_version_that_never_was_is_named(roof: psycopg.Connection) -> None:
    (first,) = permits_as_of(roof, NOW)
    with pytest.raises(UnknownVersion, match="no version 7; it has 1, 2, 3"):
        diff(roof, first.permit_id, 1, 7)


def test_states_can_be_asked_page_by_page(roof: psycopg.Connection) -> None:
    (one,) = permits_as_of(roof, NOW + HOUR, limit=1)
    (other,) = permits_as_of(roof, NOW + HOUR, after=one.permit_id)
    assert one.permit_id < other.permit_id
    assert permits_as_of(roof, NOW + HOUR, permit_ids=[other.permit_id]) == [other]
    assert permits_as_of(roof, NOW + HOUR, dataset_id="elsewhere") == []
