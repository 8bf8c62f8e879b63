"""One running product and one browser for all browser tests; each test has a fresh, empty browser profile."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.stack import Stack, running_stack

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = (1440, 900)
PHONE = (390, 844)
PASSWORD = "a sentence is easier to keep"
PATIENCE_MS = 20_000


@dataclass(frozen=True, slots=True)
class Reader:
    """An account that a test made."""

    email: str
    password: str = PASSWORD


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """$CHROMIUM, else the machine's Chromium, else Playwright's own."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(SWITCHES))
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    fresh = open_context(browser, stack.web)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def reader(page: Page) -> Reader:
    """Somebody new, signed up through the page and looking at the leads."""
    return sign_up(page)


def open_context(
    browser: Browser, origin: str, *, size: tuple[int, int] = DESKTOP, scheme: str = "light"
) -> BrowserContext:
    context = browser.new_context(
        base_url=origin,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


def sign_up(page: Page) -> Reader:
    reader = Reader(f"reader-{secrets.token_hex(6)}@example.com")
    page.goto("/sign-up")
    fill_account(page, reader)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/leads")
    page.get_by_role("heading", name="Leads", exact=True).wait_for()
    return reader


def fill_account(page: Page, reader: Reader) -> None:
    page.get_by_label("E-mail").fill(reader.email)
    page.get_by_label("Password").fill(reader.password)
