"""/v1/checkout/sessions and /v1/billing_portal."""

from __future__ import annotations

from simulators.stripe import checkout, portal
from simulators.stripe.api.routing import PAGE, Call, Route, cut_page, listing, one
from simulators.stripe.forms import EXPAND, Spec, Taken
from simulators.stripe.world import Resource, present

LINE: Spec = {"price!": str, "quantity": int}
SESSION: Spec = {
    "mode!": ("payment", "subscription"),
    "line_items!": [LINE],
    "success_url!": str,
    "cancel_url": str,
    "allow_promotion_codes": bool,
    "billing_address_collection": ("auto", "required"),
    "client_reference_id": str,
    "customer": str,
    "customer_creation": ("always", "if_required"),
    "customer_email": str,
    "customer_update": {"address": str, "name": str, "shipping": str},
    "expires_at": int,
    "locale": str,
    "metadata": Taken.METADATA,
    "payment_intent_data": {
        "description": str,
        "metadata": Taken.METADATA,
        "receipt_email": str,
        "setup_future_usage": ("on_session", "off_session"),
        "statement_descriptor_suffix": str,
    },
    "payment_method_types": [("card", "us_bank_account", "link")],
    "saved_payment_method_options": Taken.ANYTHING,
    "submit_type": ("auto", "book", "donate", "pay", "subscribe"),
    "subscription_data": {
        "description": str,
        "metadata": Taken.METADATA,
        "trial_end": int,
        "trial_period_days": int,
        "trial_settings": Taken.ANYTHING,
    },
    "ui_mode": ("hosted_page",),
}
SESSIONS_BY: Spec = {
    "customer": str,
    "payment_intent": str,
    "subscription": str,
    "status": ("open", "complete", "expired"),
}
ENABLED: Spec = {"enabled!": bool}
CONFIGURATION: Spec = {
    "active": bool,
    "business_profile": {"headline": str, "privacy_policy_url": str, "terms_of_service_url": str},
    "default_return_url": str,
    "login_page": ENABLED,
    "metadata": Taken.METADATA,
    "name": str,
}
FEATURES: Spec = {
    "customer_update": {"enabled!": bool, "allowed_updates": [str]},
    "invoice_history": ENABLED,
    "payment_method_update": ENABLED,
    "subscription_cancel": {
        "enabled!": bool,
        "mode": ("at_period_end", "immediately"),
        "proration_behavior": ("none", "create_prorations", "always_invoice"),
        "cancellation_reason": {"enabled!": bool, "options": [str]},
    },
    "subscription_update": {
        "enabled!": bool,
        "default_allowed_updates": [("price", "promotion_code", "quantity")],
        "proration_behavior": ("none", "create_prorations", "always_invoice"),
        "products": [{"product!": str, "prices!": [str]}],
    },
}
PORTAL: Spec = {
    "customer!": str,
    "configuration": str,
    "flow_data": Taken.ANYTHING,
    "locale": str,
    "return_url": str,
}


def _create_session(call: Call) -> Resource:
    return present(call.world, checkout.open_session(call.world, call.given))


def _expire_session(call: Call) -> Resource:
    return present(call.world, checkout.expire(call.world, call.named("checkout.session")))


def _list_line_items(call: Call) -> Resource:
    found = checkout.line_items(call.world, call.named("checkout.session"))
    limit = call.given.get("limit") or 10
    return found | {"data": found["data"][:limit], "has_more": len(found["data"]) > limit}


def _create_configuration(call: Call) -> Resource:
    return present(call.world, portal.make_configuration(call.world, call.given))


def _update_configuration(call: Call) -> Resource:
    configuration = call.named("billing_portal.configuration")
    return present(call.world, portal.update_configuration(call.world, configuration, call.given))


def _list_configurations(call: Call) -> Resource:
    by = {name: call.given[name] for name in ("active", "is_default") if name in call.given}
    return cut_page(call, call.world.of("billing_portal.configuration", **by))


def _open_portal(call: Call) -> Resource:
    return present(call.world, portal.open_portal(call.world, call.given))


_SESSIONS, _CONFIGURATIONS = "/checkout/sessions", "/billing_portal/configurations"
_CONFIGURATION = "billing_portal.configuration"
ROUTES = (
    Route("POST", _SESSIONS, _create_session, {**SESSION, **EXPAND}, "checkout_session_write"),
    Route("GET", _SESSIONS, listing("checkout.session"), {**PAGE, **SESSIONS_BY, **EXPAND}, "checkout_session_read"),
    Route("GET", f"{_SESSIONS}/{{}}", one("checkout.session"), EXPAND, "checkout_session_read"),
    Route("POST", f"{_SESSIONS}/{{}}/expire", _expire_session, EXPAND, "checkout_session_write"),
    Route("GET", f"{_SESSIONS}/{{}}/line_items", _list_line_items, {**PAGE, **EXPAND}, "checkout_session_read"),
    Route(
        "POST",
        _CONFIGURATIONS,
        _create_configuration,
        {**CONFIGURATION, "features!": FEATURES, **EXPAND},
        "customer_portal_write",
    ),
    Route(
        "GET",
        _CONFIGURATIONS,
        _list_configurations,
        {**PAGE, "active": bool, "is_default": bool, **EXPAND},
        "customer_portal_read",
    ),
    Route("GET", f"{_CONFIGURATIONS}/{{}}", one(_CONFIGURATION), EXPAND, "customer_portal_read"),
    Route(
        "POST",
        f"{_CONFIGURATIONS}/{{}}",
        _update_configuration,
        {**CONFIGURATION, "features": FEATURES, **EXPAND},
        "customer_portal_write",
    ),
    Route("POST", "/billing_portal/sessions", _open_portal, {**PORTAL, **EXPAND}, "customer_portal_write"),
)
