"""What the records prove is credited, once, with its evidence; what they nearly prove is not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from leadledger.plans import load_catalog
from tests.integration.api.people import Person, enter
from tests.integration.refunds.conftest import NUMBERS, SQL, Sold, buy, days_ago, find_leads, look

TERMS = load_catalog().terms


def after_sale(sold: Sold, days: float) -> datetime:
    sold.change("move_claim", days=120)
    return days_ago(120 - days)


PROOFS: dict[str, tuple[str, Callable[[Sold], None]]] = {
    "finaled before": (
        "over_before_sale",
        lambda sold: sold.correct(status="Permit Finaled", completed_date=days_ago(3)),
    ),
    "canceled before": (
        "over_before_sale",
        lambda sold: sold.correct(status="Permit Cancelled", completed_date=days_ago(2)),
    ),
    "expired before": ("over_before_sale", lambda sold: sold.correct(expires_date=days_ago(2))),
    "withdrawn before": ("over_before_sale", lambda sold: sold.change("withdraw", at=days_ago(1))),
    "withdrawn after": ("source_corrected", lambda sold: sold.change("withdraw", at=datetime.now(UTC))),
    "in another state": ("outside_territory", lambda sold: sold.correct(county_fips="17031")),
    "at another address": ("source_corrected", lambda sold: sold.correct(address="9999 ELSEWHERE AVE")),
    "of another trade": ("wrong_trade", lambda sold: sold.change("lose_trade", at=datetime.now(UTC))),
    "suppressed": (
        "suppressed",
        lambda sold: sold.change("redact", at=datetime.now(UTC), number=next(NUMBERS)),
    ),
    "without an address": ("no_address", lambda sold: sold.change("lose_address", address=None)),
    "without a house number": ("no_address", lambda sold: sold.change("lose_address", address="SOMEWHERE RD")),
}
NEAR_MISSES: dict[str, Callable[[Sold], None]] = {
    "nothing happened": lambda sold: None,
    "finaled on the day": lambda sold: sold.correct(status="Permit Finaled", completed_date=datetime.now(UTC)),
    "finaled without a date": lambda sold: sold.correct(status="Permit Finaled"),
    "expires tomorrow": lambda sold: sold.correct(expires_date=days_ago(-1)),
    "withdrawn too late": lambda sold: sold.change("withdraw", at=after_sale(sold, TERMS.evidence_days + 1)),
    "redacted before": lambda sold: sold.change("redact", at=days_ago(1), number=next(NUMBERS)),
    "in another county of the plan": lambda sold: sold.correct(county_fips="48201"),
    "spelt otherwise": lambda sold: sold.change("lose_address", address="12 Example St."),
    "trade lost too late": lambda sold: sold.change("lose_trade", at=after_sale(sold, TERMS.evidence_days + 1)),
}


@pytest.mark.parametrize("name", PROOFS)
def test_what_the_records_prove_is_credited_with_its_evidence(name: str, sold: Sold, place: Any) -> None:
    reason, happen = PROOFS[name]
    happen(sold)
    look(place[2])
    refund = sold.refund()
    assert refund is not None, name
    assert refund[:2] == (reason, 1)
    assert {"permit_id", "permit_num", "permit_version", "page_sha256", "page_row"} <= set(refund[2])
    assert refund[2]["permit_id"] == sold.permit_id
    assert sold.entries() == (2, 0)


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_what_they_nearly_prove_is_not(name: str, sold: Sold, place: Any) -> None:
    NEAR_MISSES[name](sold)
    look(place[2])
    assert sold.refund() is None
    assert sold.entries() == (1, -1)


@pytest.mark.parametrize(("days", "is_credited"), [(TERMS.promised_days, False), (TERMS.promised_days + 1, True)])
def test_permit_read_later_than_promised_is_credited(
    days: int, is_credited: bool, owner: psycopg.Connection, person: Person, place: Any
) -> None:
    lead = find_leads(owner, 1)[0]
    owner.execute(SQL["read_late"], {"permit_id": lead[1], "days": days})
    sold = buy(owner, person, lead)
    look(place[2])
    assert (sold.refund() or (None,))[0] == ("late" if is_credited else None)


def test_permit_that_was_old_when_the_first_load_brought_it_is_not_late(
    owner: psycopg.Connection, person: Person, place: Any
) -> None:
    lead = find_leads(owner, 1)[0]
    owner.execute(SQL["issue_long_ago"], {"permit_id": lead[1]})
    sold = buy(owner, person, lead)
    look(place[2])
    assert sold.refund() is None


@pytest.mark.parametrize(
    ("days", "is_credited"), [(1, True), (TERMS.duplicate_days - 1, True), (TERMS.duplicate_days + 1, False)]
)
def test_same_address_and_trade_twice_is_credited_once(
    days: int, is_credited: bool, owner: psycopg.Connection, person: Person, place: Any
) -> None:
    leads = find_leads(owner, 2)
    owner.execute(SQL["settle_at"], {"permit_ids": [permit_id for _, permit_id in leads]})
    first, second = (buy(owner, person, lead) for lead in leads)
    first.change("move_claim", days=days)
    look(place[2])
    assert first.refund() is None
    assert (second.refund() or (None,))[0] == ("duplicate" if is_credited else None)


def test_duplicate_waits_until_the_earlier_claim_can_no_longer_be_undone(
    owner: psycopg.Connection, person: Person, place: Any
) -> None:
    leads = find_leads(owner, 2)
    owner.execute(SQL["settle_at"], {"permit_ids": [permit_id for _, permit_id in leads]})
    first, second = (buy(owner, person, lead) for lead in leads)
    look(place[2])
    assert second.refund() is None
    assert person.ask("DELETE", f"/api/claims/{first.claim_id}").status_code == 204
    look(place[2])
    assert second.refund() is None


def test_only_one_of_two_at_one_address_is_credited_when_the_first_proves_bad(
    owner: psycopg.Connection, person: Person, place: Any
) -> None:
    leads = find_leads(owner, 2)
    owner.execute(SQL["settle_at"], {"permit_ids": [permit_id for _, permit_id in leads]})
    first, second = (buy(owner, person, lead) for lead in leads)
    first.change("move_claim", days=1)
    first.correct(status="Permit Finaled", completed_date=days_ago(9))
    look(place[2])
    look(place[2])
    assert (first.refund() or (None,))[0] == "over_before_sale"
    assert second.refund() is None


def test_another_account_at_the_same_address_is_no_duplicate(
    owner: psycopg.Connection, person: Person, place: Any
) -> None:
    leads = find_leads(owner, 2)
    owner.execute(SQL["settle_at"], {"permit_ids": [permit_id for _, permit_id in leads]})
    other = enter(place[0])
    first, second = buy(owner, other, leads[0]), buy(owner, person, leads[1])
    first.change("move_claim", days=1)
    look(place[2])
    assert (first.refund(), second.refund()) == (None, None)


def test_claim_is_credited_once_however_many_look_at_once(sold: Sold, place: Any) -> None:
    sold.change("withdraw", at=datetime.now(UTC))
    with ThreadPoolExecutor(8) as lookers:
        for done in [lookers.submit(look, place[2]) for _ in range(16)]:
            done.result()
    assert sold.entries() == (2, 0)
    unsound = sold.owner.execute(SQL["count_unsound"]).fetchone()
    assert unsound == (0,)


def test_undone_claim_is_not_credited_again(sold: Sold, place: Any) -> None:
    assert sold.person.ask("DELETE", f"/api/claims/{sold.claim_id}").status_code == 204
    sold.change("withdraw", at=datetime.now(UTC))
    look(place[2])
    assert sold.refund() is None
    assert sold.entries() == (2, 0)


def test_credited_claim_is_not_undone_on_top(sold: Sold, place: Any) -> None:
    sold.change("withdraw", at=datetime.now(UTC))
    look(place[2])
    assert sold.person.ask("DELETE", f"/api/claims/{sold.claim_id}").status_code == 204
    assert sold.entries() == (2, 0)


def test_what_changed_since_the_last_look_is_enough(sold: Sold, place: Any) -> None:
    look(place[2])
    sold.correct(address="1 ELSEWHERE AVE")
    look(place[2], is_whole=False)
    assert sold.refund() is not None


def test_refund_cannot_be_changed(sold: Sold, place: Any) -> None:
    sold.change("withdraw", at=datetime.now(UTC))
    look(place[2])
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        sold.change("change_refund")


def test_account_sees_what_came_back_and_why(sold: Sold, place: Any) -> None:
    sold.change("withdraw", at=datetime.now(UTC))
    look(place[2])
    [refund] = sold.person.ask("GET", "/api/refunds").json()["items"]
    assert (refund["claim_id"], refund["reason"], refund["credits"]) == (sold.claim_id, "source_corrected", 1)
    assert refund["evidence"]["permit_id"] == sold.permit_id
    entries = sold.person.ask("GET", "/api/credits/entries").json()["items"]
    assert (entries[0]["reason"], entries[0]["details"]["reason"]) == ("refund", "source_corrected")
