"""A newcomer's way: sign up, find leads, see why one ranks where it does, and check its values at the source."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from permit_leads.archive import Archive
from tests.e2e.conftest import Reader, fill_account
from tests.e2e.stack import Stack, first_number, publishable_key

pytestmark = pytest.mark.e2e

ROWS = "tr[data-lead]"


def open_first_lead(page: Page, query: str = "") -> None:
    page.goto(f"/leads{query}")
    page.locator(f"{ROWS} a").first.click()
    page.get_by_role("heading", name="The permit as published").wait_for()


def numbers(cells: Locator, attribute: str) -> list[int]:
    return [int(cell.get_attribute(attribute) or "") for cell in cells.all()]


def test_a_newcomer_signs_up_and_sees_leads(page: Page, reader: Reader) -> None:
    expect(page.get_by_text(reader.email).and_(page.locator(":visible"))).to_be_visible()
    expect(page.locator(ROWS)).to_have_count(25)
    assert first_number(page.get_by_role("status").inner_text()) > 25


def test_filters_narrow_the_list_and_stand_in_the_address(page: Page, reader: Reader) -> None:
    before = page.get_by_role("status").inner_text()
    page.get_by_text("Trade", exact=True).click()
    page.get_by_label("Roofing").check()
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Score, at least").fill("30")
    page.get_by_role("search").get_by_role("button", name="Show leads").last.click()
    page.wait_for_url("**/leads?trade=roofing&min_score=30")
    expect(page.get_by_role("link", name="Remove filter: Roofing")).to_be_visible()
    expect(page.get_by_role("status")).not_to_have_text(before)
    assert all(text.startswith("Roofing") for text in page.locator(f"{ROWS} a").all_inner_texts())
    scores = [first_number(text) for text in page.locator(f"{ROWS} td:first-child").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 30


def test_the_count_is_told_in_the_region_that_screen_readers_watch(page: Page, reader: Reader) -> None:
    region = page.get_by_role("status").element_handle()
    page.get_by_role("search").get_by_role("searchbox").fill("garage")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads?q=garage")
    expect(page.get_by_role("link", name="Remove filter: “garage”")).to_be_visible()
    assert region is not None
    assert region.evaluate("node => node.isConnected"), "a new region would not be announced"


def test_taking_a_chip_away_widens_the_list_and_empties_its_field(page: Page, reader: Reader) -> None:
    page.goto("/leads?q=garage&trade=garage_carport")
    page.get_by_role("link", name="Remove filter: “garage”").click()
    page.wait_for_url("**/leads?trade=garage_carport")
    expect(page.get_by_role("searchbox")).to_have_value("")
    expect(page.get_by_label("Garages and carports", exact=True)).to_be_checked()


def test_pages_follow_each_other_without_overlap(page: Page, reader: Reader) -> None:
    seen = {row.get_attribute("data-lead") for row in page.locator(ROWS).all()}
    page.get_by_role("link", name="Next leads").click()
    page.wait_for_url("**/leads?cursor=*")
    page.get_by_role("link", name="First page").wait_for()
    assert not seen & {row.get_attribute("data-lead") for row in page.locator(ROWS).all()}


@pytest.mark.parametrize(
    "query", ["", "?county=17031", "?openness=taken", "?county=48439&openness=likely&openness=taken"]
)
def test_reasons_sum_to_the_points_and_the_score(page: Page, reader: Reader, query: str) -> None:
    open_first_lead(page, query)
    [total] = numbers(page.locator("[data-points-total]"), "data-points-total")
    [score] = numbers(page.locator("[data-score]"), "data-score")
    reasons = page.locator("tr[data-reason]")
    assert reasons.count() >= 3
    assert sum(numbers(reasons.locator("[data-points]"), "data-points")) == total
    assert sum(numbers(reasons.locator("[data-score-delta]"), "data-score-delta")) == score
    expect(page.get_by_role("heading", name=f"Why {score}?")).to_be_visible()


@pytest.mark.parametrize("county", ["17031", "47037", "48439"], ids=["socrata", "arcgis", "csv"])
def test_a_receipt_leads_to_the_bytes_that_the_publisher_sent(
    page: Page, reader: Reader, stack: Stack, tmp_path: Path, county: str
) -> None:
    open_first_lead(page, f"?county={county}&openness=open&openness=likely&openness=taken&openness=closed")
    page.get_by_role("link", name="Receipt for Permit number").click()
    drawer = page.get_by_role("dialog", name="Receipts")
    raw = drawer.locator("[data-receipt=permit_num] [data-raw]").first
    expect(raw).to_be_in_viewport()
    column, text = raw.get_attribute("data-raw") or "", raw.inner_text()
    sha256 = drawer.locator("[data-page-sha256]").inner_text()
    place = first_number(drawer.get_by_text("of the page that the publisher sent").inner_text()) - 1

    with page.expect_download() as downloading:
        drawer.get_by_role("link", name="Download its rows").click()
    target = tmp_path / "rows.ndjson"
    downloading.value.save_as(target)
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert rows[place]["page_row"] == place
    assert rows[place][column] == text
    assert target.read_bytes() == ask_api_for_page(stack, reader, sha256)

    archived = Archive(f"file://{stack.home}/archive").read_body(sha256)
    assert hashlib.sha256(archived).hexdigest() == sha256
    assert text.encode() in archived


def ask_api_for_page(stack: Stack, reader: Reader, sha256: str) -> bytes:
    signed_in = httpx.post(
        f"{stack.api}/auth/v1/token?grant_type=password",
        json={"email": reader.email, "password": reader.password},
        headers={"apikey": publishable_key(stack)},
    )
    token = signed_in.json()["access_token"]
    answer = httpx.get(f"{stack.api}/api/pages/{sha256}", headers={"Authorization": f"Bearer {token}"}, timeout=30)
    return answer.raise_for_status().content


def test_every_shown_text_of_a_receipt_stands_in_the_archived_page(page: Page, reader: Reader, stack: Stack) -> None:
    open_first_lead(page, "?county=17031")
    page.get_by_role("link", name="All receipts").click()
    drawer = page.get_by_role("dialog", name="Receipts")
    sha256 = drawer.locator("[data-page-sha256]").inner_text()
    archived = Archive(f"file://{stack.home}/archive").read_body(sha256).decode()
    shown = [raw for raw in drawer.locator("[data-raw]").all_text_contents() if raw != "Not published"]
    shown = [raw for raw in shown if not raw.startswith("Withheld")]
    assert len(shown) >= 8
    assert [raw for raw in shown if json.dumps(raw, ensure_ascii=False)[1:-1] not in archived] == []


def test_demo_data_says_so_wherever_it_is_shown(page: Page, reader: Reader) -> None:
    for address in ("/leads", "/coverage"):
        page.goto(address)
        expect(page.get_by_text("Demo data:").first).to_be_visible()
    open_first_lead(page)
    expect(page.get_by_text("dates shifted by").first).to_be_visible()
    page.get_by_role("link", name="All receipts").click()
    expect(page.get_by_role("dialog").get_by_text("dates shifted by")).to_be_visible()


def test_list_and_map_point_at_the_same_lead(page: Page, reader: Reader) -> None:
    page.goto("/leads?county=47037")
    area = page.get_by_role("region", name="Map of the leads on this page")
    expect(area).to_have_attribute("data-map", "ready")
    row = page.locator(ROWS).nth(2)
    row.hover()
    expect(area).to_have_attribute("data-map-selected", row.get_attribute("data-lead") or "?")


def test_a_click_on_the_map_selects_the_row(page: Page, reader: Reader) -> None:
    page.goto("/leads?county=47037")
    number = (page.locator(f"{ROWS} a").first.inner_text()).rpartition("permit ")[2]
    page.goto(f"/leads?county=47037&q={number}")
    area = page.get_by_role("region", name="Map of the leads on this page")
    expect(area).to_have_attribute("data-map", "ready")
    page.get_by_role("heading", name="Leads", exact=True).hover()
    box = area.bounding_box()
    assert box is not None
    area.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(page.locator(f"{ROWS}[data-selected=true]").first).to_be_visible()


def test_signing_out_closes_the_leads_and_signing_in_returns_to_them(page: Page, reader: Reader) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Create an account").wait_for()
    page.goto("/leads?trade=roofing")
    page.wait_for_url("**/sign-in?next=*")
    fill_account(page, reader)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/leads?trade=roofing")
    expect(page.locator(ROWS).first).to_be_visible()
