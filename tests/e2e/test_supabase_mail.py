"""The unmodified JavaScript clients of Supabase, and a real mail server, against the embedded identity provider."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from leadledger.app import create_app
from permit_leads.settings import REPOSITORY
from tests.integration.api.conftest import FRONTEND, PUBLISHABLE_KEY, make_settings, serve
from tests.integration.mailbox import Mailbox, code_in, link_in, running_mailbox

pytestmark = pytest.mark.e2e

SCRIPT = Path(__file__).with_name("supabase_mail.mjs")
EMAIL = "owner@example.com"


def converse(script: subprocess.Popen[str], mailbox: Mailbox) -> list[dict[str, Any]]:
    """Give the script each mail that it waits for; what it said."""
    said = []
    assert script.stdout
    assert script.stdin
    for line in script.stdout:
        said.append(json.loads(line))
        if "wants" in said[-1]:
            mail = mailbox.next_mail(said[-1]["to"])
            script.stdin.write(json.dumps({"link": link_in(mail), "code": code_in(mail)}) + "\n")
            script.stdin.flush()
    return said


def test_supabase_js_confirms_resets_and_exchanges_codes(api_database_url: str, tmp_path: Path) -> None:
    with running_mailbox() as mailbox:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_security": "none", "mail_from": "a@b.test"}
        with serve(create_app(make_settings(api_database_url, tmp_path, **mail))) as api:
            arguments = [str(REPOSITORY / "web"), str(api.base_url).rstrip("/"), PUBLISHABLE_KEY, EMAIL, FRONTEND]
            command = ["node", "--experimental-websocket", str(SCRIPT), *arguments]
            pipe = subprocess.PIPE
            with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as script:
                said = converse(script, mailbox)
                _, problem = script.communicate(timeout=60)
    assert script.returncode == 0, problem
    assert [one["wants"] for one in said[:-1]] == ["confirmation", "reset", "magic link", "confirmation of another"]
    assert said[-1]["user_id"]
    assert {"SIGNED_IN", "TOKEN_REFRESHED", "PASSWORD_RECOVERY", "SIGNED_OUT"} <= set(said[-1]["events"])
