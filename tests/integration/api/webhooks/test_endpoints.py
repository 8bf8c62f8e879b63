"""What members may do with webhook endpoints, and who may not."""

from __future__ import annotations

import pytest

from tests.integration.api.people import Person, enter, give_key, join
from tests.integration.api.receiver import Receiver
from tests.integration.api.webhooks.conftest import Site, log, open_letter, path_of, put_endpoint, read

HOOK = "https://hooks.example.com/leadledger"


def test_endpoint_begins_now_or_after_a_given_event(site: Site, person: Person) -> None:
    numbers = site.happen()
    assert put_endpoint(person, HOOK)["after"] == numbers[-1]
    assert put_endpoint(person, HOOK, after=numbers[0])["after"] == numbers[0]
    ahead = person.ask("POST", "/api/webhooks", json={"url": HOOK, "after": numbers[-1] + 1})
    assert (ahead.status_code, ahead.json()["field"]) == (422, "after")


def test_secret_is_shown_once_and_to_nobody_else(site: Site, person: Person) -> None:
    made = put_endpoint(person, HOOK)
    rotated = person.ask("POST", path_of(made, "/secret")).json()
    assert made["secret"].startswith("whsec_")
    assert rotated["secret"].startswith("whsec_")
    seen = person.ask("GET", "/api/webhooks").text + person.ask("GET", path_of(made)).text
    trail = site.ask("audit", webhook_endpoint_id=made["webhook_endpoint_id"])
    assert [action for action, *_ in trail] == ["webhook_endpoints.insert", "webhook_endpoints.update"]
    for text in (seen, str(trail)):
        assert made["secret"] not in text
        assert rotated["secret"] not in text
        assert "whsec_" not in text
    assert HOOK not in str(trail)


def test_repeated_creation_shows_no_secret_again(person: Person) -> None:
    headers = {"Idempotency-Key": "one endpoint, please"}
    first = person.ask("POST", "/api/webhooks", json={"url": HOOK}, headers=headers)
    again = person.ask("POST", "/api/webhooks", json={"url": HOOK}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 409)
    assert len(person.ask("GET", "/api/webhooks").json()["webhook_endpoints"]) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://10.0.0.7/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/",
        "https://user:word@hooks.example.com/",
        "ftp://hooks.example.com/",
    ],
)
def test_addresses_of_no_public_machine_are_refused(person: Person, url: str) -> None:
    made = put_endpoint(person, HOOK)
    created = person.ask("POST", "/api/webhooks", json={"url": url})
    changed = person.ask("PATCH", path_of(made), json={"url": url})
    assert [(one.status_code, one.json()["field"]) for one in (created, changed)] == [(422, "url")] * 2


def test_account_has_so_many_and_no_more(person: Person) -> None:
    for _ in range(3):
        put_endpoint(person, HOOK)
    refused = person.ask("POST", "/api/webhooks", json={"url": HOOK})
    assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached")


def test_change_keeps_what_is_not_given(person: Person) -> None:
    made = put_endpoint(person, HOOK, description="CRM", kinds=["lead.created"], batch_size=7)
    changed = person.ask("PATCH", path_of(made), json={"batch_size": 9}).json()
    assert (changed["description"], changed["kinds"], changed["batch_size"]) == ("CRM", ["lead.created"], 9)
    assert person.ask("PATCH", path_of(made), json={"description": None}).json()["description"] is None


def test_members_look_and_admins_change(site: Site, person: Person) -> None:
    made = put_endpoint(person, HOOK)
    member = enter(site.client)
    join(site.owner, member, person.account_id, "member")
    acting = {"headers": {"X-Account-Id": str(person.account_id)}}
    assert member.ask("GET", path_of(made), **acting).status_code == 200
    for method, rest in (("POST", "/secret"), ("POST", "/test"), ("DELETE", "")):
        assert member.ask(method, path_of(made, rest), **acting).status_code == 403
    key = give_key(site.owner, person, "read", "write")
    refused = site.client.post(path_of(made, "/test"), headers={"Authorization": f"Bearer {key}"})
    assert refused.status_code == 403
    assert "admin" in refused.json()["message"]


def test_test_is_sent_signed_and_shows_in_the_log(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url)
    site.change("forget_jobs")
    queued = person.ask("POST", path_of(made, "/test"))
    assert queued.status_code == 202
    assert site.ask("jobs") == [(1,)]
    assert site.deliver().delivered == 1
    (request,) = receiver.requests
    assert open_letter(request, made["secret"]) == []
    assert request.headers["webhook-id"] == queued.json()["webhook_delivery_id"]
    (delivery,) = log(person, made)
    assert (delivery["is_test"], delivery["status"], delivery["http_status"]) == (True, "delivered", 200)


def test_log_is_paged_and_filtered(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url)
    numbers = site.happen(7)
    site.deliver()
    seen, cursor = [], None
    while True:
        query = {"limit": 3, "status": "delivered", **({"cursor": cursor} if cursor else {})}
        page = person.ask("GET", path_of(made, "/deliveries"), params=query).json()
        seen += [event_id for item in page["items"] for event_id in item["event_ids"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == numbers
    assert log(person, made, status="dead") == []
    one = log(person, made)[0]
    assert (one["attempt_count"], one["due_at"]) == (1, None)
    assert one["duration_ms"] >= 0


def test_removed_endpoint_gets_nothing_more(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url)
    site.happen()
    assert person.ask("DELETE", path_of(made)).status_code == 204
    assert site.deliver().delivered == 0
    assert person.ask("GET", path_of(made)).status_code == 404


def test_disabled_endpoint_goes_on_where_it_stood(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url)
    person.ask("PATCH", path_of(made), json={"is_enabled": False})
    numbers = site.happen()
    assert site.deliver().delivered == 0
    assert person.ask("POST", path_of(made, "/test")).json()["code"] == "webhook_disabled"
    person.ask("PATCH", path_of(made), json={"is_enabled": True})
    assert site.deliver().delivered == 3
    assert (
        sorted(event["event_id"] for one in receiver.requests for event in open_letter(one, made["secret"])) == numbers
    )
    assert read(person, made)["disabled_at"] is None
