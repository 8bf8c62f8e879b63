"""What every page keeps: nothing from elsewhere, a strict policy, honest answers when something is missing or down."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from permit_leads.settings import REPOSITORY
from tests.e2e.conftest import Reader, open_context
from tests.e2e.stack import Stack, free_port

pytestmark = pytest.mark.e2e

WEB = REPOSITORY / "web"


@pytest.fixture(scope="module")
def web_without_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same build, told of an API that does not answer."""
    port, log = free_port(), tmp_path_factory.mktemp("web") / "web.log"
    environment = {
        "PATH": os.environ["PATH"],
        "BACKEND_URL": f"http://127.0.0.1:{free_port()}",
        "SUPABASE_ANON_KEY": "sb_publishable_none",
        "NODE_ENV": "production",
        "NEXT_TELEMETRY_DISABLED": "1",
    }
    program = [shutil.which("node") or "node", "node_modules/next/dist/bin/next", "start"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*program, "--hostname", "127.0.0.1", "--port", str(port)],
            cwd=WEB,
            env=environment,
            stdout=output,
            stderr=output,
        )
        try:
            yield wait_for(f"http://127.0.0.1:{port}", log)
        finally:
            process.terminate()
            process.wait(20)


def wait_for(origin: str, log: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{origin}/sign-in", timeout=5)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return origin
    raise AssertionError(log.read_text(encoding="utf-8"))


def test_pages_ask_nobody_else_and_break_no_policy(page: Page, reader: Reader, stack: Stack) -> None:
    strangers: set[str] = set()
    complaints: list[str] = []

    def watch_request(request: Request) -> None:
        host = urlsplit(request.url).netloc
        if host and host != urlsplit(stack.web).netloc:
            strangers.add(request.url)

    def watch_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("request", watch_request)
    page.on("console", watch_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for address in ("/", "/coverage", "/pricing", "/sign-in", "/my-leads", "/credits", "/billing", "/leads"):
        page.goto(address)
        page.wait_for_load_state("load")
    expect(page.get_by_role("region", name="Map of the leads on this page")).to_have_attribute("data-map", "ready")
    page.locator("tr[data-lead] a").first.click()
    expect(page.get_by_role("region", name="Map of this permit")).to_have_attribute("data-map", "ready")
    assert strangers == set()
    assert complaints == []


def test_every_page_carries_the_headers_that_keep_it_safe(stack: Stack) -> None:
    for path in ("/", "/coverage", "/pricing", "/sign-in", "/no-such-page"):
        headers = httpx.get(f"{stack.web}{path}").headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "x-powered-by" not in headers


def test_the_coverage_page_is_public_and_sorts_by_its_columns(page: Page, stack: Stack) -> None:
    page.goto("/coverage")
    page.get_by_role("heading", name="Source by source").wait_for()
    expect(page.get_by_role("columnheader", name="Publisher")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("link", name="Open leads").click()
    page.wait_for_url("**/coverage?sort=-lead_count")
    header = page.get_by_role("columnheader", name="Open leads")
    expect(header).to_have_attribute("aria-sort", "descending")
    counts = [int(cell.replace(",", "")) for cell in page.locator("tr[data-dataset] td:nth-child(6)").all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 0


def test_a_source_that_is_off_says_why_and_since_when_on_any_screen(page: Page, stack: Stack) -> None:
    page.goto("/coverage")
    row = page.locator('tr[data-dataset="missoula_permits"]')
    card = page.locator("#missoula_permits")
    for width, shown in ((1280, row), (1280, card), (390, card)):
        page.set_viewport_size({"width": width, "height": 900})
        for words in ("Says too little, seen Nov 23, 2026", "prints no dates"):
            expect(shown).to_contain_text(words)
            expect(shown.get_by_text(words).first).to_be_visible()
    expect(row).to_be_hidden()


def test_what_cannot_be_read_in_the_address_is_told(page: Page, reader: Reader) -> None:
    page.goto("/leads?zip=7870&min_score=300&trade=juggling&issued_since=2026-02-30")
    for words in ("zip “7870”", "min_score “300”", "trade “juggling”", "issued_since “2026-02-30”"):
        expect(page.get_by_role("alert").get_by_text(words)).to_be_visible()


def test_a_cursor_of_another_search_is_refused_in_words(page: Page, reader: Reader) -> None:
    page.goto("/leads?cursor=nonsense")
    expect(page.get_by_role("heading", name="This search cannot be read")).to_be_visible()


def test_an_uncovered_county_is_not_an_empty_one(page: Page, reader: Reader) -> None:
    page.goto("/leads?county=48301")
    expect(page.get_by_role("heading", name="This area is not covered yet")).to_be_visible()
    page.goto("/leads?q=zzzzzzzz")
    expect(page.get_by_role("heading", name="No lead matches")).to_be_visible()
    page.get_by_role("link", name="Search without “zzzzzzzz”").click()
    expect(page.locator("tr[data-lead]").first).to_be_visible()


@pytest.mark.parametrize("lead_id", ["00000000-0000-0000-0000-000000000000", "not-an-id"])
def test_an_unknown_lead_is_not_found(page: Page, reader: Reader, lead_id: str) -> None:
    page.goto(f"/leads/{lead_id}")
    expect(page.get_by_role("heading", name="No such lead")).to_be_visible()


def test_a_missing_value_is_said_to_be_missing(page: Page, reader: Reader) -> None:
    page.goto("/leads?county=47037")
    page.locator("tr[data-lead] a").first.click()
    expect(page.locator("[data-fact=completed_date]")).to_have_text("Not published")


def test_without_the_api_the_front_page_stands_and_others_say_so(browser: Browser, web_without_api: str) -> None:
    context = open_context(browser, web_without_api)
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_text("The coverage cannot be read right now.")).to_be_visible()
    page.goto("/coverage")
    expect(page.get_by_role("heading", name="This page could not be loaded")).to_be_visible()
    expect(page.get_by_text("api-unreachable")).to_be_visible()
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("reader@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").get_by_text("does not answer")).to_be_visible()
    context.close()


def test_an_account_is_made_before_any_script_runs(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(base_url=stack.web, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-up")
    page.get_by_label("E-mail").fill(f"plain-{time.time_ns()}@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/leads")
    assert "leadledger-session" in {cookie["name"] for cookie in context.cookies()}
    context.close()
