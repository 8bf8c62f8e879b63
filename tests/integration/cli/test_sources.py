"""`python -m permit_leads sources ...` against a recorded publisher."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest

from permit_leads.cli import main as run
from permit_leads.sources_cli import main
from simulators.publishers import Simulator, load_snapshot, serve

SOURCE = "southlake_permits"


@pytest.fixture
def recorded() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[SOURCE])) as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def _scope(recorded: Simulator, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded.restore()
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("PERMIT_LEADS_CONNECT_TO", recorded.url)
    monkeypatch.setenv("PERMIT_LEADS_SOURCES", SOURCE)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    code = main([*words, "--json"])
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, document


def test_probe_sees_what_a_run_would_see(capsys: pytest.CaptureFixture[str]) -> None:
    code, seen = told(capsys, "probe", SOURCE)
    assert (code, seen["problem"], seen["columns_not_seen"]) == (0, None, [])
    assert str(seen["robots"]).startswith("allowed")
    assert seen["rows_seen"]
    assert seen["newest_date"]
    assert seen["fingerprint"]


def test_probe_of_a_publisher_that_does_not_answer_is_exit_1_and_says_why(
    capsys: pytest.CaptureFixture[str], recorded: Simulator
) -> None:
    for host in recorded.hosts.values():
        host.resources.clear()
    code, seen = told(capsys, "probe", SOURCE)
    assert code == 1
    assert "404" in str(seen["problem"])


def test_doctor_calls_a_source_sick_that_never_ran(capsys: pytest.CaptureFixture[str]) -> None:
    code, seen = told(capsys, "doctor")
    assert code == 1
    assert isinstance(seen["sources"], list)
    assert [verdict["reasons"] for verdict in seen["sources"]] == [["unknown: never ran"]]


def test_doctor_compares_the_columns_with_those_of_the_last_run(
    capsys: pytest.CaptureFixture[str], recorded: Simulator
) -> None:
    assert run(["--source", SOURCE]) == 0
    capsys.readouterr()
    (resource,) = recorded.hosts["southlake.recorded.invalid"].resources
    table = resource.table
    rows = table.rows.rename({"Main Parcel": "Parcel"}).with_columns(pl.lit("soon").alias("Finalized Date"))
    columns = tuple(replace(one, name=rows.columns[at]) for at, one in enumerate(table.columns))
    resource.table = replace(table, rows=rows, columns=columns)
    _, seen = told(capsys, "doctor")
    assert isinstance(seen["sources"], list)
    (verdict,) = seen["sources"]
    assert verdict["drift"] == {
        "added": ["Parcel"],
        "missing": ["Main Parcel"],
        "changed": ["Finalized Date: day then, text now"],
    }
    assert verdict["fingerprint"] != verdict["last_fingerprint"]
    assert (verdict["statuses"], verdict["spacing_seconds"]) == ([200], 1.0)
    assert verdict["robots"].startswith("allowed")


def test_list_and_show_say_what_the_registry_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert SOURCE in capsys.readouterr().out
    _, listed = told(capsys, "list")
    assert isinstance(listed["sources"], list)
    whole = {row["source"]: row["can_be_reconciled"] for row in listed["sources"]}
    assert (whole[SOURCE], whole["philadelphia_permits"]) == (True, False)
    code, seen = told(capsys, "show", SOURCE)
    assert (code, seen["id"], seen["last_run"]) == (0, SOURCE, None)


@pytest.mark.parametrize(
    ("words", "says"),
    [([], "required"), (["show", "southlak_permits"], "did you mean southlake_permits"), (["prob"], "invalid choice")],
)
def test_wrong_use_is_exit_2(capsys: pytest.CaptureFixture[str], words: list[str], says: str) -> None:
    assert main(words) == 2
    assert says in capsys.readouterr().err
