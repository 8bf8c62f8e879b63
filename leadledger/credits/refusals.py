"""Why something cannot be paid with credits."""

from __future__ import annotations

from leadledger.errors import AppError


class CreditsMissing(AppError):
    """The account has fewer credits than it costs."""

    status = 402
    code = "credits_missing"


class CapReached(AppError):
    """The account set itself a cap, and this would go beyond it."""

    status = 402
    code = "cap_reached"


# Constraint, what it is to the caller, and the way out.
UNPAID: dict[str, tuple[type[AppError], str]] = {
    "credits_sufficient": (CreditsMissing, "buy a pack or a plan (GET /api/plans), nothing was charged"),
    "credits_capped": (CapReached, "an admin may raise it (PUT /api/credits/caps), nothing was charged"),
}
