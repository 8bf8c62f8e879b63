"""Products, prices and customers."""

from __future__ import annotations

import re

from simulators.stripe.errors import refused
from simulators.stripe.forms import merge_metadata
from simulators.stripe.standing import ENDED, cancel
from simulators.stripe.world import Resource, World

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def make_product(world: World, given: Resource) -> Resource:
    """A thing for sale."""
    if given.get("id") in world.resources:
        raise refused(f"Product already exists: {given['id']}", "id", "resource_already_exists")
    product: Resource = {
        "id": given.get("id") or world.new_id("prod", 14),
        "object": "product",
        "active": given.get("active", True),
        "created": world.now(),
        "default_price": None,
        "description": given.get("description"),
        "images": [],
        "livemode": False,
        "marketing_features": given.get("marketing_features") or [],
        "metadata": merge_metadata({}, given.get("metadata")),
        "name": given["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": given.get("statement_descriptor"),
        "tax_code": given.get("tax_code"),
        "type": "service",
        "unit_label": given.get("unit_label"),
        "updated": world.now(),
        "url": given.get("url"),
    }
    return world.add(product, "product.created")


def make_price(world: World, given: Resource) -> Resource:
    """What a product costs, for good: another amount is another price."""
    product = world.find("product", given["product"], "product")
    if given.get("unit_amount") is None or given["unit_amount"] < 0:
        raise refused("Missing required param: unit_amount.", "unit_amount", "parameter_missing")
    recurring = given.get("recurring")
    if recurring:
        recurring = {
            "interval": recurring["interval"],
            "interval_count": recurring.get("interval_count") or 1,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
    _take_lookup_key(world, given.get("lookup_key"), may_transfer=bool(given.get("transfer_lookup_key")))
    price: Resource = {
        "id": world.new_id("price"),
        "object": "price",
        "active": given.get("active", True),
        "billing_scheme": "per_unit",
        "created": world.now(),
        "currency": given["currency"].lower(),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": given.get("lookup_key"),
        "metadata": merge_metadata({}, given.get("metadata")),
        "nickname": given.get("nickname"),
        "product": product["id"],
        "recurring": recurring,
        "tax_behavior": given.get("tax_behavior") or "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount": given["unit_amount"],
        "unit_amount_decimal": str(given["unit_amount"]),
    }
    return world.add(price, "price.created")


def update_price(world: World, price: Resource, given: Resource) -> Resource:
    """Everything but the amount may change."""
    if given.get("lookup_key") and given["lookup_key"] != price["lookup_key"]:
        _take_lookup_key(world, given["lookup_key"], may_transfer=bool(given.get("transfer_lookup_key")))
    with world.changing(price, "price.updated"):
        for name in ("active", "lookup_key", "nickname", "tax_behavior"):
            if name in given:
                price[name] = given[name]
        price["metadata"] = merge_metadata(price["metadata"], given.get("metadata"))
    return price


def _take_lookup_key(world: World, key: str | None, *, may_transfer: bool) -> None:
    for holder in world.of("price", lookup_key=key) if key else []:
        if not may_transfer:
            message = f"A price (`{holder['id']}`) already uses that lookup key."
            raise refused(message, "lookup_key", "resource_already_exists")
        with world.changing(holder, "price.updated"):
            holder["lookup_key"] = None


def make_customer(world: World, given: Resource) -> Resource:
    """Somebody who pays.

    Raises:
        StripeRefusal: nobody can have this address. Source: https://docs.stripe.com/error-codes#email-invalid.
    """
    check_email(given.get("email"))
    customer: Resource = {
        "id": world.new_id("cus", 14),
        "object": "customer",
        "address": given.get("address"),
        "balance": 0,
        "created": world.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": given.get("description"),
        "discount": None,
        "email": given.get("email"),
        "invoice_prefix": world.new_id("X", 7)[2:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": merge_metadata({}, given.get("metadata")),
        "name": given.get("name"),
        "next_invoice_sequence": 1,
        "phone": given.get("phone"),
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        "_failures": [],
    }
    return world.add(customer, "customer.created")


def check_email(email: str | None) -> None:
    """An address looks like one, or is left out.

    Raises:
        StripeRefusal: it does not.
    """
    if email and not _EMAIL.fullmatch(email):
        raise refused(f"Invalid email address: {email}", "email", "email_invalid")


def live_customer(world: World, customer_id: str, param: str | None = "customer") -> Resource:
    """The customer, who is not deleted.

    Raises:
        StripeRefusal: there is none any more.
    """
    customer = world.find("customer", customer_id, param)
    if customer.get("deleted"):
        raise refused(f"No such customer: '{customer_id}'", "customer", "resource_missing")
    return customer


def delete_customer(world: World, customer_id: str) -> Resource:
    """The customer is gone for good, and with it every subscription."""
    customer = live_customer(world, customer_id)
    for subscription in world.of("subscription", customer=customer_id):
        if subscription["status"] not in ENDED:
            cancel(world, subscription)
    world.emit("customer.deleted", customer)
    customer["deleted"] = True
    return {"id": customer_id, "object": "customer", "deleted": True}


def price_named(world: World, name: str) -> Resource:
    """A price by its id or lookup key."""
    return next(iter(world.of("price", lookup_key=name)), None) or world.find("price", name, "price")
