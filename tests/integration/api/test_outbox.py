"""The outbox page: the mails of a machine without a mail server, for that machine alone."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from leadledger.app import create_app
from leadledger.mail import Mail, Outbox
from tests.integration.api.conftest import PUBLISHABLE_KEY, make_settings, serve, sign_up
from tests.integration.mailbox import link_in, read_mail

SUPABASE = {"supabase_url": "https://project.supabase.example.test"}
SMTP = {"smtp_host": "mail.example.test", "mail_from": "a@example.test"}


def test_mails_are_shown_as_text_with_their_links(server: httpx.Client, tmp_path: Path) -> None:
    assert "It is empty." in server.get("/outbox").text
    outbox = Outbox(tmp_path / "outbox", "a@example.test")
    text = '<script>alert(1)</script>\nSee https://leads.example.test/x?a=1&b=2 and "quotes"\n'
    outbox.send(Mail(key="1", to="owner@example.test", subject="<b>Leads</b>", text=text, html="<p>no</p>"))
    answer = server.get("/outbox")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<script>" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "<h2>&lt;b&gt;Leads&lt;/b&gt;</h2>" in answer.text
    url = "https://leads.example.test/x?a=1&amp;b=2"
    assert f'<a rel="noreferrer" href="{url}">{url}</a> and &quot;quotes&quot;' in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example.test:8000"},
        {"X-Forwarded-For": "203.0.113.7"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=203.0.113.7"},
    ],
)
def test_callers_of_elsewhere_find_nothing(server: httpx.Client, headers: dict[str, str]) -> None:
    assert server.get("/outbox", headers=headers).status_code == 404


@pytest.mark.parametrize(
    "changes", [SUPABASE, SMTP, {"backend_url": "https://api.example.test"}], ids=["supabase", "smtp", "public"]
)
def test_there_is_no_page_where_others_could_come(
    api_database_url: str, tmp_path: Path, changes: dict[str, object]
) -> None:
    Outbox(tmp_path / "outbox", "a@example.test").send(
        Mail(key="1", to="owner@example.test", subject="Leads", text="Secret\n")
    )
    with serve(create_app(make_settings(api_database_url, tmp_path, **changes))) as server:
        answer = server.get("/outbox")
    assert answer.status_code == 404
    assert "Secret" not in answer.text


def test_page_only_reads(server: httpx.Client) -> None:
    assert {server.request(method, "/outbox").status_code for method in ("POST", "PUT", "DELETE", "PATCH")} == {405}


def test_without_a_mail_server_reset_works_by_way_of_the_outbox(server: httpx.Client, tmp_path: Path) -> None:
    sign_up(server)
    key = {"apikey": PUBLISHABLE_KEY}
    assert server.post("/auth/v1/recover", json={"email": "owner@example.com"}, headers=key).json() == {}
    deadline = time.monotonic() + 20
    while not (files := list((tmp_path / "outbox").glob("*.eml"))):
        assert time.monotonic() < deadline
    link = link_in(read_mail(files[0].read_bytes()))
    assert link.replace("&", "&amp;") in server.get("/outbox").text
    answer = server.get(link.removeprefix("http://127.0.0.1:8000"))
    assert (answer.status_code, "access_token=" in answer.headers["location"]) == (303, True)
