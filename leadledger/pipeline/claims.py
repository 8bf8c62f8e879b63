"""Claims: taking a lead, moving it from stage to stage, giving it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from leadledger.acting import Acting
from leadledger.errors import NotFound
from leadledger.leads.conditions import QUERIES as SEARCH
from leadledger.leads.summaries import summarize
from leadledger.pipeline.failures import ClaimInWork, MoveNotAllowed, UndoOver, in_our_words, stale
from leadledger.pipeline.models import ClaimChange, ClaimFilter, ClaimMove, NewClaim
from leadledger.time_cursor import cut_page, read_cursor
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("pipeline.sql"))
COLUMNS = {"columns": QUERIES["claim_columns"]}
SUMMARY = {"columns": SEARCH["summary_columns"], "joins": SEARCH["summary_joins"]}


def list_claims(acting: Acting, asked: ClaimFilter) -> dict[str, object]:
    """One page of claims, newest first; with it, how many stand in each stage."""
    narrowed = name_assignee(acting, asked.assigned_to)
    question = {"list": "claims", "stage": sorted(asked.stage), "assigned_to": str(asked.assigned_to)}
    cursor = read_cursor(asked.cursor, question)
    wanted = {
        **narrowed,
        "account_id": acting.account_id,
        "stages": asked.stage or None,
        "before_at": cursor and cursor.at,
        "before_id": cursor and cursor.row_id,
        "limit": asked.limit + 1,
    }
    rows = _read(acting, "list_claims", wanted)
    page, next_cursor = cut_page(rows, asked.limit, "claimed_at", "claim_id", question)
    with acting.conn.cursor(row_factory=dict_row) as counting:
        stages = counting.execute(QUERIES["count_stages"], wanted).fetchall()
    return {"items": _with_leads(acting, page), "next_cursor": next_cursor, "stages": stages}


def claim_lead(acting: Acting, wanted: NewClaim) -> tuple[dict[str, object], bool]:
    """The account's claim of a lead, and whether it is new: to claim again what is held changes nothing.

    This is what a credit is spent for: the row is made here, in the transaction that has to pay for it.

    Raises:
        NotFound: there is no such lead.
        LeadNotOpen: its work is sold or over.
        InvalidBody: the assignee is no member who may work.
    """
    about = {"account_id": acting.account_id, **wanted.model_dump()}
    held = _read(acting, "find_claim_of_lead", about)
    if held:
        return _with_leads(acting, held)[0], False
    with in_our_words():
        made = acting.conn.execute(QUERIES["claim_lead"], about).fetchone()
    return _with_leads(acting, _read(acting, "find_claim_of_lead", about))[0], made is not None


def describe_claim(acting: Acting, claim_id: UUID) -> dict[str, object]:
    """A claim with the names on its permit and its history.

    Raises:
        NotFound: the account holds no such claim.
    """
    about = {"account_id": acting.account_id, "claim_id": claim_id}
    claim = find_claim(acting, claim_id)
    with acting.conn.cursor(row_factory=dict_row) as rows:
        people = rows.execute(QUERIES["read_people"], about).fetchone()
        moves = rows.execute(QUERIES["list_moves"], about).fetchall()
    return {**claim, "people": people, "moves": moves}


def find_claim(acting: Acting, claim_id: UUID) -> dict[str, object]:
    """A claim the account holds.

    Raises:
        NotFound: the account holds no such claim.
    """
    rows = _read(acting, "find_claim", {"account_id": acting.account_id, "claim_id": claim_id})
    if not rows:
        raise _no_claim(claim_id)
    return _with_leads(acting, rows)[0]


def assign_claim(acting: Acting, claim_id: UUID, change: ClaimChange) -> dict[str, object]:
    """The claim in other hands.

    Raises:
        NotFound: the account holds no such claim.
        VersionConflict: somebody changed it in between.
        InvalidBody: the assignee is no member who may work.
    """
    _change(acting, "assign_claim", claim_id, change.model_dump())
    return find_claim(acting, claim_id)


def move_claim(acting: Acting, claim_id: UUID, move: ClaimMove) -> dict[str, object]:
    """The claim in its next stage.

    Raises:
        NotFound: the account holds no such claim.
        VersionConflict: somebody moved it in between.
        MoveNotAllowed: the stage does not follow.
    """
    state = _read_state(acting, claim_id)
    if state["version"] == move.version and move.stage not in (state["stage"], *state["next_stages"]):
        reachable = ", ".join(state["next_stages"])
        message = f"{move.stage} does not follow {state['stage']}; from there it goes to {reachable}"
        raise MoveNotAllowed(message, field="stage")
    _change(acting, "move_claim", claim_id, move.model_dump())
    return find_claim(acting, claim_id)


def release_claim(acting: Acting, claim_id: UUID) -> None:
    """Give a lead back that nobody has worked on.

    Raises:
        NotFound: the account holds no such claim.
        ClaimInWork: it was moved on already.
    """
    about = {"account_id": acting.account_id, "claim_id": claim_id}
    if acting.conn.execute(QUERIES["release_claim"], about).fetchone() is None:
        stage = _read_state(acting, claim_id)["stage"]
        raise ClaimInWork(f"the claim is {stage}; only a new one can be given back; move it to lost instead")


def undo_claim(acting: Acting, claim_id: UUID) -> dict[str, object]:
    """Give a claim back with its credits, or change nothing: unlike `release_claim`, which may cost them.

    Raises:
        NotFound: the account holds no such claim.
        ClaimInWork: it was moved on already.
        UndoOver: the time for it is over, today's undoings are used up, or the credits are back already.
    """
    release_claim(acting, claim_id)
    about = {"account_id": acting.account_id, "claim_id": claim_id}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        seen = rows.execute(QUERIES["read_undoing"], about).fetchone()
    assert seen is not None
    if not seen["is_undone"]:  # raised, it takes the giving back with it
        raise UndoOver(f"{_why_not(seen)}; nothing was changed", field="claim_id")
    return {"claim_id": claim_id, "credits": seen["credits"]}


def _why_not(seen: Mapping[str, Any]) -> str:
    if seen["credits"] == 0:
        return "the claim was free, so nothing comes back"
    if seen["is_refunded"]:
        return "the credits of this claim came back already"
    if seen["is_late"]:
        return f"a claim can be undone for {seen['undo_seconds']} seconds, and they are over"
    return f"{seen['undos_a_day']} claims a day can be undone, and they are used up"


def name_assignee(acting: Acting, wanted: UUID | str | None) -> dict[str, object]:
    """`me`, `nobody` or a member as the statements take it."""
    user_id = acting.caller.user_id if wanted == "me" else wanted if isinstance(wanted, UUID) else None
    return {"assigned_to": user_id, "is_unassigned": wanted == "nobody"}


def _change(acting: Acting, statement: str, claim_id: UUID, values: Mapping[str, object]) -> None:
    about = {**values, "account_id": acting.account_id, "claim_id": claim_id}
    with in_our_words():
        changed = acting.conn.execute(QUERIES[statement], about).fetchone()
    if changed is None:
        raise stale(int(str(values["version"])), _read_state(acting, claim_id)["version"])


def _read_state(acting: Acting, claim_id: UUID) -> dict[str, Any]:
    about = {"account_id": acting.account_id, "claim_id": claim_id}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        state = rows.execute(QUERIES["read_state"], about).fetchone()
    if state is None:
        raise _no_claim(claim_id)
    return state


def _read(acting: Acting, statement: str, about: Mapping[str, object]) -> list[dict[str, Any]]:
    with acting.conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES[statement].format(**COLUMNS), about).fetchall()


def _with_leads(acting: Acting, claims: Sequence[Mapping[str, Any]]) -> list[dict[str, object]]:
    """Each claim with its lead as it stands today; None where the lead is gone or may not be seen."""
    today = datetime.now(UTC).date()
    wanted = {"lead_ids": [claim["lead_id"] for claim in claims]}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["find_leads"].format(**SUMMARY), wanted).fetchall()
    leads = {row["lead_id"]: summarize(row, today) for row in found}
    return [{**claim, "lead": leads.get(claim["lead_id"])} for claim in claims]


def _no_claim(claim_id: UUID) -> NotFound:
    return NotFound(f"there is no claim {claim_id} in this account")
