"""The command line: every form of the runbook is understood, everything else refused with two examples."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from permit_leads.arguments import parse_arguments
from permit_leads.errors import UsageError

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "formats", "delay_seconds"),
    [
        ("--since 24h --formats csv", ("csv",), None),
        ("--since 2024-01-15 --until 2024-01-16 --formats csv", ("csv",), None),
        ("--since 7d --formats csv --delay 2", ("csv",), 2.0),
        ('--since "2024-01-15 00:00:00" --until "2024-01-15 23:59:59"', (), None),
        ("", (), None),
    ],
)
def test_forms_of_the_runbook_are_understood(line: str, formats: tuple[str, ...], delay_seconds: float | None) -> None:
    seen = parse_arguments(shlex.split(line), NOW)
    assert (seen.formats, seen.delay_seconds) == (formats, delay_seconds)
    assert (seen.instants.since is None) == (line == "")
    assert seen.sources == ()


def test_lists_may_be_repeated_or_written_with_commas() -> None:
    seen = parse_arguments(shlex.split("--formats csv,jsonl --formats csv --source b,a --source a"), NOW)
    assert (seen.formats, seen.sources) == (("csv", "jsonl"), ("b", "a"))


@pytest.mark.parametrize(("text", "seconds"), [("0", 0.0), ("2", 2.0), ("0.5", 0.5), (".5", 0.5), ("3600", 3600.0)])
def test_delay_is_seconds_with_or_without_a_fraction(text: str, seconds: float) -> None:
    assert parse_arguments(["--delay", text], NOW).delay_seconds == seconds


def test_folder_for_files_is_exports_in_the_current_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_arguments([], NOW).out_dir == tmp_path / "exports"


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("--since yesterdayy", "--since 'yesterdayy'"),
        ("--since 0h", "--since '0h'"),
        ("--since -5h", "--since '-5h'"),
        ("--since=-5h", "--since '-5h'"),
        ("--since nan", "--since 'nan'"),
        ("--since 2024-02-30", "--since '2024-02-30'"),
        ("--since 2024-01-17 --until 2024-01-16", "--since '2024-01-17'"),
        ("--since 2031-01-01", "--since '2031-01-01'"),
        ("--until 2024-01-16", "--until '2024-01-16'"),
        ("--formats pdf", "--formats 'pdf'"),
        ("--formats csv,", "--formats ''"),
        ("--formats CSV", "did you mean csv"),
        ("--delay -2", "--delay '-2'"),
        ("--delay=-2", "--delay '-2'"),
        ("--delay nan", "--delay 'nan'"),
        ("--delay -inf", "--delay '-inf'"),
        ("--delay inf", "--delay 'inf'"),
        ("--delay 3601", "--delay '3601'"),
        ("--delay 2s", "--delay '2s'"),
        ("--delay 1_0", "--delay '1_0'"),
        ("--delay ٢", "--delay '٢'"),
        ("--sicne 24h", "did you mean --since"),
        ("--sinc 24h", "did you mean --since"),
        ("austin_issued_permits", "'austin_issued_permits'"),
        ("--since", "--since"),
        ("--dry-run --formats csv", "--dry-run"),
        ("--out pyproject.toml", "--out 'pyproject.toml'"),
    ],
)
def test_wrong_line_is_refused_with_what_was_seen_and_two_examples(line: str, seen: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_arguments(shlex.split(line), NOW)
    message = str(caught.value)
    assert seen in message
    assert "for example " in message
    assert len(message.partition("for example ")[2].split(", or ")) == 2
