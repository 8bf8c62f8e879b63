"""The command as a whole, with a run that only tells what it was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from permit_leads.cli import main
from permit_leads.errors import DatabaseUnavailable
from permit_leads.outcome import Outcome, Progress, Request
from permit_leads.quality import Finding
from permit_leads.registry import Dataset
from permit_leads.settings import Settings

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
AUSTIN, CHICAGO = "austin_issued_permits", "chicago_building_permits"


def outcome(dataset_id: str, **changes: object) -> Outcome:
    values: dict[str, object] = {
        "dataset_id": dataset_id,
        "run_id": UUID(int=1),
        "kind": "sync",
        "status": "success",
        "window_since": date(2026, 11, 9),
        "window_until": date(2026, 11, 23),
        "page_count": 2,
        "record_count": 30,
        "expected_count": 30,
        "permit_new_count": 20,
        "permit_changed_count": 3,
        "permit_unchanged_count": 7,
        "lead_written_count": 25,
        "rejection_count": 0,
        "seconds": 1.25,
        "stage_seconds": {"fetch": 1.0},
        "error": None,
        "findings": [],
        "simulated_note": None,
    }
    return Outcome(**{**values, **changes})  # type: ignore[arg-type]  # values are as the fields say


@dataclass
class Run:
    """Stands where run_all stands, and answers with what it is told."""

    outcomes: list[Outcome] = field(default_factory=lambda: [outcome(AUSTIN)])
    asked: list[Request] = field(default_factory=list)
    failure: Exception | None = None

    def __call__(
        self, request: Request, registry: dict[str, Dataset], settings: Settings, progress: Progress
    ) -> list[Outcome]:
        self.asked.append(request)
        if self.failure is not None:
            raise self.failure
        progress.event("page", source=AUSTIN, page=1)
        return self.outcomes


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADLEDGER_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.mark.parametrize(
    "line",
    ["--since yesterdayy", "--source nowhere_permits", "--formats pdf", "--delay -1", "--fast", "--since 2031-01-01"],
)
def test_wrong_line_is_exit_2_before_anything_is_fetched_or_written(
    line: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run()
    assert main(line.split(), run, NOW) == 2
    assert run.asked == []
    assert list(folder.iterdir()) == []
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("permit_leads: ")


def test_bad_environment_is_exit_2_and_shows_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PERMIT_LEADS_CONNECT_TO", "hunter2")
    assert main([], Run(), NOW) == 2
    told = capsys.readouterr().err
    assert "PERMIT_LEADS_CONNECT_TO" in told
    assert "hunter2" not in told


def test_database_that_does_not_answer_is_exit_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], Run(failure=DatabaseUnavailable("the database does not answer")), NOW) == 3
    assert "does not answer" in capsys.readouterr().err
    assert "level=error event=database" in (folder / "etl_output.log").read_text()


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        (["success", "success"], 0),
        (["empty", "empty"], 0),
        (["failure", "success"], 5),
        (["failure", "empty"], 5),
        (["failure", "failure"], 4),
    ],
)
def test_exit_code_says_how_the_sources_fared(statuses: list[str], code: int) -> None:
    outcomes = [outcome(name, status=status) for name, status in zip((AUSTIN, CHICAGO), statuses, strict=True)]
    assert main([], Run(outcomes), NOW) == code


def test_window_is_told_on_both_clocks_before_the_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--since", "2024-01-15", "--until", "2024-01-16"], Run(), NOW)
    lines = (folder / "etl_output.log").read_text().splitlines()
    assert "since_utc=2024-01-15T06:00:00Z" in lines[0]
    assert 'until_chicago="2024-01-16 23:59:59 CST"' in lines[0]
    assert "event=forecast" in lines[1]  # what it costs is told before anything is fetched
    assert "event=page" in next(line for line in lines[1:] if "event=forecast" not in line)
    told = capsys.readouterr()
    assert lines[0] in told.err
    assert "Watermarks stay where they were" in told.out


def test_no_selector_and_no_window_is_a_sync_of_all_enabled_sources(folder: Path) -> None:
    run = Run()
    main([], run, NOW)
    (request,) = run.asked
    assert request.kind == "sync"
    assert AUSTIN in request.dataset_ids
    assert "watermark=moves" in (folder / "etl_output.log").read_text()


def test_command_by_hand_takes_what_make_up_takes(folder: Path) -> None:
    (folder / "home" / "run").mkdir(parents=True)
    supervised = {"connect_to": "http://127.0.0.1:8801", "sources": [CHICAGO]}
    (folder / "home" / "run" / "etl.json").write_text(json.dumps(supervised))
    run = Run()
    main([], run, NOW)
    assert run.asked[0].dataset_ids == (CHICAGO,)
    assert "connect_to=http://127.0.0.1:8801" in (folder / "etl_output.log").read_text()


def test_environment_goes_before_what_make_up_takes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "home" / "run").mkdir(parents=True)
    (folder / "home" / "run" / "etl.json").write_text('{"connect_to": "http://127.0.0.1:8801", "sources": []}')
    monkeypatch.setenv("PERMIT_LEADS_SOURCES", AUSTIN)
    run = Run()
    main([], run, NOW)
    assert run.asked[0].dataset_ids == (AUSTIN,)
    assert "connect_to" not in (folder / "etl_output.log").read_text()


def test_request_carries_what_the_line_says(folder: Path) -> None:
    run = Run()
    main(["--since", "24h", "--delay", "2", "--dry-run", "--source", AUSTIN, "--out", "files"], run, NOW)
    (request,) = run.asked
    assert (request.since, request.until) == (datetime(2026, 11, 22, 18, 30, tzinfo=UTC), NOW)
    assert (request.delay_seconds, request.is_dry_run, request.is_replay) == (2.0, True, False)
    assert (request.dataset_ids, request.out_dir) == ((AUSTIN,), folder / "files")


def test_summary_shows_counts_and_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [
        outcome(AUSTIN, simulated_note="recorded rows; dates shifted by 553 weeks"),
        outcome(CHICAGO, status="failure", error="robots.txt forbids /resource", record_count=12),
        outcome("nyc_dob_now_permits", status="empty", window_since=None, window_until=None),
        outcome("nashville_building_permits", findings=[Finding("frozen", "warning", "newest row is 9 days old")]),
    ]
    main([], Run(outcomes), NOW)
    told = capsys.readouterr().out
    assert "austin_issued_permits       success  2026-11-09..2026-11-23      2        30   20        3     7" in told
    assert "12 of 30" in told
    assert "chicago_building_permits: robots.txt forbids /resource" in told
    assert "nyc_dob_now_permits: the publisher answers and has no records in this window" in told
    assert "austin_issued_permits: simulated publisher: recorded rows; dates shifted by 553 weeks" in told
    assert "nashville_building_permits: warning: newest row is 9 days old" in told


def test_benign_summary_does_not_hold_the_words_operators_grep_for(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--since", "24h"], Run(), NOW)
    told = capsys.readouterr()
    assert not any(word in (told.out + told.err).lower() for word in ("error", "fail", "exception"))


def test_json_is_one_document_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run([outcome(AUSTIN), outcome(CHICAGO, status="failure", error="down")])
    assert main(["--json", "--since", "2024-01-15", "--until", "2024-01-16"], run, NOW) == 5
    seen = json.loads(capsys.readouterr().out)
    assert (seen["exit_code"], seen["kind"], seen["window"]["since_utc"]) == (5, "window", "2024-01-15T06:00:00Z")
    assert [(each["dataset_id"], each["status"], each["error"]) for each in seen["sources"]] == [
        (AUSTIN, "success", None),
        (CHICAGO, "failure", "down"),
    ]


def test_interrupt_is_exit_130(capsys: pytest.CaptureFixture[str]) -> None:
    class Interrupted(Run):
        def __call__(self, *_: object) -> list[Outcome]:
            raise KeyboardInterrupt

    assert main([], Interrupted(), NOW) == 130
    assert "interrupted" in capsys.readouterr().err
