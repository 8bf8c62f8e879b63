"""Windows against servers that read dates as the real ones do, and the way a client reaches a simulator at all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest

from permit_leads.errors import SourceRefused, SourceUnavailable
from permit_leads.fetch import fetch_pages, read_rows
from permit_leads.fetch.http import PoliteClient
from permit_leads.page import Page, Window
from permit_leads.registry import Dataset, load_registry
from simulators.publishers import Robots, Simulator, serve
from simulators.publishers.synthetic import harris_county, houston
from tests.integration.fetch.publishers import ALL, HOSTS, NUMBERS, Fetch
from tests.integration.simulators.worlds import NOTE
from tests.unit.fetch.fakes import Events, FakeClock


@pytest.mark.parametrize("protocol", ["socrata", "arcgis", "ckan_sql"])
@pytest.mark.parametrize(
    ("window", "numbers"),
    [
        (Window(date(2026, 11, 2), date(2026, 11, 2)), ["P-03", "P-04"]),
        (Window(date(2026, 11, 5), None), ["P-09", "P-10", "P-11", "P-12"]),
        (Window(None, date(2026, 11, 1)), ["P-01", "P-02"]),
        (Window(date(2026, 12, 1), date(2026, 12, 31)), []),
    ],
)
def test_both_ends_of_a_window_are_included(fetch: Fetch, protocol: str, window: Window, numbers: list[str]) -> None:
    rows = fetch.rows(protocol, window)
    assert sorted(rows["permit"] if rows.height else []) == numbers


def test_every_page_carries_the_simulators_confession(fetch: Fetch) -> None:
    assert {page.note for protocol in HOSTS for page in fetch.pages(protocol)} == {NOTE}


def test_the_address_and_the_host_stay_the_publishers_own(fetch: Fetch) -> None:
    page = next(page for page in fetch.pages("socrata") if page.kind == "rows")
    assert page.url.startswith(f"https://{HOSTS['socrata']}/resource/")
    assert {request.host for request in fetch.simulator.requests} == {HOSTS["socrata"]}


def test_long_queries_go_by_post_and_are_kept(fetch: Fetch) -> None:
    long = " OR ".join(f"permit = 'X-{at:04}'" for at in range(150))
    pages = fetch.pages("arcgis", where=f"permit LIKE 'P-%' OR {long}")
    counts = [page for page in pages if page.kind == "count"]
    assert [page.expected_count for page in counts] == [len(NUMBERS)] * 2
    assert {page.method for page in counts} == {"POST"}
    assert all(page.request_body and page.request_body.startswith("where=") for page in counts)


@pytest.mark.parametrize("protocol", list(HOSTS))
@pytest.mark.parametrize(
    ("robots", "error"),
    [
        (Robots("disallow"), SourceRefused),
        (Robots("status", status=403), SourceRefused),
        (Robots("status", status=500), SourceUnavailable),
        (Robots("status", status=429), SourceUnavailable),
    ],
)
def test_robots_is_asked_first_and_obeyed(fetch: Fetch, protocol: str, robots: Robots, error: type[Exception]) -> None:
    fetch.simulator.hosts[HOSTS[protocol]].robots = robots
    with pytest.raises(error):
        fetch.rows(protocol)
    assert {request.path for request in fetch.simulator.requests} == {"/robots.txt"}


@pytest.mark.parametrize("robots", [Robots("missing"), Robots("redirect", hops=5), Robots("redirect", hops=6)])
def test_robots_that_allow_are_no_hindrance(fetch: Fetch, robots: Robots) -> None:
    fetch.simulator.hosts[HOSTS["socrata"]].robots = robots
    assert fetch.numbers("socrata") == NUMBERS


class Texas:
    """Harris County and Houston, synthetic, and a client."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.client = PoliteClient(connect_to=simulator.url, clock=FakeClock(), on_event=Events(), rng=random.Random(7))

    def fetched(self, dataset: Dataset, window: Window) -> tuple[list[Page], pl.DataFrame]:
        """The pages of a window, and all their rows."""
        pages = list(fetch_pages(dataset, window, self.client))
        frames = [read_rows(dataset, page.body, page.media_type) for page in pages if page.kind == "rows"]
        return pages, pl.concat(frames, how="diagonal") if frames else pl.DataFrame()


@pytest.fixture(scope="module")
def texas() -> Iterator[Texas]:
    with serve([harris_county(count=50), houston(weeks=5)]) as simulator:
        texas = Texas(simulator)
        with texas.client:
            yield texas


def test_harris_countys_days_begin_at_six_utc_all_year(texas: Texas) -> None:
    harris = load_registry()["harris_issued_permits"]
    _, june = texas.fetched(harris, Window(date(2026, 6, 30), date(2026, 6, 30)))
    _, july = texas.fetched(harris, Window(date(2026, 7, 1), date(2026, 7, 1)))
    assert june["ISSUEDDATE"].to_list() == ["1782882000000"]  # 2026-07-01T05:00Z is 30 June at -06:00
    assert july["ISSUEDDATE"].to_list() == ["1782885600000"]


def test_harris_county_is_read_whole(texas: Texas) -> None:
    pages, rows = texas.fetched(load_registry()["harris_issued_permits"], ALL)
    assert [page.kind for page in pages] == ["metadata", "count", "rows", "count"]
    assert rows["PERMITNUMBER"].n_unique() == rows.height == 50
    assert rows["geometry.x"].cast(pl.Float64).is_between(-96, -94).all()


def test_houstons_weeks_are_found_on_its_index_page(texas: Texas) -> None:
    pages, rows = texas.fetched(load_registry()["houston_weekly_permits"], ALL)
    assert [page.kind for page in pages] == ["index", *["rows"] * 5]
    assert all(page.url.startswith("https://www.houstonpermittingcenter.org/sites/") for page in pages[1:])
    records = rows.filter(pl.col("Project No").is_not_null())
    assert records.height == 150
    assert rows.columns == ["Zip Code", "Permit Date", "Permit Type", "Project No", "Address", "Comments"]


def test_the_footer_of_a_workbook_stays_for_the_normalizer_to_reject(texas: Texas) -> None:
    _, rows = texas.fetched(load_registry()["houston_weekly_permits"], ALL)
    assert rows.filter(pl.col("Project No").is_null()).height == 5
