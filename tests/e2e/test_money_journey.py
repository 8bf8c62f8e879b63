"""The way of a credit: the trial brings some, a claim takes one and opens the names, undoing brings it back."""

from __future__ import annotations

import os
import subprocess
import sys

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from permit_leads.settings import REPOSITORY
from tests.e2e.conftest import Reader, open_context, sign_up
from tests.e2e.money import CATALOG, SEATS, TRIAL, claim, fact, open_lead, panel, sold
from tests.e2e.stack import Stack, first_number

pytestmark = pytest.mark.e2e

# Work that a general contractor holds, whose permit names a person.
NAMED = "/leads?trade=roofing&county=47037&openness=likely"


def test_a_trial_claims_a_lead_sees_its_names_and_takes_it_back(page: Page, reader: Reader) -> None:
    open_lead(page, 0, NAMED)
    expect(fact(page, "Your balance")).to_have_text(f"{TRIAL} credits")
    expect(fact(page, "Contractor’s person")).to_have_count(0)
    before = sold(page)
    expect(page.get_by_text(f"{before} of {SEATS} sold")).to_be_visible()
    claim(page)
    expect(page.get_by_role("status").get_by_text("Claimed.")).to_be_visible()
    expect(fact(page, "Your balance")).to_have_text(f"{TRIAL - 1} credits")
    expect(page.locator("[data-sold]")).to_have_text(f"{before + 1} of {SEATS} sold")
    expect(fact(page, "Owner")).to_have_text("Not published")
    expect(fact(page, "Contractor’s person")).to_have_text("[name withheld]")
    assert 0 < first_number(page.get_by_role("timer").inner_text()) <= CATALOG["terms"]["undo_seconds"]
    page.get_by_role("button", name="Undo this claim").click()
    expect(page.get_by_role("status").get_by_text("1 credit came back")).to_be_visible()
    expect(fact(page, "Your balance")).to_have_text(f"{TRIAL} credits")
    expect(page.locator("[data-sold]")).to_have_text(f"{before} of {SEATS} sold")
    expect(fact(page, "Contractor’s person")).to_have_count(0)


def test_every_credit_that_came_or_went_is_a_line_of_the_statement(page: Page, reader: Reader) -> None:
    address = open_lead(page, 8)
    claim(page)
    page.get_by_role("button", name="Undo this claim").click()
    page.get_by_text("Undone.").wait_for()
    page.get_by_role("link", name=f"Credits {TRIAL} left").click()
    page.get_by_role("heading", name="Statement").wait_for()
    lines = page.locator("tr[data-entry]")
    expect(lines).to_have_count(3)
    for line, (what, amount, balance) in zip(
        lines.all(),
        (
            ("Claim undone", "+1", TRIAL),
            ("Claim", "−1", TRIAL - 1),
            ("Credits to try it", f"+{TRIAL}", TRIAL),
        ),
        strict=True,
    ):
        cells = line.locator("td")
        expect(cells.nth(1)).to_contain_text(what)
        expect(cells.nth(2)).to_have_text(amount)
        expect(cells.nth(3)).to_have_text(str(balance))
    for line in lines.all()[:2]:
        assert line.get_by_role("link").get_attribute("href") == address


def decide_refund(stack: Stack, decision: str, reason: str) -> None:
    """The operator decides the one request that waits."""

    def desk(*words: str) -> str:
        command = [sys.executable, "-m", "leadledger", "refunds", *words]
        environment = {**os.environ, "LEADLEDGER_HOME": str(stack.home)}
        ran = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    (waiting,) = desk("list").splitlines()
    desk(decision, waiting.split()[0], "--reason", reason)


def test_a_problem_is_reported_refused_appealed_and_credited(page: Page, reader: Reader, stack: Stack) -> None:
    open_lead(page, 12)
    claim(page)
    page.get_by_role("link", name="Report a problem").click()
    page.get_by_role("heading", name="Something wrong with this lead?").wait_for()
    page.get_by_label("What was wrong").select_option("other")
    page.get_by_label("In your words").fill("The owner says there is no such work.")
    page.get_by_role("button", name="Ask for the credits").click()
    page.get_by_role("status").get_by_text("We got it.").wait_for()
    expect(page.get_by_text("A person looks at it")).to_be_visible()
    decide_refund(stack, "refuse", "The permit is open at the city.")
    page.reload()
    expect(page.get_by_text("The permit is open at the city.")).to_be_visible()
    page.get_by_label("Why the refusal is wrong").fill("The house is gone.")
    page.get_by_role("button", name="Ask for a second look").click()
    expect(page.get_by_text("Second look under way")).to_be_visible()
    decide_refund(stack, "grant", "You are right.")
    page.reload()
    expect(page.get_by_role("heading", name="Your credits came back")).to_be_visible()
    page.goto("/credits")
    expect(page.locator("[data-refund]")).to_contain_text("Granted on request")
    expect(page.locator("tr[data-entry=refund]")).to_contain_text("Credits back")


