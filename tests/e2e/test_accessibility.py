"""axe finds nothing on any page, in light and dark, on desktop and phone; and the keyboard gets everywhere."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from permit_leads.settings import REPOSITORY
from tests.e2e.conftest import DESKTOP, PHONE, Reader, open_context, sign_up
from tests.e2e.stack import Stack

pytestmark = pytest.mark.e2e

AXE = (REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LEAD_LINKS = "[data-lead] a:visible"
PLACES = itertools.count()  # a lead of its own for each who claims one: their seats are few


def see_landing(page: Page) -> None:
    page.goto("/")
    page.get_by_role("heading", name="Covered right now").wait_for()


def see_coverage(page: Page) -> None:
    page.goto("/coverage")
    page.get_by_role("heading", name="Source by source").wait_for()


def see_pricing(page: Page) -> None:
    page.goto("/pricing")
    page.get_by_role("heading", name="What a claim costs").wait_for()


def see_sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in").wait_for()


def see_refused_sign_up(page: Page) -> None:
    page.goto("/sign-up")
    page.get_by_label("E-mail").fill("nobody")
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("alert").get_by_text("Enter an e-mail address").wait_for()


def see_nothing(page: Page) -> None:
    page.goto("/no-such-page")
    page.get_by_role("heading", name="Page not found").wait_for()


def see_leads(page: Page) -> None:
    page.goto("/leads")
    page.locator(LEAD_LINKS).first.wait_for()


def see_map_on_demand(page: Page) -> None:
    see_leads(page)
    button = page.get_by_role("button", name="Show on a map")
    if button.is_visible():
        button.click()
    expect(page.get_by_role("region", name="Map of the leads on this page")).to_have_attribute("data-map", "ready")


def see_open_filters(page: Page) -> None:
    page.goto("/leads?trade=roofing&min_cost=100")
    page.locator("summary", has_text="More").click()
    page.get_by_label("Score, at least").wait_for()


def see_no_match(page: Page) -> None:
    page.goto("/leads?q=zzzzzz&zip=abc")
    page.get_by_role("heading", name="No lead matches").wait_for()


def see_not_covered(page: Page) -> None:
    page.goto("/leads?county=48301")
    page.get_by_role("heading", name="This area is not covered yet").wait_for()


def see_lead(page: Page) -> None:
    see_leads(page)
    page.locator(LEAD_LINKS).first.click()
    page.get_by_role("heading", name="The permit as published").wait_for()


def see_claimed_lead(page: Page) -> None:
    page.goto("/leads?county=17031")
    page.locator(LEAD_LINKS).nth(next(PLACES)).click()
    page.get_by_role("button", name="Claim for 1 credit").click()
    page.get_by_role("heading", name="You hold this lead").wait_for()


def see_no_claims(page: Page) -> None:
    page.goto("/my-leads")
    page.get_by_role("heading", name="No lead is claimed yet").wait_for()


def see_claims(page: Page) -> None:
    page.goto("/my-leads")
    page.get_by_role("heading", name="My leads").wait_for()
    page.locator("[data-claim]").get_by_role("combobox").select_option("lost")
    page.get_by_label("Why it was lost").wait_for()


def see_claim(page: Page) -> None:
    see_claims(page)
    page.locator("[data-claim] h2 a").first.click()
    page.get_by_label("A new task").fill("Call")
    page.get_by_role("button", name="Add task").click()
    page.get_by_text("Task added.").wait_for()


def see_no_such_claim(page: Page) -> None:
    page.goto("/my-leads/00000000-0000-0000-0000-000000000000")
    page.get_by_role("heading", name="No such claim").wait_for()


def see_credits(page: Page) -> None:
    page.goto("/credits")
    page.get_by_role("heading", name="Statement").wait_for()


def see_billing(page: Page) -> None:
    page.goto("/billing")
    page.get_by_role("heading", name="Billing", exact=True).wait_for()


def see_open_menu(page: Page) -> None:
    see_credits(page)
    button = page.locator("summary", has_text="Menu")
    if button.is_visible():
        button.click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="My leads").wait_for()


def see_receipts(page: Page) -> None:
    see_lead(page)
    page.get_by_role("link", name="Receipt for Permit number").click()
    page.get_by_role("dialog", name="Receipts").wait_for()


def see_no_such_lead(page: Page) -> None:
    page.goto("/leads/00000000-0000-0000-0000-000000000000")
    page.get_by_role("heading", name="No such lead").wait_for()


PUBLIC: tuple[Callable[[Page], None], ...] = (
    see_landing,
    see_coverage,
    see_pricing,
    see_sign_in,
    see_refused_sign_up,
    see_nothing,
)
PRIVATE: tuple[Callable[[Page], None], ...] = (
    see_leads,
    see_map_on_demand,
    see_open_filters,
    see_no_match,
    see_not_covered,
    see_lead,
    see_no_claims,
    see_claimed_lead,
    see_claims,
    see_claim,
    see_no_such_claim,
    see_credits,
    see_billing,
    see_open_menu,
    see_receipts,
    see_no_such_lead,
)


def violations(page: Page) -> list[str]:
    """What axe objects to, with the elements it means. Evaluated from outside, so the page's policy stays on."""
    page.evaluate(AXE)
    asked = {"runOnly": {"type": "tag", "values": STANDARD}}
    found: dict[str, Any] = page.evaluate("asked => axe.run(document, asked)", asked)
    assert len(found["passes"]) > 5, "axe saw no page"
    return [f"{rule['id']}: {[node['html'][:160] for node in rule['nodes']]}" for rule in found["violations"]]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(browser: Browser, stack: Stack, scheme: str, size: tuple[int, int]) -> None:
    context = open_context(browser, stack.web, size=size, scheme=scheme)
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for see in PUBLIC:
        see(page)
        found[see.__name__] = violations(page)
    sign_up(page)
    for see in PRIVATE:
        see(page)
        found[see.__name__] = violations(page)
    context.close()
    assert {name: rules for name, rules in found.items() if rules} == {}


