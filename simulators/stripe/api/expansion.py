"""expand[]: ids replaced by what they name, and lists that are shown only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulators.stripe.checkout import line_items
from simulators.stripe.errors import refused
from simulators.stripe.world import Resource, World, list_of, present


def _payments(world: World, invoice: Resource) -> Resource:
    found = [present(world, one) for one in world.of("invoice_payment", invoice=invoice["id"])]
    return list_of(found, f"/v1/invoice_payments?invoice={invoice['id']}")


def _refunds(world: World, charge: Resource) -> Resource:
    found = [present(world, one) for one in reversed(world.of("refund", charge=charge["id"]))]
    return list_of(found, f"/v1/charges/{charge['id']}/refunds")


def _subscriptions(world: World, customer: Resource) -> Resource:
    found = [one for one in reversed(world.of("subscription", customer=customer["id"])) if one["status"] != "canceled"]
    return list_of([present(world, one) for one in found], f"/v1/customers/{customer['id']}/subscriptions")


_ONLY_WHEN_ASKED: dict[tuple[str, str], Callable[[World, Resource], Resource]] = {
    ("checkout.session", "line_items"): lambda world, shown: line_items(world, world.resources[shown["id"]]),
    ("invoice", "payments"): _payments,
    ("charge", "refunds"): _refunds,
    ("customer", "subscriptions"): _subscriptions,
}


def expand(world: World, shown: Resource, paths: list[str]) -> None:
    """Fill in what the paths ask for, in place.

    Raises:
        StripeRefusal: a path names what cannot be expanded, or goes deeper than four levels.
    """
    for path in paths:
        parts = path.split(".")
        if len(parts) - (parts[0] == "data") > 4:
            raise refused(f"You cannot expand more than 4 levels of a property ({path}).", "expand")
        _expand(world, shown, parts, path)


def _expand(world: World, place: Any, parts: list[str], path: str) -> None:
    if isinstance(place, list):
        for one in place:
            _expand(world, one, parts, path)
        return
    if not parts or not isinstance(place, dict):
        return
    name, rest = parts[0], parts[1:]
    only_when_asked = _ONLY_WHEN_ASKED.get((str(place.get("object")), name))
    if only_when_asked:
        place.setdefault(name, only_when_asked(world, place))
    elif name not in place:
        raise refused(f"This property cannot be expanded ({path}).", "expand")
    value = place[name]
    if isinstance(value, str):
        if value not in world.resources:
            raise refused(f"This property cannot be expanded ({path}).", "expand")
        place[name] = present(world, world.resources[value])
    _expand(world, place[name], rest, path)
