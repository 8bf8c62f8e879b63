"""Claims and their moves through the API, also by two at once."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from leadledger.pipeline.models import REASONS
from tests.integration.api.people import Person, enter
from tests.integration.api.pipeline.claiming import SQL, at, claim, colleague, leads, move


def test_claim_shows_the_lead_and_where_it_may_move(person: Person) -> None:
    lead = leads(person)[0]
    answer = person.ask("POST", "/api/claims", json={"lead_id": lead["lead_id"]})
    made = answer.json()
    assert answer.status_code == 201
    assert (made["stage"], made["version"], made["next_stages"]) == ("new", 1, ["contacted", "lost"])
    assert made["lead"] == lead
    assert made["claimed_by"] == str(person.user_id)
    again = person.ask("POST", "/api/claims", json={"lead_id": lead["lead_id"]})
    assert (again.status_code, again.json()["claim_id"]) == (200, made["claim_id"])


def test_same_lead_claimed_at_once_is_one_claim(person: Person) -> None:
    lead_id = leads(person)[0]["lead_id"]
    seen: list[httpx.Response] = []
    threads = [
        threading.Thread(target=lambda: seen.append(person.ask("POST", "/api/claims", json={"lead_id": lead_id})))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in seen) == [200] * 5 + [201]
    assert len({answer.json()["claim_id"] for answer in seen}) == 1


def test_two_accounts_may_claim_the_same_lead(client: httpx.Client, person: Person) -> None:
    lead_id = leads(person)[0]["lead_id"]
    assert claim(person, lead_id)["claim_id"] != claim(enter(client), lead_id)["claim_id"]


def test_sold_work_and_unknown_leads_cannot_be_claimed(person: Person) -> None:
    taken = leads(person, openness="taken")[0]
    answer = person.ask("POST", "/api/claims", json={"lead_id": taken["lead_id"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "lead_not_open")
    answer = person.ask("POST", "/api/claims", json={"lead_id": str(uuid4())})
    assert (answer.status_code, answer.json()["field"]) == (404, "lead_id")


def test_claim_goes_its_way_to_won_and_leaves_history_and_outcomes(person: Person, db: psycopg.Connection) -> None:
    held = claim(person)
    for stage, more in (("contacted", {}), ("quoted", {"amount_cents": 950_000}), ("won", {"reason": "trust"})):
        answer = move(person, held, stage, **more)
        assert answer.status_code == 200, answer.text
        held = answer.json()
    assert (held["stage"], held["amount_cents"], held["reason"], held["version"]) == ("won", 950_000, "trust", 4)
    detail = person.ask("GET", f"/api/claims/{held['claim_id']}").json()
    assert [one["to_stage"] for one in detail["moves"]] == ["won", "quoted", "contacted", "new"]
    outcomes = db.execute(SQL["outcomes"], held).fetchall()
    assert outcomes == [("contacted", None, None), ("quoted", None, 950_000), ("won", "trust", 950_000)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"stage": "won"}, 409, "move_not_allowed"),
        ({"stage": "quoted"}, 409, "move_not_allowed"),
        ({"stage": "lost"}, 422, "invalid_body"),
        ({"stage": "lost", "reason": "trust"}, 422, "invalid_body"),
        ({"stage": "contacted", "reason": "other"}, 422, "invalid_body"),
        ({"stage": "contacted", "amount_cents": 1}, 422, "invalid_body"),
        ({"stage": "paid"}, 422, "invalid_body"),
        ({"stage": "contacted", "version": 0}, 422, "invalid_body"),
        ({"stage": "contacted", "version": 7}, 409, "version_conflict"),
    ],
)
def test_move_that_does_not_fit_is_refused(person: Person, body: dict[str, Any], status: int, code: str) -> None:
    answer = move(person, claim(person), **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_of_two_members_who_move_the_same_claim_one_is_told(
    client: httpx.Client, db: psycopg.Connection, person: Person
) -> None:
    other = colleague(client, db, person, "member")
    held = claim(person)
    seen: list[int] = []
    barrier = threading.Barrier(2)

    def race(who: Person, stage: str, **more: str) -> None:
        barrier.wait()
        body = {"version": held["version"], "stage": stage, **more}
        answer = who.ask("POST", f"/api/claims/{held['claim_id']}/moves", json=body, headers=at(person))
        seen.append(answer.status_code)

    threads = [
        threading.Thread(target=race, args=(person, "contacted")),
        threading.Thread(target=race, args=(other, "lost"), kwargs={"reason": "no_answer"}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [200, 409]
    assert len(person.ask("GET", f"/api/claims/{held['claim_id']}").json()["moves"]) == 2


def test_reasons_of_the_document_are_those_of_the_database(person: Person) -> None:
    for reason in REASONS["lost"]:
        held = claim(person, leads(person, 20)[len(reason)]["lead_id"])
        if held["stage"] == "lost":
            held = move(person, held, "contacted").json()
        assert move(person, held, "lost", reason=reason).status_code == 200
    held = move(person, claim(person, leads(person, 30)[25]["lead_id"]), "contacted").json()
    for reason in REASONS["won"]:
        held = move(person, held, "won", reason=reason).json()
        assert held["reason"] == reason


def test_new_claim_is_given_back_and_may_be_taken_again(person: Person) -> None:
    lead_id = leads(person)[0]["lead_id"]
    first = claim(person, lead_id)
    assert person.ask("DELETE", f"/api/claims/{first['claim_id']}").status_code == 204
    assert person.ask("GET", f"/api/claims/{first['claim_id']}").status_code == 404
    second = claim(person, lead_id)
    assert second["claim_id"] != first["claim_id"]
    assert move(person, second, "contacted").status_code == 200
    refused = person.ask("DELETE", f"/api/claims/{second['claim_id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "claim_in_work")


def test_board_counts_and_pages_fit_together(person: Person) -> None:
    for lead in leads(person, 7):
        claim(person, lead["lead_id"])
    listed = person.ask("GET", "/api/claims", params={"limit": 3}).json()
    first_id = listed["items"][0]["claim_id"]
    move(person, listed["items"][0], "contacted")
    seen = [one["claim_id"] for one in listed["items"]]
    while listed["next_cursor"]:
        page = {"limit": 3, "cursor": listed["next_cursor"]}
        listed = person.ask("GET", "/api/claims", params=page).json()
        seen += [one["claim_id"] for one in listed["items"]]
    assert len(seen) == len(set(seen)) == 7
    assert [one["count"] for one in listed["stages"]] == [6, 1, 0, 0, 0]
    only = person.ask("GET", "/api/claims", params={"stage": "contacted"}).json()
    assert [one["claim_id"] for one in only["items"]] == [first_id]
    wrong = person.ask("GET", "/api/claims", params={"stage": "lost", "cursor": page["cursor"]})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "cursor")
    assert person.ask("GET", "/api/claims", params={"cursor": "bm90IG91cnM"}).status_code == 400


def test_write_sent_twice_is_done_once(person: Person) -> None:
    held = claim(person)
    once = {"Idempotency-Key": str(uuid4())}
    body = {"version": 1, "stage": "contacted"}
    path = f"/api/claims/{held['claim_id']}/moves"
    first = person.ask("POST", path, json=body, headers=once)
    second = person.ask("POST", path, json=body, headers=once)
    assert (first.status_code, second.status_code, first.json()) == (200, 200, second.json())
