"""What a run says: greppable, one line an event, no secrets."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permit_leads.progress import Progress, format_line, redact

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RUNBOOK_GREP = re.compile(r"error|fail|exception", re.IGNORECASE)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "etl_output.log"


def test_each_event_is_one_line_in_the_log_at_once(log: Path) -> None:
    progress = Progress(log, io.StringIO(), lambda: NOW)
    progress.event("page", source="austin_issued_permits", page=3, rows=10000, ms=412.0, total=30000)
    assert log.read_text() == (
        "2026-11-23T12:00:00Z level=info event=page source=austin_issued_permits page=3 rows=10000 ms=412 total=30000\n"
    )


def test_console_shows_the_same_line_when_it_is_no_terminal(log: Path) -> None:
    console = io.StringIO()
    Progress(log, console, lambda: NOW).event("page", rows=1)
    assert console.getvalue() == log.read_text()


def test_terminal_shows_the_event_without_the_logs_grammar(log: Path) -> None:
    terminal = Terminal()
    Progress(log, terminal, lambda: NOW).event("page", source="austin_issued_permits", rows=1)
    assert "12:00:00" in terminal.getvalue()
    assert "austin_issued_permits" in terminal.getvalue()
    assert "level=" not in terminal.getvalue()


def test_nothing_is_written_before_the_first_event(log: Path) -> None:
    Progress(log, io.StringIO())
    assert not log.exists()


def test_log_may_be_moved_away_while_a_run_is_on(log: Path, tmp_path: Path) -> None:
    progress = Progress(log, io.StringIO(), lambda: NOW)
    progress.event("first")
    log.rename(tmp_path / "etl_output.log.1")
    progress.event("second")
    assert "event=second" in log.read_text()
    assert "event=first" not in log.read_text()


def test_log_may_be_truncated_while_a_run_is_on(log: Path) -> None:
    progress = Progress(log, io.StringIO(), lambda: NOW)
    progress.event("first")
    log.write_bytes(b"")
    progress.event("second")
    assert log.read_bytes().startswith(b"2026")
    assert b"\x00" not in log.read_bytes()


def test_run_goes_on_when_the_log_cannot_be_written(tmp_path: Path) -> None:
    console = io.StringIO()
    progress = Progress(tmp_path / "gone" / "etl_output.log", console, lambda: NOW)
    progress.event("first")
    progress.event("second")
    assert console.getvalue().count("cannot be written") == 1
    assert "event=second" in console.getvalue()


def test_runbooks_grep_finds_trouble_and_nothing_else(log: Path) -> None:
    progress = Progress(log, io.StringIO(), lambda: NOW)
    progress.event("page", source="austin_issued_permits", error=None, failed=0, exceptions=0, rejected=0)
    progress.event("retry", level="warning", status=503, attempt=2)
    progress.event("source.done", level="error", source="austin_issued_permits", reason="column gone")
    found = [line for line in log.read_text().splitlines() if RUNBOOK_GREP.search(line)]
    assert len(found) == 1
    assert 'reason="column gone"' in found[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgresql://postgres:hunter2@db:5432/x", "postgresql://***@db:5432/x"),
        ("https://data/resource?$$app_token=hunter2&$limit=5", "https://data/resource?$$app_token=***&$limit=5"),
        ("Authorization: Bearer hunter2", "Authorization: Bearer ***"),
        ('{"api_key": "hunter2"}', '{"api_key": "***"}'),
        ("connection failed: password=hunter2 host=db", "connection failed: password=*** host=db"),
        ("page=3 rows=10000", "page=3 rows=10000"),
    ],
)
def test_secrets_never_reach_the_log(text: str, expected: str) -> None:
    assert redact(text) == expected


@given(st.text(max_size=60))
def test_any_value_stays_on_its_line(text: str) -> None:
    line = format_line("2026-11-23T12:00:00Z", {"reason": text})
    assert len(line.splitlines()) == 1
