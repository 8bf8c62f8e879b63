"""The source files that ship: which there are, and what must hold for every one of them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from permit_leads.normalize import trades
from permit_leads.permit import FIELD_BY_BLDS
from permit_leads.registry import SOURCES_DIR, Dataset, load_registry
from permit_leads.registry_checks import TRADES

REGISTRY = load_registry()
TEXTS = [path.read_text("utf-8") for path in SOURCES_DIR.rglob("*.toml")]
FIXTURES = Path(__file__).parents[2] / "fixtures"
TEXTS = [path.read_text("utf-8") for path in SOURCES_DIR.rglob("*.toml")]
NEEDED_ONE = pytest.mark.parametrize("dataset", REGISTRY.values(), ids=REGISTRY.keys())


def test_every_dataset_has_a_fixture_and_no_fixture_has_lost_its_dataset() -> None:
    assert set(REGISTRY) == {path.name for path in FIXTURES.iterdir() if path.is_dir()}


def test_trades_of_labels_are_the_trades_of_the_word_list() -> None:
    assert set(TRADES) == set(trades.trade_labels())


def test_files_lie_in_the_folder_of_their_state() -> None:
    for path in SOURCES_DIR.rglob("*.toml"):
        assert tomllib.loads(path.read_text("utf-8"))["publisher"]["state"].lower() == path.parent.name


@NEEDED_ONE
def test_words_and_labels_are_reachable(dataset: Dataset) -> None:
    """A value map in lower and upper case twice, or a label with blanks around it, could never be looked up."""
    for words in dataset.values.values():
        assert all(word == word.strip() for word in words)
    if dataset.trades:
        assert all(word == word.strip() for word in dataset.trades.values)


@NEEDED_ONE
def test_resale_is_never_assumed(dataset: Dataset) -> None:
    """No publisher's terms were opened yet, so nothing may be exported (upstream fact sheet, section 9.5)."""
    assert dataset.publisher.licence.is_resale_ok is None


@NEEDED_ONE
def test_a_file_says_where_its_facts_are_from(dataset: Dataset) -> None:
    (text,) = [text for text in TEXTS if f'id = "{dataset.id}"' in text]
    assert text.startswith("# ")
    assert "20" in text.split("[publisher]")[0], "the head comment carries a date"


@NEEDED_ONE
def test_windows_go_by_a_column_that_is_mapped_to_a_date(dataset: Dataset) -> None:
    if dataset.date_column is None:  # whole files; layers whose days are texts that do not sort
        whole = ("csv", "xlsx", "html", "arcgis", "ckan", "geojson", "portal")
        assert dataset.protocol in whole or not dataset.is_enabled
        return
    rules = [(blds, rule) for blds, rule in dataset.fields.items() if rule.column == dataset.date_column]
    assert [(FIELD_BY_BLDS[blds].kind, rule.parse) for blds, rule in rules] == [("date", dataset.date_kind)]


def test_chicago_shows_the_notice_that_the_city_asks_for() -> None:
    attribution = REGISTRY["chicago_building_permits"].publisher.licence.attribution or ""
    assert attribution.startswith("This site provides applications using data that has been modified for use")


def test_harris_county_can_be_pointed_elsewhere() -> None:
    assert REGISTRY["harris_issued_permits"].url_env == "HC_ISSUED_PERMITS_URL"
