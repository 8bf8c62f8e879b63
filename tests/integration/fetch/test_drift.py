"""F12, for each protocol: a column that is renamed, dropped or retyped is named, with what it may be called now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from permit_leads.errors import SourceChanged
from permit_leads.page import Window
from simulators.publishers import Fault
from simulators.publishers.table import Table
from tests.integration.fetch.publishers import HOSTS, Fetch

NOVEMBER = Window(date(2026, 11, 1), date(2026, 11, 30))


def change(fetch: Fetch, protocol: str, **options: Any) -> None:
    fetch.simulator.faults.add(Fault("F12", host=HOSTS[protocol], **options))


@pytest.mark.parametrize("protocol", ["socrata", "arcgis", "ckan_sql"])
def test_a_renamed_date_column_is_named_with_its_new_name(fetch: Fetch, protocol: str) -> None:
    change(fetch, protocol, kind="rename", column="issued", to="issued_on")
    with pytest.raises(SourceChanged, match=r"column issued is gone \(found issued_on\)"):
        fetch.rows(protocol, NOVEMBER)


@pytest.mark.parametrize("protocol", ["socrata", "arcgis", "ckan_sql"])
def test_a_dropped_date_column_is_named(fetch: Fetch, protocol: str) -> None:
    change(fetch, protocol, kind="drop", column="issued")
    with pytest.raises(SourceChanged, match="column issued is gone"):
        fetch.rows(protocol, NOVEMBER)


@pytest.mark.parametrize("protocol", ["socrata", "arcgis", "ckan_sql"])
def test_a_date_column_that_became_text_is_named(fetch: Fetch, protocol: str) -> None:
    change(fetch, protocol, kind="retype", column="issued")
    with pytest.raises(SourceChanged, match="column issued was retyped"):
        fetch.rows(protocol, NOVEMBER)


@pytest.mark.parametrize("protocol", ["arcgis", "ckan", "ckan_sql"])
def test_a_renamed_key_is_named(fetch: Fetch, protocol: str) -> None:
    change(fetch, protocol, kind="rename", column="permit", to="permit_no")
    with pytest.raises(SourceChanged, match=r"column permit is gone \(found permit_no\)"):
        fetch.rows(protocol)


@pytest.mark.parametrize("kind", ["rename", "drop"])
def test_a_header_that_changed_is_no_header(fetch: Fetch, kind: str) -> None:
    change(fetch, "csv", kind=kind, column="permit")
    with pytest.raises(SourceChanged, match="no header with permit, issued"):
        fetch.rows("csv")


def test_a_sheet_without_a_column_is_named(fetch: Fetch) -> None:
    fetch.simulator.faults.add(Fault("F12", host=HOSTS["xlsx"], on="rows", kind="drop", column="permit"))
    with pytest.raises(SourceChanged, match="column permit is gone"):
        fetch.rows("xlsx")


def test_a_sheet_with_a_renamed_column_is_named_with_its_new_name(fetch: Fetch) -> None:
    for workbook in fetch.simulator.hosts[HOSTS["xlsx"]].resources:
        columns = (
            replace(column, title={"permit": "Permit No"}.get(column.name, column.name))
            for column in workbook.table.columns
        )
        workbook.table = Table(tuple(columns), workbook.table.rows)
    with pytest.raises(SourceChanged, match=r"column permit is gone \(found Permit No\)"):
        fetch.rows("xlsx")


@pytest.mark.parametrize("protocol", ["socrata", "arcgis", "ckan", "ckan_sql", "csv"])
def test_another_column_is_shown_under_its_new_name_for_the_checks_to_see(fetch: Fetch, protocol: str) -> None:
    change(fetch, protocol, kind="rename", column="cost", to="price")
    columns = fetch.rows(protocol).columns
    assert "price" in columns
    assert "cost" not in columns
