"""POST /_control/<name> with parameters as JSON: what tests do in Python, for a browser test in another process."""

from __future__ import annotations

import inspect
import ipaddress
from dataclasses import asdict, is_dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from simulators.stripe.api.front import Reply, Request
from simulators.stripe.envelopes import Envelope
from simulators.stripe.errors import StripeRefusal
from simulators.stripe.simulator import StripeSimulator

ACTS = (
    "advance",
    "begin_unfinished",
    "cancel_now",
    "change_card",
    "change_plan",
    "clear_faults",
    "close_dispute",
    "delete_customer",
    "dispute",
    "emit",
    "end_webhook_secret",
    "expire",
    "fail_api",
    "fail_next_payment",
    "fail_refund",
    "find",
    "get",
    "hold",
    "pause",
    "pause_collection",
    "pay",
    "pay_by_bank",
    "pay_invoice",
    "refund",
    "release_events",
    "resume",
    "resume_collection",
    "roll_webhook_secret",
    "save_portal_settings",
    "set_cancel_at_period_end",
    "set_habits",
    "settle_payment",
    "spoil_events",
    "void_invoice",
)
LISTS = ("deliveries", "habits", "held")
_JSON = {"Content-Type": "application/json"}


def answer_control(simulator: StripeSimulator, request: Request, name: str) -> Reply:
    """Do what is asked; GET lists what there is. Only on loopback, and no page of another site can ask."""
    if not _is_local(request):
        return _json({"error": "/_control answers only on a loopback host"}, 403)
    if request.method == "GET":
        return _list(simulator, name)
    if request.method != "POST" or name not in ACTS:
        return _json({"error": f"no {request.method} /_control/{name}; POST one of {', '.join(ACTS)}"}, 404)
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        return _json({"error": "send JSON, with Content-Type: application/json"}, 415)
    try:
        given = orjson.loads(request.body or "{}")
        act = getattr(simulator, name)
        bound = inspect.signature(act).bind(**given)
        return _json(act(*bound.args, **bound.kwargs))
    except (TypeError, orjson.JSONDecodeError) as error:
        return _json({"error": str(error)}, 400)
    except KeyError as error:
        return _json({"error": f"there is no {error}"}, 404)
    except StripeRefusal as refusal:
        return _json({"error": refusal.message, "code": refusal.code}, refusal.status)


def _list(simulator: StripeSimulator, name: str) -> Reply:
    if name in LISTS:
        return _json(getattr(simulator, name))
    if name == "requests":
        return _json([{"method": one.method, "target": one.target, "body": one.body} for one in simulator.requests])
    if name:
        return _json({"error": f"no GET /_control/{name}"}, 404)
    acts = {act: str(inspect.signature(getattr(simulator, act))) for act in ACTS}
    return _json({"now": simulator.world.now(), "acts": acts, "lists": [*LISTS, "requests"]})


def _is_local(request: Request) -> bool:
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return ipaddress.ip_address(request.client).is_loopback and (host == "localhost" or _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _plain(value: Any) -> Any:
    if isinstance(value, Envelope):
        return {"id": value.event_id, "type": value.event_type, "headers": value.headers, "body": value.body.decode()}
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError


def _json(value: Any, status: int = 200) -> Reply:
    return Reply(status, orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATACLASS), _JSON)
