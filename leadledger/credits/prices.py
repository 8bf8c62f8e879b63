"""The price list, as anybody may read it."""

from __future__ import annotations

from typing import Any

from leadledger.plans import Catalog


def describe_prices(catalog: Catalog) -> dict[str, Any]:
    """What `plans.toml` says is sold."""
    terms = catalog.terms
    claims = [{"trade": None if trade == "any" else trade, **one.model_dump()} for trade, one in catalog.claims.items()]
    return {
        "currency": "usd",
        "trial": {"credits": terms.trial_credits, "days": terms.trial_days},
        "grant_days": terms.grant_days,
        "undo_seconds": terms.undo_seconds,
        "plans": [{"plan": name, **plan.model_dump()} for name, plan in catalog.sold.items()],
        "packs": [{"pack": name, **pack.model_dump()} for name, pack in catalog.packs.items()],
        "claims": sorted(claims, key=lambda one: one["trade"] or ""),
        "exclusive_zip": {"credits": terms.exclusive_zip_credits, "days": terms.exclusive_zip_days},
        "metros": [{"metro": name, **metro.model_dump()} for name, metro in catalog.metros.items()],
    }