def test_a_cap_stops_claims_before_they_are_charged(page: Page, reader: Reader) -> None:
    page.goto("/credits")
    page.get_by_label("All members together").fill("0")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").get_by_text("The cap is 0 credits a month now.").wait_for()
    open_lead(page, 9)
    page.get_by_role("button", name="Claim for 1 credit").click()
    expect(panel(page).get_by_role("alert")).to_contain_text("Your own cap is reached.")
    expect(fact(page, "Your balance")).to_have_text(f"{TRIAL} credits")


def test_a_claim_is_worked_on_from_stage_to_stage(page: Page, reader: Reader) -> None:
    open_lead(page, 10)
    claim(page)
    page.get_by_role("link", name="My leads").click()
    page.get_by_role("heading", name="My leads").wait_for()
    card = page.locator("[data-claim]")
    card.get_by_role("combobox").select_option("lost")
    card.get_by_label("Why it was lost").select_option("no_answer")
    card.get_by_role("button", name="Move").click()
    expect(page.locator("[data-stage=lost]")).to_contain_text("1")
    expect(card).to_contain_text("Lost, no answer")
    card.get_by_role("combobox").select_option("contacted")
    card.get_by_role("button", name="Move").click()
    page.locator("[data-stage=contacted]").click()
    page.wait_for_url("**/my-leads?stage=contacted")
    card.get_by_role("heading").get_by_role("link").click()
    page.get_by_label("A new note").fill("Wants a quote.")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("list", name="Written down")).to_contain_text("Wants a quote.")
    page.get_by_label("A new task").fill("Send the quote")
    page.get_by_label("Due, if you like").fill("2020-01-02")
    page.get_by_role("button", name="Add task").click()
    expect(page.get_by_role("list", name="To be done")).to_contain_text("Overdue")
    page.get_by_role("button", name="Done: Send the quote").click()
    expect(page.get_by_role("button", name="Open again: Send the quote")).to_be_visible()
    expect(page.get_by_role("region", name="History")).to_contain_text("Lost to contacted")


def test_of_two_who_move_a_claim_the_second_sees_what_the_first_did(
    page: Page, reader: Reader, context: BrowserContext
) -> None:
    open_lead(page, 11)
    claim(page)
    page.goto("/my-leads")
    second = context.new_page()
    second.goto("/my-leads")
    for one in (page, second):
        one.locator("[data-claim]").get_by_role("combobox").select_option("contacted")
        one.locator("[data-claim]").get_by_role("button", name="Move").click()
        one.locator("[data-claim]").get_by_text("Contacted", exact=True).wait_for()
    expect(second.get_by_text("Changed in the meantime.")).to_be_visible()


def test_what_cannot_be_paid_is_refused_with_the_way_out(page: Page, reader: Reader, context: BrowserContext) -> None:
    late = context.new_page()
    open_lead(late, 4)
    for place, label in ((1, "Claim exclusively for 3 credits"), (2, "Claim for 1 credit"), (3, "Claim for 1 credit")):
        open_lead(page, place)
        claim(page, label)
    late.get_by_role("button", name="Claim for 1 credit").click()
    refusal = panel(late).get_by_role("alert")
    expect(refusal).to_contain_text("Not enough credits.")
    expect(refusal).to_contain_text("Nothing was charged.")
    expect(refusal.get_by_role("link")).to_be_visible()
    expect(late.get_by_role("button", name="Claim for 1 credit")).to_have_count(0)


def test_who_holds_a_lead_alone_keeps_the_others_out(page: Page, reader: Reader, stack: Stack) -> None:
    address = open_lead(page, 6)
    browser = page.context.browser
    assert browser is not None
    rival = open_context(browser, stack.web).new_page()
    sign_up(rival)
    rival.goto(address)
    claim(page, "Claim exclusively for 3 credits")
    expect(fact(page, "Exclusive")).to_contain_text("Yours alone until")
    rival.get_by_role("button", name="Claim for 1 credit").click()
    expect(panel(rival).get_by_role("alert").get_by_text("Nothing was charged.")).to_be_visible()
    expect(rival.get_by_text("Another contractor holds it alone until")).to_be_visible()
    expect(fact(rival, "Your balance")).to_have_text(f"{TRIAL} credits")
    rival.context.close()


def test_prices_are_those_of_the_api_and_stand_for_everybody(page: Page, stack: Stack) -> None:
    prices = httpx.get(f"{stack.api}/api/plans").json()
    page.goto("/pricing")
    for plan in prices["plans"]:
        card = page.locator(f"[data-plan={plan['plan']}]")
        expect(card).to_contain_text(f"${plan['cents_a_month'] // 100:,}")
        expect(card).to_contain_text(f"{plan['credits_a_month']:,} credits a month")
        expect(card).to_contain_text(f"Up to {plan['seats']}")
    expect(page.get_by_text(f"{prices['trial']['credits']} credits to try it")).to_be_visible()
    expect(page.get_by_text(f"at most {prices['claims'][0]['seats']} contractors")).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name="What it costs").click()
    expect(page.get_by_role("heading", name="Plans", exact=True)).to_be_visible()
