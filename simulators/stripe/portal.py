"""The customer portal's configurations and sessions."""

from __future__ import annotations

from simulators.stripe.catalog import live_customer
from simulators.stripe.clock import HOUR
from simulators.stripe.errors import refused
from simulators.stripe.forms import merge_metadata
from simulators.stripe.world import Resource, World

SESSION_SECONDS = HOUR
_OFF: Resource = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "products": None,
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}


def make_configuration(world: World, given: Resource) -> Resource:
    """What customers may do in the portal; never the account's default, which only its dashboard saves."""
    configuration: Resource = {
        "id": world.new_id("bpc"),
        "object": "billing_portal.configuration",
        "active": True,
        "application": None,
        "business_profile": {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None}
        | (given.get("business_profile") or {}),
        "created": world.now(),
        "default_return_url": given.get("default_return_url"),
        "features": _features(world, _OFF, given["features"]),
        "is_default": False,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": merge_metadata({}, given.get("metadata")),
        "name": given.get("name"),
        "updated": world.now(),
    }
    return world.add(configuration, "billing_portal.configuration.created")


def update_configuration(world: World, configuration: Resource, given: Resource) -> Resource:
    """Other features from now on."""
    with world.changing(configuration, "billing_portal.configuration.updated"):
        for name in ("active", "default_return_url", "name"):
            if name in given:
                configuration[name] = given[name]
        configuration["business_profile"] |= given.get("business_profile") or {}
        configuration["features"] = _features(world, configuration["features"], given.get("features") or {})
        configuration["metadata"] = merge_metadata(configuration["metadata"], given.get("metadata"))
        configuration["updated"] = world.now()
    return configuration


def _features(world: World, old: Resource, given: Resource) -> Resource:
    features = {name: feature | (given.get(name) or {}) for name, feature in old.items()}
    for sold in features["subscription_update"]["products"] or []:
        world.find("product", sold["product"], "features[subscription_update][products]")
        for price_id in sold["prices"]:
            world.find("price", price_id, "features[subscription_update][products]")
    return features


def save_default_configuration(world: World) -> Resource:
    """What a person does in the dashboard: everything allowed but changing the plan."""
    on = {"enabled": True}
    features = {
        "invoice_history": on,
        "payment_method_update": on,
        "subscription_cancel": on | {"mode": "at_period_end"},
    }
    configuration = make_configuration(world, {"features": features})
    configuration["is_default"] = True
    return configuration


def open_portal(world: World, given: Resource) -> Resource:
    """A page where the customer sees what is paid for and may change it, for an hour.

    Raises:
        StripeRefusal: there is no such customer, or no configuration.
    """
    customer = live_customer(world, given["customer"])
    configuration = _choose_configuration(world, given.get("configuration"))
    secret = world.new_id("test", 48)
    session: Resource = {
        "id": world.new_id("bps"),
        "object": "billing_portal.session",
        "configuration": configuration["id"],
        "created": world.now(),
        "customer": customer["id"],
        "flow": given.get("flow_data"),
        "livemode": False,
        "locale": given.get("locale"),
        "on_behalf_of": None,
        "return_url": given.get("return_url") or configuration["default_return_url"],
        "url": f"{world.public_url}/p/session/{secret}",
        "_secret": secret,
    }
    return world.add(session, "billing_portal.session.created")


def _choose_configuration(world: World, configuration_id: str | None) -> Resource:
    if configuration_id:
        return world.find("billing_portal.configuration", configuration_id, "configuration")
    for configuration in world.of("billing_portal.configuration", is_default=True):
        return configuration
    raise refused(
        "No configuration provided and your test mode default configuration has not been created. "
        "Provide a configuration or create your default by saving your customer portal settings in test mode."
    )
