"""What stands on the command line of `python -m permit_leads`, checked before anything is fetched or written."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from permit_leads.errors import UsageError
from permit_leads.export import FORMATS
from permit_leads.selection import suggest
from permit_leads.window import Instants, resolve

DELAY = re.compile(r"[0-9]{1,4}(\.[0-9]+)?|\.[0-9]+")
MAX_DELAY_SECONDS = 3600.0
NEGATIVE_VALUE = re.compile(r"-(?:[0-9.]|inf|nan)", re.IGNORECASE)
EXAMPLES = (
    "for example python -m permit_leads --since 24h --formats csv, or "
    "python -m permit_leads --since 2024-01-15 --until 2024-01-16 --source austin_issued_permits"
)
EXIT_CODES = """\
exit codes:
  0  done, also when a publisher had nothing new
  2  the command line, the environment or a source file is wrong; nothing was fetched or written
  3  the database cannot be reached or is not migrated
  4  all sources failed      5  some sources failed

Times without an offset are America/Chicago; a day given to --until is taken in whole. Runs with --since and --replay
leave the watermark alone. Progress goes to standard error and, a line an event, to etl_output.log in this folder.

The daily archive file is written by another command: python -m permit_leads export --help"""


class Parser(argparse.ArgumentParser):
    """Raises what is wrong instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError with argparse's message."""
        raise UsageError(f"{message}; {EXAMPLES}")


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line as understood; `sources` is empty when none is named."""

    instants: Instants
    sources: tuple[str, ...]
    formats: tuple[str, ...]
    delay_seconds: float | None
    is_dry_run: bool
    is_replay: bool
    is_reconcile: bool
    is_json: bool
    is_agreed: bool
    out_dir: Path


def parse_arguments(argv: Sequence[str], now: datetime) -> Arguments:
    """The command line, read against the instant `now`.

    Raises:
        UsageError: says what was seen, what was expected, and two examples that work.
    """
    parser = _build_parser()
    seen, unknown = parser.parse_known_args(_join_negative_values(argv))
    if unknown:
        flags = re.findall(r"--[a-z-]+", parser.format_usage())
        parser.error(f"{unknown[0]!r} is not known here{suggest(unknown[0], flags)}")
    if seen.reconcile and (seen.replay or seen.since or seen.until):
        parser.error("--reconcile reads the whole dataset, so --since, --until and --replay cannot be with it")
    formats = tuple(dict.fromkeys(_check_format(word) for word in _split(seen.formats)))
    if formats and seen.dry_run:
        parser.error("--dry-run writes no files, so --formats cannot be with it")
    return Arguments(
        instants=resolve(seen.since, seen.until, now),
        sources=tuple(dict.fromkeys(_split(seen.source))),
        formats=formats,
        delay_seconds=None if seen.delay is None else _parse_delay(seen.delay),
        is_dry_run=seen.dry_run,
        is_replay=seen.replay,
        is_reconcile=seen.reconcile,
        is_json=seen.json,
        is_agreed=seen.yes,
        out_dir=_check_folder(seen.out),
    )


def _build_parser() -> Parser:
    parser = Parser(
        prog="python -m permit_leads",
        description="Bring building permits in from their publishers and turn them into scored leads. Without "
        "--source: all enabled sources, or those of PERMIT_LEADS_SOURCES. Without --since: each source from its own "
        "watermark.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--since", metavar="WHEN", help="30m, 24h, 7d, 2w ago; 2024-01-15; '2024-01-15 00:00:00'; ISO with offset"
    )
    parser.add_argument("--until", metavar="WHEN", help="same forms, taken in whole; default: now")
    parser.add_argument("--source", metavar="ID", action="append", default=[], help="one or more, by comma or repeated")
    parser.add_argument(
        "--formats", metavar="FORMAT", action="append", default=[], help=f"also write files: {', '.join(FORMATS)}"
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("exports"), help="where files go; default: ./exports"
    )
    parser.add_argument("--delay", metavar="SECONDS", help="at least this long between requests to one host")
    parser.add_argument("--dry-run", action="store_true", help="fetch and normalise, show the counts, store nothing")
    parser.add_argument("--replay", action="store_true", help="from the archive, without any network")
    parser.add_argument("--reconcile", action="store_true", help="read all, and find what is missing or withdrawn")
    parser.add_argument("--yes", action="store_true", help="go on though it takes more minutes than the budget")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    return parser


def _join_negative_values(argv: Sequence[str]) -> list[str]:
    """`--delay -2` as `--delay=-2`, so that the value is judged and not taken for a flag."""
    joined: list[str] = []
    for word in argv:
        if joined and joined[-1] in ("--delay", "--since", "--until") and NEGATIVE_VALUE.match(word):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _split(words: Sequence[str]) -> list[str]:
    return [part.strip() for word in words for part in word.split(",")]


def _check_format(word: str) -> str:
    if word not in FORMATS:
        raise UsageError(
            f"--formats {word!r} is unknown{suggest(word, FORMATS)}; expected some of {', '.join(FORMATS)}; "
            "for example --formats csv, or --formats csv,jsonl"
        )
    return word


def _parse_delay(text: str) -> float:
    if not DELAY.fullmatch(text) or float(text) > MAX_DELAY_SECONDS:
        raise UsageError(
            f"--delay {text!r} is no delay; expected seconds from 0 to {MAX_DELAY_SECONDS:.0f}; "
            "for example --delay 2, or --delay 0.5"
        )
    return float(text)


def _check_folder(folder: Path) -> Path:
    if folder.exists() and not folder.is_dir():
        raise UsageError(
            f"--out {str(folder)!r} is no folder; expected one to write into; "
            "for example --out exports, or --out /var/exports"
        )
    return folder.absolute()
