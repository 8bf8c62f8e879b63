"""What is left of credits that end, and that undoing makes none of them last longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadledger.credits.lots import FOREVER, read_lots

START = datetime(2026, 11, 1, tzinfo=UTC)


def entry(amount: int, *, days: int | None = None, claim: int | None = None, is_undo: bool = False) -> dict[str, Any]:
    expires_at = None if days is None else START + timedelta(days=days)
    return {"amount": amount, "expires_at": expires_at, "claim_id": claim, "is_undo": is_undo}


def left(*entries: dict[str, Any]) -> list[tuple[int, int | None]]:
    return [(lot.left, None if lot.ends_at == FOREVER else (lot.ends_at - START).days) for lot in read_lots(entries)]


def test_what_ends_first_is_used_first() -> None:
    assert left(entry(50), entry(5, days=14), entry(-7, claim=1)) == [(48, None)]


def test_undone_claim_gives_back_to_where_it_took_from() -> None:
    taken = [entry(5, days=14), entry(50), entry(-7, claim=1)]
    assert left(*taken, entry(7, claim=1, is_undo=True)) == [(5, 14), (50, None)]


def test_refund_by_evidence_does_not_end() -> None:
    assert left(entry(5, days=14), entry(-3, claim=1), entry(3, claim=1)) == [(2, 14), (3, None)]


def test_undo_of_a_claim_nobody_knows_brings_nothing() -> None:
    assert left(entry(5, days=14), entry(2, claim=9, is_undo=True)) == [(5, 14)]


@given(st.lists(st.tuples(st.integers(1, 20), st.one_of(st.none(), st.integers(1, 90))), max_size=10), st.data())
def test_claims_undone_leave_every_lot_as_it_was(bought: list[tuple[int, int | None]], data: st.DataObject) -> None:
    entries = [entry(amount, days=days) for amount, days in bought]
    before, held = left(*entries), sum(amount for amount, _ in bought)
    for claim in range(data.draw(st.integers(0, 5))):
        price = data.draw(st.integers(1, 9))
        if price <= held:
            entries += [entry(-price, claim=claim), entry(price, claim=claim, is_undo=True)]
    assert left(*entries) == before
