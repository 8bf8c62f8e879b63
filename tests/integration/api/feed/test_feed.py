"""The feed through the API: a reader who follows its cursor misses nothing, and can rebuild what we hold."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import psycopg
import pytest

from benchmarks.copy_of_us import Copy
from leadledger.app import create_app
from leadledger.feed.models import LeadRecord, PermitRecord
from leadledger.feed.records import add_records
from leadledger.responses import json_response
from permit_leads.permit import FIELDS
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import Person, enter
from tests.integration.store.test_events import publish
from tests.integration.store.test_permits import permits, run

PERSONAL = {field.name for field in FIELDS if field.is_personal}


@pytest.fixture(scope="module")
def place(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, httpx.Client]]:
    """A served API and its database."""
    for url in _fresh_database(template_database):
        settings = make_settings(as_api(url), tmp_path_factory.mktemp("home"))
        with serve(create_app(settings)) as client:
            yield url, client


@pytest.fixture(scope="module")
def reader(place: tuple[str, httpx.Client]) -> Person:
    return enter(place[1])


@pytest.fixture
def db(place: tuple[str, httpx.Client]) -> Iterator[psycopg.Connection]:
    with closing(psycopg.connect(place[0])) as conn:
        yield conn


def read(reader: Person, **query: Any) -> dict[str, Any]:
    answer = reader.ask("GET", "/api/events", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def newest(reader: Person) -> int:
    return int(read(reader, limit=1)["newest_event_id"])


def follow(reader: Person, after: int, **query: Any) -> Iterator[dict[str, Any]]:
    """Pages until there is no more."""
    has_more = True
    while has_more:
        page = read(reader, after=after, **query)
        yield page
        after, has_more = page["next_after"], page["has_more"]


def test_reader_rebuilds_what_we_hold(reader: Person, db: psycopg.Connection) -> None:
    run(db, permits(*((str(at), "new roof") for at in range(260))))
    run(db, permits(*((str(at), "new roof and gutters") for at in range(120))))
    run(db, permits(*((str(at), "finaled") for at in range(40))), openness="closed")
    run(db, permits(*((str(at), "water heater") for at in range(30, 60))), trade="plumbing")
    db.commit()
    copy = Copy()
    for page in follow(reader, 0, include="record"):
        copy.apply(page["events"])
    state = reader.ask("GET", "/api/events/state").json()
    assert state.pop("newest_event_id") == newest(reader)
    assert copy.state() == state
    assert state["permits"]["count"] == 260
    events = db.execute(
        "select permit_id, null::uuid as lead_id from permits union all select permit_id, lead_id from leads"
    )
    ours = add_records(db, [{"permit_id": permit_id, "lead_id": lead_id} for permit_id, lead_id in events])
    held = {
        str(one["lead_id"] or one["permit_id"]): one["record"] for one in json.loads(bytes(json_response(ours).body))
    }
    assert {**copy.permits, **copy.leads} == held


def test_lost_event_shows_in_the_hash(reader: Person, db: psycopg.Connection) -> None:
    start = newest(reader)
    run(db, permits(("lost", "new roof")))
    db.commit()
    copy = Copy()
    for page in follow(reader, 0, include="record"):
        copy.apply(event for event in page["events"] if event["event_id"] != start + 1)
    state = reader.ask("GET", "/api/events/state").json()
    assert copy.state()["permits"] != state["permits"]
    assert copy.state()["leads"] == state["leads"]


def test_event_that_is_not_committed_yet_is_not_stepped_over(reader: Person, db: psycopg.Connection) -> None:
    start = newest(reader)
    ids = publish(db, 3)
    page = read(reader, after=start)
    assert (page["events"], page["next_after"], page["has_more"]) == ([], start, False)
    db.commit()
    page = read(reader, after=page["next_after"])
    assert [event["permit_id"] for event in page["events"]] == [str(one) for one in ids]
    assert all(event["record"] is None and event["lead_id"] is None for event in page["events"])


def test_pages_fit_together_across_blocks(reader: Person, db: psycopg.Connection) -> None:
    start = newest(reader)
    ids = [str(one) for count in (70, 1, 150) for one in publish(db, count)]
    db.commit()
    seen = [event["permit_id"] for page in follow(reader, start, limit=64) for event in page["events"]]
    assert seen == ids


def test_reader_of_one_kind_moves_on_where_nothing_fits(reader: Person, db: psycopg.Connection) -> None:
    start = newest(reader)
    run(db, permits(("kinds", "new roof")))
    db.commit()
    page = read(reader, after=start, kind="lead.created")
    assert [event["kind"] for event in page["events"]] == ["lead.created"]
    assert page["next_after"] == page["newest_event_id"] == newest(reader)
    page = read(reader, after=start, dataset_id="elsewhere")
    assert (page["events"], page["next_after"]) == ([], page["newest_event_id"])


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ({"after": "9223372036854775807"}, "after", "but the newest event is"),
        ({"after": "-1"}, "after", "greater than or equal to 0"),
        ({"after": "9223372036854775808"}, "after", "less than or equal to"),
        ({"after": "soon"}, "after", "valid integer"),
        ({"limit": "101"}, "limit", "less than or equal to 100"),
        ({"kind": "permit.eaten"}, "kind", "'permit.created'"),
        ({"include": "everything"}, "include", "'record'"),
        ({"since": "1"}, "since", "unknown parameter"),
    ],
)
def test_wrong_question_is_told(reader: Person, query: dict[str, str], field: str, says: str) -> None:
    answer = reader.ask("GET", "/api/events", params=query)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert says in answer.json()["message"]


def test_records_show_every_field_that_may_be_shown_and_no_name_of_a_person(
    reader: Person, db: psycopg.Connection
) -> None:
    start = newest(reader)
    run(db, permits(("whole", "new roof")))
    db.commit()
    permit, lead = read(reader, after=start, include="record")["events"]
    assert set(permit["record"]) == set(PermitRecord.model_fields)
    assert set(lead["record"]) == set(LeadRecord.model_fields)
    assert {field.name for field in FIELDS} - set(permit["record"]) == PERSONAL
    assert (permit["record"]["description"], lead["record"]["reasons"]) == ("new roof", [["base", 10, None]])


def test_state_of_some_datasets_counts_only_those(reader: Person) -> None:
    state = reader.ask("GET", "/api/events/state", params={"dataset_id": "elsewhere"}).json()
    assert {key: state[key] for key in ("permits", "leads")} == Copy().state()


def test_stranger_is_told_nothing(place: tuple[str, httpx.Client]) -> None:
    for path in ("/api/events", "/api/events/state"):
        assert place[1].get(path).status_code == 401
        assert place[1].get(path, headers={"Authorization": f"Bearer {uuid.uuid4()}"}).status_code == 401
