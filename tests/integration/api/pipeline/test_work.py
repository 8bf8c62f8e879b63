"""Notes, tasks, and who works on what."""

from __future__ import annotations

from uuid import uuid4

import httpx
import psycopg

from tests.integration.api.people import Person, enter
from tests.integration.api.pipeline.claiming import at, claim, colleague


def test_work_is_given_to_who_may_work(client: httpx.Client, db: psycopg.Connection, person: Person) -> None:
    worker, viewer = colleague(client, db, person, "member"), colleague(client, db, person, "viewer")
    held = claim(person)
    path = f"/api/claims/{held['claim_id']}"
    for nobody in (viewer.user_id, enter(client).user_id, uuid4()):
        answer = person.ask("PATCH", path, json={"version": 1, "assigned_to": str(nobody)})
        assert (answer.status_code, answer.json()["field"]) == (422, "assigned_to")
    given = person.ask("PATCH", path, json={"version": 1, "assigned_to": str(worker.user_id)}).json()
    assert given["assigned_to"] == str(worker.user_id)
    mine = worker.ask("GET", "/api/claims", params={"assigned_to": "me"}, headers=at(person)).json()
    assert [one["claim_id"] for one in mine["items"]] == [held["claim_id"]]
    change = {"role": "viewer"}
    assert person.ask("PATCH", f"/api/account/members/{worker.user_id}", json=change).status_code == 200
    assert person.ask("GET", path).json()["assigned_to"] is None
    assert person.ask("GET", "/api/claims", params={"assigned_to": "nobody"}).json()["items"]


def test_work_of_who_leaves_is_nobodys(client: httpx.Client, db: psycopg.Connection, person: Person) -> None:
    worker = colleague(client, db, person, "member")
    held = claim(person)
    body = {"title": "Call", "assigned_to": str(worker.user_id)}
    task = person.ask("POST", f"/api/claims/{held['claim_id']}/tasks", json=body).json()
    assert person.ask("DELETE", f"/api/account/members/{worker.user_id}").status_code == 204
    listed = person.ask("GET", "/api/tasks").json()["items"]
    assert [(one["task_id"], one["assigned_to"]) for one in listed] == [(task["task_id"], None)]


def test_notes_are_written_read_and_removed_by_their_writer(
    client: httpx.Client, db: psycopg.Connection, person: Person
) -> None:
    writer, other = colleague(client, db, person, "member"), colleague(client, db, person, "member")
    path = f"/api/claims/{claim(person)['claim_id']}/notes"
    note = writer.ask("POST", path, json={"body": "Gate code 7\nring twice"}, headers=at(person)).json()
    listed = other.ask("GET", path, headers=at(person)).json()["items"]
    assert [(one["body"], one["written_by"]) for one in listed] == [("Gate code 7\nring twice", str(writer.user_id))]
    assert other.ask("DELETE", f"{path}/{note['note_id']}", headers=at(person)).status_code == 404
    assert person.ask("DELETE", f"{path}/{note['note_id']}").status_code == 204
    for bad in ("", "  ", "a\x00b", "x" * 4_001):
        assert person.ask("POST", path, json={"body": bad}).status_code == 422


def test_tasks_come_by_due_day_and_say_what_is_late(person: Person) -> None:
    path = f"/api/claims/{claim(person)['claim_id']}/tasks"
    for title, due in (("no day", None), ("late", "2020-01-01"), ("later", "2199-01-01"), ("also late", "2020-01-02")):
        body = {"title": title} | ({"due_date": due} if due else {})
        assert person.ask("POST", path, json=body).status_code == 201
    titles, cursor = [], None
    while True:
        asked = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = person.ask("GET", "/api/tasks", params=asked).json()
        titles += [(one["title"], one["is_overdue"]) for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert titles == [("late", True), ("also late", True), ("later", False), ("no day", False)]
    due = person.ask("GET", "/api/tasks", params={"due_until": "2020-01-01"}).json()["items"]
    assert [one["title"] for one in due] == ["late"]
    assert person.ask("GET", "/api/tasks", params={"due_until": "1577836800"}).status_code == 400


def test_task_changes_once_for_each_version(person: Person) -> None:
    path = f"/api/claims/{claim(person)['claim_id']}/tasks"
    task = person.ask("POST", path, json={"title": "Send the quote", "due_date": "2026-12-01"}).json()
    one = f"/api/tasks/{task['task_id']}"
    changed = person.ask("PATCH", one, json={"version": 1, "due_date": None, "is_done": True}).json()
    assert (changed["due_date"], changed["title"], changed["version"]) == (None, "Send the quote", 2)
    assert changed["done_at"] is not None
    stale = person.ask("PATCH", one, json={"version": 1, "title": "Other"})
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    assert person.ask("PATCH", one, json={"version": 2}).status_code == 422
    assert person.ask("GET", "/api/tasks", params={"is_done": True}).json()["items"][0]["task_id"] == task["task_id"]
    assert person.ask("DELETE", one).status_code == 204
    assert person.ask("DELETE", one).status_code == 404
