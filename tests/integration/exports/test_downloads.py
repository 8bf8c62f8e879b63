"""Files through the API: whole, in pieces, for members only; and who may ask for, see and end exports."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from leadledger.database import Database
from tests.conftest import as_api
from tests.integration.api.people import Person, enter, give_key, join
from tests.integration.exports.conftest import SQL, Site, ask, fetch, look


@pytest.fixture
def done(site: Site, person: Person) -> dict[str, Any]:
    export = ask(person)
    site.make(export)
    return look(person, export)


def test_whole_file_comes_as_it_is_and_says_what_it_is(person: Person, done: dict[str, Any]) -> None:
    answer = fetch(person, done, Accept_Encoding="gzip")
    assert hashlib.sha256(answer.content).hexdigest() == done["sha256"]
    digest = base64.b64encode(bytes.fromhex(done["sha256"])).decode()
    assert answer.headers["content-length"] == str(done["byte_count"])
    assert answer.headers["etag"] == f'"{done["sha256"]}"'
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert answer.headers["content-disposition"] == f'attachment; filename="{done["file_name"]}"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "content-encoding" not in answer.headers


def test_broken_download_goes_on_where_it_broke(person: Person, done: dict[str, Any]) -> None:
    whole, size = fetch(person, done), done["byte_count"]
    etag = whole.headers["etag"]
    rest = fetch(person, done, Range="bytes=1000-", If_Range=etag)
    assert (rest.status_code, rest.headers["content-range"]) == (206, f"bytes 1000-{size - 1}/{size}")
    assert whole.content[:1000] + rest.content == whole.content
    assert fetch(person, done, Range="bytes=5-9").content == whole.content[5:10]
    assert fetch(person, done, Range="bytes=-7").content == whole.content[-7:]
    assert fetch(person, done, Range=f"bytes=10-{size * 2}").content == whole.content[10:]
    other = fetch(person, done, Range="bytes=1000-", If_Range='"another file"')
    assert (other.status_code, other.content) == (200, whole.content)
    assert fetch(person, done, If_None_Match=f'"x", {etag}').status_code == 304


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "lines=1-2", "bytes=9-5", "bytes=-", "nonsense"])
def test_range_that_says_nothing_useful_gives_the_whole_file(person: Person, done: dict[str, Any], wanted: str) -> None:
    answer = fetch(person, done, Range=wanted)
    assert (answer.status_code, len(answer.content)) == (200, done["byte_count"])


@pytest.mark.parametrize("wanted", ["bytes=999999999-", "bytes=-0"])
def test_piece_behind_the_end_is_refused(person: Person, done: dict[str, Any], wanted: str) -> None:
    answer = fetch(person, done, Range=wanted)
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{done['byte_count']}"


def test_file_that_is_gone_is_said_to_be_gone(site: Site, person: Person, done: dict[str, Any]) -> None:
    for path in site.kept:
        if done["export_id"] in str(path):
            path.unlink()
    answer = fetch(person, done)
    assert (answer.status_code, answer.json()["message"]) == (
        404,
        "the file of this export is gone; ask for a new one",
    )


def test_file_that_is_given_away_is_gone_at_once(person: Person, done: dict[str, Any]) -> None:
    assert person.ask("DELETE", f"/api/exports/{done['export_id']}").status_code == 204
    assert fetch(person, done).status_code == 404
    again = person.ask("DELETE", f"/api/exports/{done['export_id']}")
    assert (again.status_code, again.json()["code"]) == (409, "export_over")


def test_downloads_are_audited_once_an_hour_for_each_person(site: Site, person: Person, done: dict[str, Any]) -> None:
    for _ in range(3):
        fetch(person, done)
    assert site.owner.execute(SQL["downloads"], done).fetchone() == (1,)
    colleague = enter(site.client)
    join(site.owner, colleague, person.account_id, "viewer")
    path = f"/api/exports/{done['export_id']}/file"
    assert colleague.ask("GET", path, headers={"X-Account-Id": str(person.account_id)}).status_code == 200
    assert site.owner.execute(SQL["downloads"], done).fetchone() == (2,)
    actions = site.owner.execute(SQL["actions"], done).fetchall()
    assert [action for action, _ in actions] == ["exports.insert", *["exports.update"] * 4]
    assert [state for _, state in actions if state] == ["queued", "running", "done"]


def test_pages_of_the_list_fit_together(person: Person) -> None:
    made = [ask(person)["export_id"] for _ in range(5)]
    first = person.ask("GET", "/api/exports", params={"limit": 3}).json()
    second = person.ask("GET", "/api/exports", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [one["export_id"] for one in (*first["items"], *second["items"])] == made[::-1]
    assert second["next_cursor"] is None


def test_eleventh_unfinished_export_is_refused(person: Person) -> None:
    for _ in range(10):
        ask(person)
    answer = person.ask("POST", "/api/exports", json={"format": "csv"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_exports")


def test_export_asked_for_twice_with_one_key_is_one(person: Person) -> None:
    once = {"Idempotency-Key": str(uuid4())}
    first, second = (person.ask("POST", "/api/exports", json={"format": "csv"}, headers=once) for _ in range(2))
    assert first.json()["export_id"] == second.json()["export_id"]
    assert len(person.ask("GET", "/api/exports").json()["items"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"format": "csv", "filter": {"limit": 5}}, "filter"),
        ({"format": "csv", "filter": {"cursor": "abc"}}, "filter"),
        ({"format": "csv", "filter": {"trade": ["rofing"]}}, "filter.trade.0"),
        ({"format": "csv", "filter": {"colour": "red"}}, "filter.colour"),
        ({"filter": {}}, "format"),
        ({"format": "csv", "columns": ["owner_name"]}, "columns"),
    ],
)
def test_export_that_cannot_be_is_refused(person: Person, body: dict[str, Any], field: str) -> None:
    answer = person.ask("POST", "/api/exports", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_other_accounts_find_nothing(site: Site, done: dict[str, Any]) -> None:
    stranger = enter(site.client)
    path = f"/api/exports/{done['export_id']}"
    answers = [stranger.ask(*asked) for asked in (("GET", path), ("GET", f"{path}/file"), ("DELETE", path))]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert stranger.ask("GET", "/api/exports").json()["items"] == []


def test_viewers_and_keys_without_the_scope_make_and_fetch_nothing(
    site: Site, person: Person, done: dict[str, Any]
) -> None:
    viewer = enter(site.client)
    join(site.owner, viewer, person.account_id, "viewer")
    here = {"X-Account-Id": str(person.account_id)}
    assert viewer.ask("POST", "/api/exports", json={"format": "csv"}, headers=here).status_code == 403
    assert viewer.ask("DELETE", f"/api/exports/{done['export_id']}", headers=here).status_code == 403
    key = {"Authorization": f"Bearer {give_key(site.owner, person, 'read', 'write')}"}
    assert site.client.get(f"/api/exports/{done['export_id']}", headers=key).status_code == 200
    assert site.client.get(f"/api/exports/{done['export_id']}/file", headers=key).status_code == 403
    assert site.client.post("/api/exports", json={"format": "csv"}, headers=key).status_code == 403


def test_wall_stands_for_direct_sql(site: Site, person: Person, done: dict[str, Any]) -> None:
    stranger = enter(site.client)
    database = Database(as_api(site.url), size=1)
    database.open()
    try:
        for statement in ("see_exports", "cancel_export", "note_download"):
            with database.acting_as("authenticated", {"sub": str(stranger.user_id), "role": "authenticated"}) as conn:
                found = conn.execute(SQL[statement], done).fetchall()
            assert found == ([(None,)] if statement == "note_download" else [])
        with (
            pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)),
            database.acting_as("authenticated", {"sub": str(person.user_id), "role": "authenticated"}) as conn,
        ):
            conn.execute(SQL["forge_done"], ask(person))
    finally:
        database.close()
    assert site.owner.execute(SQL["downloads"], done).fetchone() == (0,)
