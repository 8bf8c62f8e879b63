"""/v1/events, /v1/webhook_endpoints, /v1/account."""

from __future__ import annotations

import fnmatch

from simulators.stripe.api.routing import PAGE, Call, Route, cut_page, listing, one
from simulators.stripe.errors import refused
from simulators.stripe.forms import EXPAND, Spec, Taken, merge_metadata
from simulators.stripe.world import ACCOUNT_ID, Resource, World, present

ENDPOINT: Spec = {
    "description": str,
    "metadata": Taken.METADATA,
}


def make_endpoint(world: World, given: Resource, secrets: list[str]) -> Resource:
    """An address that is told of events, each signed with every one of its secrets."""
    endpoint: Resource = {
        "id": world.new_id("we"),
        "object": "webhook_endpoint",
        "api_version": given.get("api_version"),
        "application": None,
        "created": world.now(),
        "description": given.get("description"),
        "enabled_events": given["enabled_events"],
        "livemode": False,
        "metadata": merge_metadata({}, given.get("metadata")),
        "status": "enabled",
        "url": given["url"],
        "_secrets": secrets,
    }
    return world.add(endpoint)


def _create_endpoint(call: Call) -> Resource:
    if not call.given["url"].startswith(("http://", "https://")):
        raise refused("Invalid URL: an explicit scheme (such as https) must be provided.", "url", "url_invalid")
    secret = call.world.new_id("whsec", 32)
    return present(call.world, make_endpoint(call.world, call.given, [secret])) | {"secret": secret}


def _update_endpoint(call: Call) -> Resource:
    endpoint = call.named("webhook_endpoint")
    for name in ("url", "enabled_events", "description"):
        if call.given.get(name) is not None:
            endpoint[name] = call.given[name]
    if call.given.get("disabled") is not None:
        endpoint["status"] = "disabled" if call.given["disabled"] else "enabled"
    endpoint["metadata"] = merge_metadata(endpoint["metadata"], call.given.get("metadata"))
    call.world.change_count += 1
    return present(call.world, endpoint)


def _delete_endpoint(call: Call) -> Resource:
    endpoint = call.named("webhook_endpoint")
    del call.world.resources[endpoint["id"]]
    call.world.change_count += 1
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def _list_events(call: Call) -> Resource:
    wanted = call.given.get("types") or ([call.given["type"]] if call.given.get("type") else ["*"])
    found = call.world.of("event")
    return cut_page(call, [event for event in found if any(fnmatch.fnmatch(event["type"], one) for one in wanted)])


def _show_account(_: Call) -> Resource:
    return {
        "id": ACCOUNT_ID,
        "object": "account",
        "business_profile": {"name": "Simulated account"},
        "charges_enabled": True,
        "country": "US",
        "default_currency": "usd",
        "livemode": False,
        "metadata": {},
        "settings": {"dashboard": {"display_name": "Simulated account", "timezone": "Etc/UTC"}},
        "type": "standard",
    }


_PATH, _KIND = "/webhook_endpoints", "webhook_endpoint"
ROUTES = (
    Route("GET", "/events", _list_events, {**PAGE, "type": str, "types": [str], **EXPAND}, "event_read"),
    Route("GET", "/events/{}", one("event"), EXPAND, "event_read"),
    Route(
        "POST",
        _PATH,
        _create_endpoint,
        {**ENDPOINT, "api_version": str, "url!": str, "enabled_events!": [str], **EXPAND},
        "webhook_write",
    ),
    Route("GET", _PATH, listing(_KIND), {**PAGE, **EXPAND}, "webhook_read"),
    Route("GET", f"{_PATH}/{{}}", one(_KIND), EXPAND, "webhook_read"),
    Route(
        "POST",
        f"{_PATH}/{{}}",
        _update_endpoint,
        {**ENDPOINT, "url": str, "enabled_events": [str], "disabled": bool, **EXPAND},
        "webhook_write",
    ),
    Route("DELETE", f"{_PATH}/{{}}", _delete_endpoint, {}, "webhook_write"),
    Route("GET", "/account", _show_account, EXPAND, "account_read"),
)
