"""What goes out: signed, each event under one id, until it was taken or given up."""

from __future__ import annotations

from collections.abc import Sequence

from standardwebhooks import Webhook

from leadledger.outgoing import Sender
from permit_leads.settings import REPOSITORY
from permit_leads.store.queries import load_queries
from tests.integration.api.people import Person
from tests.integration.api.receiver import Receiver, Reply
from tests.integration.api.webhooks.conftest import Site, ids_told, log, open_letter, path_of, put_endpoint, read

UPKEEP = load_queries(REPOSITORY / "leadledger" / "jobs" / "upkeep.sql")


def test_event_comes_signed_with_its_record_as_the_feed_shows_it(
    site: Site, person: Person, receiver: Receiver
) -> None:
    made = put_endpoint(person, receiver.url)
    numbers = site.happen(3)
    assert site.deliver().delivered == 3
    told = [open_letter(one, made["secret"]) for one in receiver.requests]
    shown = person.ask("GET", "/api/events", params={"after": numbers[0] - 1, "include": "record"}).json()["events"]
    assert sorted((events[0] for events in told), key=lambda event: event["event_id"]) == shown
    assert read(person, made)["undelivered_count"] == 0
    assert site.deliver().delivered == 0


def test_only_kinds_and_datasets_asked_for_come(site: Site, person: Person, receiver: Receiver) -> None:
    put_endpoint(person, receiver.url, kinds=["lead.created"])
    put_endpoint(person, receiver.url, dataset_ids=["no_such_dataset"])
    site.happen(3)
    leads = site.happen(2, "lead.created")
    site.deliver()
    assert sorted(ids_told(receiver)) == leads
    later = site.happen(1, "lead.created")
    site.deliver()
    assert sorted(ids_told(receiver)) == leads + later


def test_batches_carry_events_in_order_over_blocks_of_the_feed(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url, batch_size=4)
    numbers = site.happen(3) + site.happen(3, "lead.created") + site.happen(3)
    assert site.deliver().delivered == 3
    batches = sorted([e["event_id"] for e in open_letter(one, made["secret"])] for one in receiver.requests)
    assert batches == [numbers[:4], numbers[4:8], numbers[8:]]


def test_rotation_signs_with_both_secrets_for_a_day(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url)
    rotated = person.ask("POST", path_of(made, "/secret")).json()
    site.happen(1)
    site.deliver()
    (request,) = receiver.requests
    assert len(request.headers["webhook-signature"].split()) == 2
    for secret in (made["secret"], rotated["secret"]):
        assert len(open_letter(request, secret)) == 1
    site.change("end_rotation")
    site.happen(1)
    site.deliver()
    assert len(receiver.requests[1].headers["webhook-signature"].split()) == 1
    assert Webhook(rotated["secret"]).verify(receiver.requests[1].body, receiver.requests[1].headers)


def test_failed_delivery_comes_again_under_the_same_id(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url)
    site.happen(1)
    receiver.decide = lambda _: Reply(503, b"not \x00 now")
    assert site.deliver().put_off == 1
    (row,) = log(person, made)
    assert (row["status"], row["http_status"], row["answer"], row["attempt_count"]) == ("retrying", 503, "not   now", 1)
    assert row["reason"] == "the endpoint answers 503"
    assert 5 <= site.ask("due_in_seconds")[0][0] < 8
    assert read(person, made)["failing_since"]
    assert site.deliver().put_off == 0
    receiver.decide = lambda _: Reply(204)
    site.change("make_due")
    assert site.deliver().delivered == 1
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert read(person, made)["failing_since"] is None


def test_endpoint_that_is_away_is_asked_with_one_delivery_and_gets_all_when_it_is_back(
    site: Site, person: Person, receiver: Receiver
) -> None:
    put_endpoint(person, receiver.url)
    numbers = site.happen(30)
    receiver.decide = lambda _: Reply(500)
    site.deliver()
    assert len(receiver.requests) < 10
    before = len(receiver.requests)
    site.change("make_due")
    site.deliver()
    assert len(receiver.requests) == before + 1
    receiver.decide = lambda _: Reply()
    receiver.requests.clear()
    site.change("make_due")
    site.deliver()
    assert sorted(ids_told(receiver)) == numbers


def test_retry_after_is_honoured(site: Site, person: Person, receiver: Receiver) -> None:
    put_endpoint(person, receiver.url)
    site.happen(1)
    receiver.decide = lambda _: Reply(429, headers={"Retry-After": "3600"})
    site.deliver()
    assert 3_590 < site.ask("due_in_seconds")[0][0] < 3_610
    assert 3_590 < site.ask("resume_in_seconds")[0][0] < 3_610


def test_after_ten_attempts_a_delivery_is_dead_and_can_be_redelivered(
    site: Site, person: Person, receiver: Receiver
) -> None:
    made = put_endpoint(person, receiver.url)
    site.happen(1)
    receiver.decide = lambda _: Reply(500)
    site.deliver()
    site.change("exhaust", attempts=9)
    site.change("make_due")
    assert site.deliver().dead == 1
    (row,) = log(person, made, status="dead")
    assert row["attempt_count"] == 10
    receiver.decide = lambda _: Reply()
    site.change("forget_jobs")
    path = path_of(made, f"/deliveries/{row['webhook_delivery_id']}/redeliver")
    assert person.ask("POST", path).status_code == 202
    assert site.ask("jobs") == [(1,)]
    assert site.deliver().delivered == 1
    assert len({one.headers["webhook-id"] for one in receiver.requests}) == 1