@pytest.mark.parametrize(
    "see",
    [*PUBLIC, see_leads, see_lead, see_credits, see_billing, see_no_claims, see_claimed_lead],
    ids=lambda see: see.__name__,
)
def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, stack: Stack, see: Callable[[Page], None]) -> None:
    context = open_context(browser, stack.web, size=(320, 640))
    page = context.new_page()
    if see not in PUBLIC:
        sign_up(page)
    see(page)
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_the_first_tab_stop_skips_to_the_content(page: Page, stack: Stack) -> None:
    see_landing(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_lead_is_found_opened_and_checked_by_keyboard_alone(page: Page, reader: Reader) -> None:
    page.get_by_role("searchbox").focus()
    page.keyboard.type("garage")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads?q=garage")
    page.get_by_role("link", name="Remove filter").wait_for()
    press_until(page, "Tab", "[data-lead] a")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="The permit as published").wait_for()
    press_until(page, "Tab", "a[href='#receipt']")
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Receipts")
    drawer.wait_for()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.get_by_role("link", name="All receipts")).to_be_focused()
    assert "#" not in page.url


def press_until(page: Page, key: str, selector: str) -> None:
    """Presses the key until the focus stands on an element of the selector; fails after 150 presses."""
    for _ in range(150):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{key} never reached {selector}")


def test_escape_closes_a_filter_menu_and_gives_the_focus_back(page: Page, reader: Reader) -> None:
    page.get_by_text("Trade", exact=True).click()
    page.get_by_label("Roofing").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Roofing")).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent").startswith("Trade")


def test_the_chosen_colours_stay_on_the_next_page_without_a_flash(page: Page, stack: Stack) -> None:
    see_landing(page)
    toggle = page.get_by_role("button", name="Colours: system. Change to light.")
    toggle.click()
    page.get_by_role("button", name="Colours: light. Change to dark.").click()
    assert '<html lang="en" data-theme="dark"' in page.request.get("/coverage").text()
