"""What stands on the command line of etl_state_helper.py, checked before the database is asked."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn
from uuid import UUID

from permit_leads.errors import UsageError
from permit_leads.state_cli.desk import EXAMPLES

COUNT = re.compile(r"[0-9]{1,18}")
SECONDS = re.compile(r"[0-9]{1,5}(\.[0-9]+)?")
SLUG = re.compile(r"[a-z0-9_]+")
WITHOUT_SOURCE = ("list", "held", "accept", "reject")
STATUSES = ("success", "failure", "running")
RUN_COUNT, ENTRY_COUNT, MOST = 5, 20, 1000


class Parser(argparse.ArgumentParser):
    """Raises what is wrong instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError with argparse's message and the usage."""
        raise UsageError(f"{message}\n{self.format_usage().strip()}\n{EXAMPLES}")


def parse(argv: Sequence[str], description: str) -> argparse.Namespace:
    """The words of one command.

    Raises:
        UsageError: says what was seen, what was expected, and examples that work.
    """
    seen = _build_parser(description).parse_args(argv)
    if seen.command == "update":
        _check_change(seen)
    elif seen.command == "init" and not SLUG.fullmatch(seen.source):
        raise UsageError(
            f"--source {seen.source!r} is no name; expected small letters, digits and underscores, "
            "for example harris_issued_permits, or new_county_permits"
        )
    return seen


def _build_parser(description: str) -> Parser:
    parser = Parser(prog="etl_state_helper.py", description=description, allow_abbrev=False)
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="{list,get,audit,update,init,held,accept,reject}"
    )

    def add(name: str, help_text: str, is_source_needed: bool = True) -> Parser:
        command: Parser = commands.add_parser(name, help=help_text, description=help_text, allow_abbrev=False)
        command.add_argument("--json", action="store_true", help="one JSON document")
        if name not in WITHOUT_SOURCE:
            command.add_argument("--source", metavar="ID", required=is_source_needed)
        return command

    add("list", "One line a source: status, freshness, last run, last good run, watermark, records, reason.")
    getting = add("get", "One source in full, its last runs, and the window of its next run.")
    getting.add_argument(
        "--runs", metavar="N", type=_many, default=RUN_COUNT, help=f"so many runs; default {RUN_COUNT}"
    )
    getting.add_argument(
        "--watch", metavar="SECONDS", type=_pause, help="look again every so many seconds until Ctrl-C"
    )
    auditing = add("audit", "What was changed by hand, newest first: when, by whom, what and why.", False)
    auditing.add_argument("--last", metavar="N", type=_many, default=ENTRY_COUNT, help="so many entries")
    _add_change(add("update", "Change a status by hand; failure makes the next run fetch the last window again."))
    add("init", "Give a new source its state; one that has a state keeps it.")
    add("held", "Batches that failed a check and wait for a decision: run, source, since when, which checks.")
    _add_decision(add("accept", "Store a held batch from the archive as it came, and move the watermark."))
    _add_decision(add("reject", "Leave a held batch out for good; the next run asks the publisher again."))
    return parser


def _add_decision(deciding: Parser) -> None:
    deciding.add_argument("--run", metavar="RUN", type=_run_id, required=True, help="id of the held run, as in `held`")
    deciding.add_argument("--reason", metavar="TEXT", type=_reason, required=True, help="why; kept for good")


def _add_change(updating: Parser) -> None:
    updating.add_argument("--status", required=True, metavar="STATUS", help="success, failure or running")
    updating.add_argument("--error", metavar="TEXT", help="why; failure needs it")
    updating.add_argument("--records", metavar="N", help="records processed, as shown from now on")
    updating.add_argument(
        "--force", action="store_true", help="also while a run is at work; that run will store nothing"
    )


def _check_change(seen: argparse.Namespace) -> None:
    if seen.status not in STATUSES:
        raise UsageError(f"--status {seen.status!r} is unknown; expected {', '.join(STATUSES)}; {EXAMPLES}")
    if seen.status == "failure" and not (seen.error or "").strip():
        raise UsageError(f"--status failure needs --error with the reason; {EXAMPLES}")
    if seen.records is not None and not COUNT.fullmatch(seen.records):
        raise UsageError(f"--records {seen.records!r} is no count; expected a whole number such as 1200; {EXAMPLES}")


def _run_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no run id; `etl_state_helper.py held` lists them") from error


def _reason(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("a reason is needed; it is kept with the decision")
    return text


def _many(text: str) -> int:
    if not COUNT.fullmatch(text) or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no count from 1 to {MOST}")
    return int(text)


def _pause(text: str) -> float:
    if not SECONDS.fullmatch(text) or float(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no pause; expected seconds from 1 to 99999, such as 30")
    return float(text)