def test_410_disables_the_endpoint_and_loses_nothing(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url)
    numbers = site.happen(1)
    receiver.decide = lambda _: Reply(410)
    assert [reason for _, reason in site.deliver().disabled] == ["the endpoint answers 410: it wants no more"]
    stopped = read(person, made)
    assert (stopped["is_enabled"], stopped["disabled_reason"]) == (False, "the endpoint answers 410: it wants no more")
    *_, (action, user_id, details) = site.ask("audit", webhook_endpoint_id=made["webhook_endpoint_id"])
    assert (action, user_id) == ("webhook_endpoints.update", None)
    assert "410" in details
    receiver.decide = lambda _: Reply()
    receiver.requests.clear()
    person.ask("PATCH", path_of(made), json={"is_enabled": True})
    site.change("make_due")
    numbers += site.happen(1)
    site.deliver()
    assert sorted(ids_told(receiver)) == numbers


def test_days_of_failing_only_disable_the_endpoint(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url)
    site.happen(1)
    receiver.decide = lambda _: Reply(502)
    site.deliver()
    for days, is_enabled in ((4, True), (6, False)):
        site.change("make_due")
        site.change("fail_since", days=days)
        site.deliver()
        assert read(person, made)["is_enabled"] is is_enabled
    assert read(person, made)["disabled_reason"] == "it has failed for 5 days: the endpoint answers 502"


def test_rewind_delivers_again_under_the_same_ids(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url)
    numbers = site.happen(5)
    site.deliver()
    before = {one.headers["webhook-id"] for one in receiver.requests}
    receiver.requests.clear()
    rewound = person.ask("POST", path_of(made, "/rewind"), json={"after": numbers[1]})
    assert rewound.json()["after"] == numbers[1]
    assert site.deliver().delivered == 3
    assert sorted(ids_told(receiver)) == numbers[2:]
    assert {one.headers["webhook-id"] for one in receiver.requests} < before
    ahead = person.ask("POST", path_of(made, "/rewind"), json={"after": numbers[-1] + 1})
    assert (ahead.status_code, ahead.json()["field"]) == (422, "after")


def test_rewind_forward_skips_what_lies_between(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url, after=0)
    numbers = site.happen(5)
    person.ask("POST", path_of(made, "/rewind"), json={"after": numbers[3]})
    site.deliver()
    assert ids_told(receiver) == numbers[4:]


def test_redirect_is_an_answer_and_not_followed(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url + "/hook")
    site.happen(1)
    receiver.decide = lambda _: Reply(307, headers={"Location": receiver.url + "/elsewhere"})
    assert site.deliver().put_off == 1
    assert [one.path for one in receiver.requests] == ["/hook"]
    assert log(person, made)[0]["http_status"] == 307


def test_name_that_turns_out_private_is_refused(site: Site, person: Person, receiver: Receiver) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        del host, port
        return ["93.184.215.14", "10.0.0.7"]

    made = put_endpoint(person, "https://hooks.example.com/")
    site.happen(1)
    assert site.deliver(Sender(allow_loopback=True, resolve=resolve)).put_off == 1
    (row,) = log(person, made)
    assert "10.0.0.7" in row["reason"]
    assert row["http_status"] is None
    assert receiver.requests == []


def test_suppressed_person_is_in_no_body(site: Site, person: Person, receiver: Receiver) -> None:
    """What was queued before the suppression is told as it stands after it."""
    put_endpoint(person, receiver.url, batch_size=100)
    site.change("name_permit", description="DECK FOR JANE Q PUBLIC")
    site.happen(40)
    site.change("grant_suppression")
    assert site.deliver().delivered == 0
    assert receiver.requests == []
    site.change("name_permit", description="DECK FOR [withheld]")
    site.change("apply_suppressions")
    site.change("make_due")
    assert site.deliver().delivered == 1
    text = receiver.requests[0].body.decode()
    assert "JANE" not in text
    assert "PERSON" not in text
    assert "DECK FOR [withheld]" in text


def test_events_wake_the_worker_in_their_transaction(site: Site, person: Person, receiver: Receiver) -> None:
    site.change("forget_jobs")
    site.happen(1)
    assert site.ask("jobs") == [(0,)]
    made = put_endpoint(person, receiver.url)
    site.change("forget_jobs")
    site.happen(1)
    assert site.ask("jobs") == [(1,)]
    person.ask("PATCH", path_of(made), json={"is_enabled": False})
    site.change("forget_jobs")
    site.happen(1)
    assert site.ask("jobs") == [(0,)]


def test_delivered_are_forgotten_after_a_month(site: Site, person: Person, receiver: Receiver) -> None:
    put_endpoint(person, receiver.url)
    site.happen(2)
    site.deliver()
    site.happen(1)
    site.change("age")
    assert site.ask("count") == [(2, 2)]
    site.owner.execute(UPKEEP["forget_webhook_deliveries"])
    assert site.ask("count") == [(0, 0)]
    assert site.deliver().delivered == 1
