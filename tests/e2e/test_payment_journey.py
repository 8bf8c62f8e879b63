"""The way of money: a pack and a plan are paid at the simulated Stripe, canceled in its portal, and fail to renew."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Reader
from tests.e2e.money import CATALOG, TRIAL, claim, fact, open_lead
from tests.e2e.stack import Stack

pytestmark = pytest.mark.e2e

PACK: int = CATALOG["packs"]["pack_50"]["credits"]
STARTER: int = CATALOG["plans"]["starter"]["credits_a_month"]
FAILS_AT_RENEWAL = "4000 0000 0000 0341"
PATIENCE_SECONDS = 40


def see_in_time(page: Page, wanted: Locator) -> None:
    """What comes with an event of Stripe's, on a page that does not wait for it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not wanted.is_visible():
        assert time.monotonic() < deadline, page.locator("body").inner_text()
        page.reload(wait_until="load")


def pay(page: Page, card: str | None = None) -> None:
    page.wait_for_url("**/c/pay/**")
    if card:
        page.get_by_label("Card number").fill(card)
    page.get_by_role("button", name=re.compile("Pay|Subscribe")).click()
    page.wait_for_url("**/billing?checkout=done*")


def subscribe(page: Page) -> None:
    """A plan for Nashville, with a card that pays today and not again."""
    page.goto("/billing")
    page.get_by_label("Metropolitan area").select_option("nashville")
    page.get_by_role("button", name="Choose Starter").click()
    pay(page, FAILS_AT_RENEWAL)
    expect(page.get_by_role("heading", name="Starter in force")).to_be_visible(timeout=PATIENCE_SECONDS * 1000)


def notice(page: Page, kind: str) -> Locator:
    return page.locator(f"[data-notice={kind}]")


def test_a_pack_is_bought_and_its_credits_are_spent(page: Page, reader: Reader) -> None:
    page.goto("/billing")
    expect(page.get_by_text("Test payments")).to_be_visible()
    page.get_by_role("button", name="Buy 50 credits").click()
    pay(page)
    told = page.get_by_role("status").filter(has_text="Payment received.")
    expect(told).to_contain_text(f"Your balance is {TRIAL + PACK} credits.", timeout=PATIENCE_SECONDS * 1000)
    expect(page.get_by_role("link", name=f"Credits {TRIAL + PACK} left")).to_be_visible()
    expect(page.locator("[data-payment='50 credits']")).to_contain_text("Paid")
    open_lead(page, 14)
    claim(page)
    expect(fact(page, "Your balance")).to_have_text(f"{TRIAL + PACK - 1} credits")
    page.goto("/credits")
    bought = page.locator("tr[data-entry=purchase]")
    expect(bought).to_contain_text("Bought")
    expect(bought.locator("td").nth(2)).to_have_text(f"+{PACK}")


def test_a_zip_is_held_alone_once_there_are_credits_for_it(page: Page, reader: Reader) -> None:
    def hold() -> Locator:
        page.goto("/credits")
        page.get_by_label("Trade").select_option("roofing")
        page.get_by_label("ZIP", exact=True).fill("37115")
        page.get_by_role("button", name=f"Hold it for {price} credits").click()
        return page.get_by_role("region", name="Exclusive ZIPs")

    price: int = CATALOG["terms"]["exclusive_zip_credits"]
    expect(hold().get_by_role("alert")).to_contain_text("Not enough credits.")
    page.goto("/billing")
    page.get_by_role("button", name="Buy 50 credits").click()
    pay(page)
    see_in_time(page, page.get_by_role("link", name=f"Credits {TRIAL + PACK} left"))
    expect(hold().get_by_role("status")).to_contain_text("37115 is yours.")
    expect(page.get_by_role("list", name="Held now")).to_contain_text("37115, Roofing")
    expect(page.locator("tr[data-entry=adjustment]").first).to_contain_text("Exclusive ZIP")
    expect(page.get_by_role("link", name=f"Credits {TRIAL + PACK - price} left")).to_be_visible()


def test_a_payment_that_was_left_costs_nothing(page: Page, reader: Reader) -> None:
    page.goto("/billing")
    page.get_by_role("button", name="Buy 50 credits").click()
    page.wait_for_url("**/c/pay/**")
    page.get_by_role("link", name="Back without paying").click()
    page.wait_for_url("**/billing?checkout=left")
    expect(page.get_by_text("nothing was charged")).to_be_visible()
    expect(page.get_by_role("link", name=f"Credits {TRIAL} left")).to_be_visible()


def test_a_plan_runs_is_canceled_and_goes_on(page: Page, reader: Reader) -> None:
    subscribe(page)
    expect(page.get_by_role("button", name="Choose Pro")).to_have_count(0)
    see_in_time(page, page.get_by_role("link", name=f"Credits {TRIAL + STARTER} left"))
    page.goto("/leads?county=17031")
    page.locator("[data-lead] a:visible").first.click()
    expect(page.get_by_text("Your plan does not reach this place.")).to_be_visible()
    for deed, told in (("Cancel at period end", 1), ("Resume plan", 0)):
        page.goto("/billing")
        page.get_by_role("button", name="Change, pay or cancel").click()
        page.wait_for_url("**/p/session/**")
        page.get_by_role("button", name=deed).click()
        page.get_by_role("link", name="Return").click()
        page.wait_for_url("**/billing")
        status = page.get_by_text("Canceled, runs out" if told else "Active", exact=True)
        see_in_time(page, status)
        page.goto("/leads")
        expect(notice(page, "canceling")).to_have_count(told)


def test_a_renewal_that_fails_is_said_on_every_page_until_it_is_paid(page: Page, reader: Reader, stack: Stack) -> None:
    subscribe(page)
    httpx.post(f"{stack.stripe}/_control/advance", json={"days": 32}, timeout=60).raise_for_status()
    page.goto("/leads")
    see_in_time(page, notice(page, "past_due"))
    for address in ("/my-leads", "/credits", "/coverage", "/billing"):
        page.goto(address)
        expect(notice(page, "past_due")).to_contain_text("failed")
    notice(page, "past_due").get_by_role("link", name="Pay now").click()
    page.get_by_role("button", name=re.compile("^Pay")).click()
    page.get_by_role("status").get_by_text("Paid").wait_for()
    page.goto("/billing")
    see_in_time(page, page.get_by_text("Active", exact=True))
    expect(notice(page, "past_due")).to_have_count(0)
