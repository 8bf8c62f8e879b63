"""What the tests of money share: what is sold, and the claim panel of a lead."""

from __future__ import annotations

import tomllib
from typing import Any

from playwright.sync_api import Locator, Page

from permit_leads.settings import REPOSITORY
from tests.e2e.stack import first_number

CATALOG: dict[str, Any] = tomllib.loads((REPOSITORY / "leadledger" / "plans.toml").read_text(encoding="utf-8"))
TRIAL: int = CATALOG["terms"]["trial_credits"]
SEATS: int = CATALOG["claims"]["any"]["seats"]


def open_lead(page: Page, place: int, query: str = "/leads") -> str:
    """Opens one of the leads of a list, and says where it is."""
    page.goto(query)
    link = page.locator("[data-lead] a:visible").nth(place)
    address = link.get_attribute("href") or ""
    link.click()
    page.get_by_role("heading", name="Claim this lead").wait_for()
    return address


def panel(page: Page) -> Locator:
    return page.locator("section[aria-labelledby=claim]")


def fact(page: Page, name: str) -> Locator:
    """A value of the claim panel, by its title."""
    return (
        panel(page).locator("div", has=page.get_by_role("term").get_by_text(name, exact=True)).get_by_role("definition")
    )


def sold(page: Page) -> int:
    return first_number(page.locator("[data-sold]").inner_text())


def claim(page: Page, label: str = "Claim for 1 credit") -> None:
    page.get_by_role("button", name=label).click()
    page.get_by_role("heading", name="You hold this lead").wait_for()
