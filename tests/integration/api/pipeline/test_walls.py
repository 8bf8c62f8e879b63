"""Who sees claims, names and history, and who may change them: through the API and in the database."""

from __future__ import annotations

import httpx
import psycopg
import pytest

from leadledger.database import Database
from tests.integration.api.people import Person, enter, give_key
from tests.integration.api.pipeline.claiming import SQL, at, claim, colleague, move


def test_names_are_shown_to_the_account_that_claimed_and_only_as_long(
    client: httpx.Client, db: psycopg.Connection, person: Person
) -> None:
    held = claim(person)
    detail = person.ask("GET", f"/api/claims/{held['claim_id']}").json()
    number = detail["lead"]["permit_num"].removeprefix("P-")
    assert detail["people"] == {
        "owner_name": f"PERSON OWNER {number}",
        "applicant_name": f"PERSON APPLICANT {number}",
        "contractor_full_name": f"PERSON CONTRACTOR {number}",
    }
    assert db.execute(SQL["first_looks"], held).fetchone() == (1,)
    person.ask("GET", f"/api/claims/{held['claim_id']}")
    assert db.execute(SQL["first_looks"], held).fetchone() == (1,)
    assert person.ask("GET", "/api/claims").text.count("PERSON") == 0
    of_lead = person.ask("GET", f"/api/leads/{held['lead_id']}").json()["claim"]
    assert of_lead == {
        "claim_id": held["claim_id"],
        "stage": "new",
        "assigned_to": None,
        "people": detail["people"],
    }
    stranger = enter(client)
    assert stranger.ask("GET", f"/api/leads/{held['lead_id']}").json()["claim"] is None
    assert person.ask("DELETE", f"/api/claims/{held['claim_id']}").status_code == 204
    closed = person.ask("GET", f"/api/leads/{held['lead_id']}")
    assert closed.json()["claim"] is None
    assert "PERSON" not in closed.text
    assert enter(client).ask("GET", f"/api/claims/{held['claim_id']}").status_code == 404


def test_viewers_look_and_do_not_touch(client: httpx.Client, db: psycopg.Connection, person: Person) -> None:
    viewer = colleague(client, db, person, "viewer")
    held = claim(person)
    assert viewer.ask("GET", f"/api/claims/{held['claim_id']}", headers=at(person)).status_code == 200
    body = {"version": 1, "stage": "contacted"}
    for method, path, sent in (
        ("POST", f"/api/claims/{held['claim_id']}/moves", body),
        ("POST", f"/api/claims/{held['claim_id']}/notes", {"body": "x"}),
        ("POST", f"/api/claims/{held['claim_id']}/tasks", {"title": "x"}),
        ("POST", "/api/claims", {"lead_id": held["lead_id"]}),
    ):
        assert viewer.ask(method, path, json=sent, headers=at(person)).status_code == 403
    assert viewer.ask("DELETE", f"/api/claims/{held['claim_id']}", headers=at(person)).status_code == 403


def test_key_that_only_reads_moves_nothing(client: httpx.Client, db: psycopg.Connection, person: Person) -> None:
    held = claim(person)
    key = {"Authorization": f"Bearer {give_key(db, person, 'read')}"}
    assert client.get(f"/api/claims/{held['claim_id']}", headers=key).status_code == 200
    body = {"version": 1, "stage": "contacted"}
    answer = client.post(f"/api/claims/{held['claim_id']}/moves", json=body, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_other_accounts_find_nothing(client: httpx.Client, person: Person) -> None:
    stranger = enter(client)
    held = claim(person)
    path = f"/api/claims/{held['claim_id']}"
    note = person.ask("POST", f"{path}/notes", json={"body": "ours"}).json()
    task = person.ask("POST", f"{path}/tasks", json={"title": "ours"}).json()
    for method, where, body in (
        ("GET", path, None),
        ("PATCH", path, {"version": 1, "assigned_to": None}),
        ("POST", f"{path}/moves", {"version": 1, "stage": "contacted"}),
        ("DELETE", path, None),
        ("GET", f"{path}/notes", None),
        ("POST", f"{path}/notes", {"body": "theirs"}),
        ("DELETE", f"{path}/notes/{note['note_id']}", None),
        ("POST", f"{path}/tasks", {"title": "theirs"}),
        ("PATCH", f"/api/tasks/{task['task_id']}", {"version": 1, "title": "theirs"}),
        ("DELETE", f"/api/tasks/{task['task_id']}", None),
    ):
        answer = stranger.ask(method, where, **({} if body is None else {"json": body}))
        assert answer.status_code == 404, (method, where, answer.text)
    assert stranger.ask("GET", "/api/claims").json()["items"] == []
    assert stranger.ask("GET", "/api/tasks", params={"claim_id": held["claim_id"]}).json()["items"] == []


def test_wall_stands_for_direct_sql(
    place: tuple[httpx.Client, psycopg.Connection, str], client: httpx.Client, person: Person
) -> None:
    """As Supabase's REST would ask: other people's claims are not seen, not changed, and give no names away."""
    held, stranger = claim(person), enter(client)
    database = Database(place[2], size=1)
    database.open()
    claims = {"sub": str(stranger.user_id), "role": "authenticated"}
    about = {**held, "account_id": person.account_id, "stranger_account_id": stranger.account_id}
    try:
        for statement in ("see_claims", "see_moves", "see_outcomes", "see_people", "move_claim"):
            with database.acting_as("authenticated", claims) as conn:
                assert conn.execute(SQL[statement], about).fetchall() == [], statement
        for statement in ("note_elsewhere", "task_elsewhere", "forge_move", "forge_outcome", "forge_facts", "names"):
            with (
                pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ForeignKeyViolation)),
                database.acting_as("authenticated", claims) as conn,
            ):
                conn.execute(SQL[statement], about)
    finally:
        database.close()


def test_direct_change_cannot_leave_the_list_of_moves(db: psycopg.Connection, person: Person) -> None:
    held = claim(person)
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute(SQL["jump_to_won"], held)
    for statement in ("forget_moves", "forget_outcomes"):
        move(person, held, "contacted")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(SQL[statement], held)


def test_history_goes_with_its_account(db: psycopg.Connection, person: Person) -> None:
    held = claim(person)
    move(person, held, "contacted")
    db.execute(SQL["close_account"], {"account_id": person.account_id})
    assert db.execute(SQL["count_history"], held).fetchone() == (0, 0)


def test_every_write_is_audited_without_what_was_written(db: psycopg.Connection, person: Person) -> None:
    held = claim(person)
    person.ask("POST", f"/api/claims/{held['claim_id']}/notes", json={"body": "secret of a neighbour"})
    person.ask("POST", f"/api/claims/{held['claim_id']}/tasks", json={"title": "secret title"})
    move(person, held, "contacted")
    entries = db.execute(SQL["audit"], {"account_id": person.account_id}).fetchall()
    assert [action for action, _ in entries] == ["claims.insert", "notes.insert", "tasks.insert", "claims.update"]
    assert "secret" not in str(entries)
