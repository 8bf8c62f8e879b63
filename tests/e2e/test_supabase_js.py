"""The unmodified JavaScript client of Supabase against the embedded identity provider."""

from __future__ import annotations

import html
import json
import re
import secrets
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from permit_leads.settings import REPOSITORY
from tests.e2e.stack import Stack, publishable_key

pytestmark = pytest.mark.e2e

SCRIPT = Path(__file__).with_name("supabase_client.mjs")


def test_supabase_js_signs_up_in_refreshes_and_signs_out(stack: Stack) -> None:
    email = f"client-{secrets.token_hex(6)}@example.com"
    arguments = [str(REPOSITORY / "web"), stack.api, publishable_key(stack), email, "correct horse battery"]
    # The client wants a WebSocket to exist, as in a browser; Node 20 has one behind this switch, later ones anyway.
    command = ["node", "--experimental-websocket", str(SCRIPT), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert said["user_id"]
    assert {"SIGNED_IN", "TOKEN_REFRESHED", "SIGNED_OUT"} <= set(said["events"])


def test_forgotten_password_is_found_in_the_outbox_of_this_machine(stack: Stack) -> None:
    email, key = f"outbox-{secrets.token_hex(6)}@example.com", {"apikey": publishable_key(stack)}
    with httpx.Client(base_url=stack.api, headers=key, timeout=30) as api:
        assert api.post("/auth/v1/signup", json={"email": email, "password": "correct horse"}).status_code == 200
        assert api.post("/auth/v1/recover", json={"email": email}).json() == {}
        deadline = time.monotonic() + 20
        while email not in (page := api.get("/outbox").text):
            assert time.monotonic() < deadline
        (link,) = re.findall(r'href="([^"]+)"', page.split(email)[1].split("</article>")[0])
        answer = api.get(html.unescape(link))
    assert (answer.status_code, answer.headers["location"].split("#")[0]) == (303, stack.web)
