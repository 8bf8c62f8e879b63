"""What cannot be done in the pipeline as things are, and how the database says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from leadledger.credits.refusals import UNPAID
from leadledger.errors import AppError, InvalidBody, NotFound


class LeadNotOpen(AppError):
    """The work is sold or over."""

    status = 409
    code = "lead_not_open"


class VersionConflict(AppError):
    """Somebody changed it since it was read."""

    status = 409
    code = "version_conflict"


class MoveNotAllowed(AppError):
    """This stage does not follow that one."""

    status = 409
    code = "move_not_allowed"


class ClaimInWork(AppError):
    """Only what nobody has worked on can be given back."""

    status = 409
    code = "claim_in_work"


class UndoOver(AppError):
    """The claim can no longer be given back with its credits."""

    status = 409
    code = "undo_over"


class SoldOut(AppError):
    """As many accounts hold the lead as may, or one holds it alone."""

    status = 409
    code = "sold_out"


class OutsidePlan(AppError):
    """The plan does not reach the place."""

    status = 403
    code = "outside_plan"


# Constraint, what it is to the caller, and the way out.
SALES: dict[str, tuple[type[AppError], str]] = {
    **UNPAID,
    "claims_seats": (SoldOut, "nothing was charged"),
    "claims_exclusive": (SoldOut, "nothing was charged"),
    "claims_in_plan": (OutsidePlan, "choose a larger plan (GET /api/plans), nothing was charged"),
}


@contextmanager
def in_our_words() -> Iterator[None]:
    """What triggers and constraints of the pipeline refuse, as answers.

    Raises:
        NotFound: there is no such lead or claim.
        LeadNotOpen: its work is sold or over.
        CreditsMissing, CapReached, SoldOut, OutsidePlan: it cannot be bought; nothing is charged.
        InvalidBody: the assignee is no member who may work.
        MoveNotAllowed: the stage does not follow.
    """
    try:
        yield
    except psycopg.errors.ForeignKeyViolation as refused:
        raise _missing(refused.diag.constraint_name, refused.diag.message_primary) from None
    except psycopg.errors.CheckViolation as refused:
        raise _unfit(refused.diag.constraint_name, refused.diag.message_primary) from None


def stale(seen: int, newest: int) -> VersionConflict:
    """The refusal of a change that was made looking at an older version."""
    return VersionConflict(f"version {seen} is no longer the newest ({newest} is); read it again", field="version")


def _missing(constraint: str | None, message: str | None) -> AppError:
    if constraint == "claims_lead":
        return NotFound(message or "there is no such lead", field="lead_id")
    if constraint in ("claims_assignee", "tasks_assignee"):
        return _no_worker()
    return NotFound("there is no such claim in this account", field="claim_id")


def _unfit(constraint: str | None, message: str | None) -> AppError:
    if constraint == "assignee_may_work":
        return _no_worker()
    if constraint == "claims_lead_is_open":
        return LeadNotOpen(f"{message}; only open and likely leads can be claimed", field="lead_id")
    if constraint in SALES:
        kind, advice = SALES[constraint]
        return kind(f"{message}; {advice}", field="lead_id")
    return MoveNotAllowed(message or "this move is not possible", field="stage")


def _no_worker() -> InvalidBody:
    return InvalidBody("assigned_to is no member of this account who may work (viewers only look)", field="assigned_to")
