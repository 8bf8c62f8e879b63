"""Takes the README's pictures from a running product: `python -m tests.e2e.take_pictures http://127.0.0.1:3000`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from permit_leads.settings import REPOSITORY
from tests.e2e.conftest import BROWSERS, DESKTOP, PHONE, SWITCHES, open_context, sign_up

FOLDER = REPOSITORY / "docs" / "images"
LIST = "/leads?trade=roofing&trade=remodel&county=48453"


def main(origin: str) -> None:
    """Desktop in light, phone in dark: the list, a lead and a receipt."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(SWITCHES))
        take_desktop(browser, origin)
        take_phone(browser, origin)
        browser.close()


def take_desktop(browser: Browser, origin: str) -> None:
    page = open_context(browser, origin, size=DESKTOP).new_page()
    page.goto("/")
    page.get_by_role("heading", name="Covered right now").wait_for()
    save(page, "landing.png")
    sign_up(page)
    page.goto(LIST)
    page.locator("[data-map=ready]").wait_for()
    page.locator("tr[data-lead]").nth(1).hover()
    save(page, "leads.png")
    open_lead(page)
    save(page, "lead.png")
    page.get_by_role("link", name="Receipt for Declared cost").click()
    page.get_by_role("dialog").wait_for()
    save(page, "receipt.png")


def take_phone(browser: Browser, origin: str) -> None:
    page = open_context(browser, origin, size=PHONE, scheme="dark").new_page()
    sign_up(page)
    page.goto(LIST)
    page.locator("li[data-lead]").first.wait_for()
    save(page, "leads-phone-dark.png")
    open_lead(page)
    save(page, "lead-phone-dark.png")


def open_lead(page: Page) -> None:
    page.locator("[data-lead] a:visible").nth(1).click()
    page.get_by_role("heading", name="The permit as published").wait_for()
    page.get_by_role("region", name="Map of this permit").and_(page.locator("[data-map=ready]")).wait_for()


def save(page: Page, name: str) -> Path:
    target = FOLDER / name
    page.screenshot(path=target, animations="disabled")
    print(f"{target.relative_to(REPOSITORY)}: {target.stat().st_size // 1024} KB")
    return target


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
