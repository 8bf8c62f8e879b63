"""What a run says while it works: one line an event, in etl_output.log and on the console.

Trouble carries level=error, and only trouble carries the words that operators grep for (error, fail, exception):

    grep -i "error\\|fail\\|exception" etl_output.log
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TextIO

Level = Literal["info", "warning", "error"]

LOG_NAME = "etl_output.log"
TROUBLE = re.compile(r"error|fail|exception", re.IGNORECASE)
PLAIN = re.compile(r"[^\s\"=\x00-\x1f\x7f]+")
STYLES: dict[Level, str] = {"info": "cyan", "warning": "yellow", "error": "bold red"}
URL_LOGIN = re.compile(r"://[^/\s@]+@")
SECRET = re.compile(
    r"((?:token|api_?key|password|secret|authorization)[\"']?\s*[=:]\s*(?:bearer\s+|basic\s+)?[\"']?)[^\s&\"',;]+",
    re.IGNORECASE,
)


class Progress:
    """Writes each event at once: appended to `log`, and shown on `console` (in colour on a terminal).

    The log is opened anew for each line, so it may be moved or truncated while a run is on.
    """

    def __init__(self, log: Path, console: TextIO, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._log: Path | None = log
        self._console = console
        self._clock = clock
        self._show = _choose_printer(console)

    def event(self, name: str, **fields: object) -> None:
        """Say one thing; `level` is info, warning or error. None and troubles that did not happen are left out."""
        level = _level(fields.pop("level", "info"))
        said = {key: redact(_text(value)) for key, value in fields.items() if _is_worth_saying(level, key, value)}
        at = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._append(format_line(at, {"level": level, "event": name, **said}))
        self._show(at, level, name, said)

    def _append(self, line: str) -> None:
        if self._log is None:
            return
        try:
            with self._log.open("ab", buffering=0) as file:
                file.write(line.encode() + b"\n")
        except OSError as error:
            print(f"{self._log} cannot be written ({error.strerror}); going on without it", file=self._console)
            self._log = None


def format_line(at: str, fields: Mapping[str, str]) -> str:
    """One line of the log: the instant, then key=value; what has blanks or quotes stands as a JSON string."""
    return " ".join((at, *(f"{key}={_quote(text)}" for key, text in fields.items())))


def redact(text: str) -> str:
    """The text without passwords of URLs, tokens and keys."""
    return SECRET.sub(r"\1***", URL_LOGIN.sub("://***@", text))


def _quote(text: str) -> str:
    if PLAIN.fullmatch(text) and text.isprintable():
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return str(value)


def _level(word: object) -> Level:
    return "error" if word == "error" else "warning" if word == "warning" else "info"


def _is_worth_saying(level: Level, key: str, value: object) -> bool:
    return value is not None and (level == "error" or bool(value) or TROUBLE.search(key) is None)


def _choose_printer(console: TextIO) -> Callable[[str, Level, str, Mapping[str, str]], None]:
    if not console.isatty():

        def write(at: str, level: Level, name: str, said: Mapping[str, str]) -> None:
            console.write(format_line(at, {"level": level, "event": name, **said}) + "\n")
            console.flush()

        return write
    from rich.console import Console  # costs 50 ms, and a run without a terminal never needs it
    from rich.text import Text

    terminal = Console(file=console, soft_wrap=True)

    def show(at: str, level: Level, name: str, said: Mapping[str, str]) -> None:
        words = [(at[11:19] + "  ", "dim"), (f"{name:<16}", STYLES[level])]
        terminal.print(Text.assemble(*words, *((f"  {key}={_quote(text)}", "") for key, text in said.items())))

    return show
