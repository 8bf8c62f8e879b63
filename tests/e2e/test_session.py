"""Sessions of the web app: out of reach of scripts, refreshed in time, over when they are over."""

from __future__ import annotations

import base64
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Reader
from tests.e2e.stack import Stack

pytestmark = pytest.mark.e2e

COOKIE = "leadledger-session"
ENCODED = "base64-"  # how @supabase/ssr marks a base64url value
CHUNK = 3180  # and how long it lets one cookie be


def session_cookies(context: BrowserContext) -> dict[str, str]:
    """The session, whole or in chunks; not what the client remembers of a sign-in under way."""
    found = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
    return {name: value for name, value in sorted(found.items()) if re.fullmatch(rf"{COOKIE}(\.\d+)?", name)}


def read_session(context: BrowserContext) -> dict[str, Any]:
    text = "".join(session_cookies(context).values()).removeprefix(ENCODED)
    session: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return session


def write_session(context: BrowserContext, stack: Stack, session: dict[str, Any]) -> None:
    text = ENCODED + base64.urlsafe_b64encode(json.dumps(session).encode()).decode().rstrip("=")
    parts = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]
    names = [COOKIE] if len(parts) == 1 else [f"{COOKIE}.{place}" for place in range(len(parts))]
    context.clear_cookies()
    context.add_cookies(
        [{"name": name, "value": part, "url": stack.web} for name, part in zip(names, parts, strict=True)]
    )


def expire(context: BrowserContext, stack: Stack, **changes: object) -> dict[str, Any]:
    """The session as it would stand when its access token is over, without waiting an hour for it."""
    session = {**read_session(context), "expires_at": int(time.time()) - 1, **changes}
    write_session(context, stack, session)
    return session


def test_no_script_can_read_the_session(page: Page, reader: Reader, context: BrowserContext) -> None:
    assert session_cookies(context)
    assert COOKIE not in page.evaluate("document.cookie")
    for cookie in context.cookies():
        if cookie["name"].startswith(COOKIE):
            assert cookie["httpOnly"]
            assert cookie["sameSite"] == "Lax"


def test_a_session_at_its_end_is_refreshed_on_the_way_to_the_page(
    page: Page, reader: Reader, context: BrowserContext, stack: Stack
) -> None:
    old = expire(context, stack)
    page.goto("/leads")
    expect(page.locator("tr[data-lead]").first).to_be_visible()
    new = read_session(context)
    assert new["refresh_token"] != old["refresh_token"]
    assert new["access_token"] != old["access_token"]
    assert new["expires_at"] > time.time() + 60


def test_many_requests_at_the_end_of_a_session_do_not_lose_it(
    page: Page, reader: Reader, context: BrowserContext, stack: Stack
) -> None:
    expire(context, stack)
    cookies = session_cookies(context)

    def ask(_: int) -> int:
        return httpx.get(f"{stack.web}/leads", cookies=cookies, timeout=60).status_code

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(ask, range(5))) == [200] * 5
    page.goto("/leads")
    expect(page.locator("tr[data-lead]").first).to_be_visible()


def test_a_session_that_cannot_be_refreshed_ends_at_the_sign_in(
    page: Page, reader: Reader, context: BrowserContext, stack: Stack
) -> None:
    expire(context, stack, refresh_token="not-one-of-ours", access_token=tampered(context))
    page.goto("/leads")
    page.wait_for_url("**/sign-in?next=%2Fleads")


def tampered(context: BrowserContext) -> str:
    header, payload, _ = read_session(context)["access_token"].split(".")
    return f"{header}.{payload}.{'A' * 86}"


def test_a_forged_token_is_nobody(page: Page, reader: Reader, context: BrowserContext, stack: Stack) -> None:
    write_session(context, stack, {**read_session(context), "access_token": tampered(context)})
    page.goto("/leads")
    page.wait_for_url("**/sign-in?next=%2Fleads")


def test_signing_out_ends_the_session_at_the_provider_too(
    page: Page, reader: Reader, context: BrowserContext, stack: Stack
) -> None:
    before = read_session(context)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Create an account").wait_for()
    assert session_cookies(context) == {}
    write_session(context, stack, {**before, "expires_at": int(time.time()) - 1})
    page.goto("/leads")
    page.wait_for_url("**/sign-in?next=%2Fleads")


@pytest.mark.parametrize(
    "path",
    [
        "/leads",
        "/leads/7d9c8f1e-0000-4000-8000-000000000000",
        "/archive/" + "0" * 64,
        "/my-leads",
        "/credits",
        "/billing",
    ],
)
def test_private_addresses_send_strangers_to_the_sign_in(stack: Stack, path: str) -> None:
    answer = httpx.get(f"{stack.web}{path}")
    assert answer.status_code == 307
    assert answer.headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(page: Page, reader: Reader, elsewhere: str) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Create an account").wait_for()
    page.goto(f"/sign-in?next={elsewhere}")
    page.get_by_label("E-mail").fill(reader.email)
    page.get_by_label("Password").fill(reader.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/leads")


def test_a_wrong_password_is_told_and_the_address_kept(page: Page, reader: Reader) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Create an account").wait_for()
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(reader.email)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").get_by_text("do not match an account")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(reader.email)


def test_a_taken_address_and_a_weak_password_are_told(page: Page, reader: Reader) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Create an account").wait_for()
    for password, words in (("1", "password"), (reader.password, "already has an account")):
        page.goto("/sign-up")
        page.get_by_label("E-mail").fill(reader.email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_role("alert").get_by_text(words, exact=False)).to_be_visible()
