"""A right body for every address that takes one, so that it is refused for what it touches, not for how it is written.

`{name}` stands for an id of the account that is walked around in, as the seeds returned it. Where a body may name a
thing of an account, it does, so that the walk sees whether another's is taken.
"""

from __future__ import annotations

from typing import Any

BODIES: dict[str, dict[str, Any]] = {
    "change_account": {"name": "Taken over"},
    "change_member": {"role": "viewer"},
    "create_api_key": {"name": "Walker", "scopes": ["read"]},
    "rename_api_key": {"name": "Taken over"},
    "rotate_api_key": {"overlap_days": 0},
    "create_invitation": {"email": "walker@example.com"},
    "accept_invitation": {"token": "lli_" + "w" * 43},
    "search_leads": {"territory_id": "{territory_id}"},
    "create_territory": {"name": "Walker", "zips": ["78704"]},
    "change_territory": {"name": "Taken over"},
    "create_export": {"format": "csv", "filter": {"territory_id": "{territory_id}"}},
    "claim_lead": {"lead_id": "{lead_id}", "assigned_to": "{user_id}"},
    "request_refund": {"claim_id": "{claim_id}", "complaint": "other", "words": "Taken over"},
    "appeal_refund": {"words": "Taken over"},
    "buy_exclusive_zip": {"trade": "roofing", "zip": "78704"},
    "open_checkout": {"kind": "pack", "pack": "pack_50"},
    "choose_metro": {"metro": "austin"},
    "change_credit_cap": {"user_id": "{user_id}", "credits_a_month": 1},
    "assign_claim": {"version": 2, "assigned_to": "{user_id}"},
    "move_claim": {"version": 2, "stage": "quoted"},
    "write_note": {"body": "Taken over"},
    "make_task": {"title": "Taken over"},
    "file_privacy_request": {
        "kind": "opt_out",
        "address": "1 Walker St",
        "zip": "78704",
        "contact_email": "walker@example.com",
    },
    "create_saved_search": {"name": "Walker", "filter": {"trade": ["roofing"]}},
    "change_saved_search": {"name": "Taken over"},
    "preview_saved_search": {"filter": {"trade": ["roofing"]}},
    "create_alert": {"channel": "in_app"},
    "change_alert": {"is_paused": True},
    "mark_inbox": {},
    "create_webhook_endpoint": {"url": "https://hooks.example.com/walker"},
    "change_webhook_endpoint": {"description": "Taken over"},
    "rewind_webhook_endpoint": {"after": 0},
    "change_task": {"version": 1, "title": "Taken over"},
}


def fill(template: Any, known: dict[str, str]) -> Any:
    """The body with the ids in place."""
    if isinstance(template, dict):
        return {name: fill(value, known) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, known) for value in template]
    return template.format_map(known) if isinstance(template, str) else template
