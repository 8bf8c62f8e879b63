"""Look again and again until somebody ends it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from permit_leads.errors import DatabaseUnavailable
from permit_leads.progress import redact

CLEAR = "\x1b[H\x1b[2J\x1b[3J"
Pause = Callable[[float], None]


def watch(look: Callable[[], str], seconds: float, out: TextIO, pause: Pause = time.sleep) -> None:
    """Show what `look` says whenever it says something new: redrawn on a terminal, else appended.

    Ends when it is interrupted (Ctrl-C), which is how a watch is meant to end. A database that does not answer for a
    while is shown like any other change once the watch is on; at the first look it is raised.
    """
    shown: str | None = None
    try:
        while True:
            try:
                seen = look()
            except DatabaseUnavailable as error:
                if shown is None:
                    raise
                seen = redact(str(error))
            if seen != shown:
                out.write(f"{CLEAR if out.isatty() else ''}{seen}\n")
                out.flush()
                shown = seen
            pause(seconds)
    except KeyboardInterrupt:
        return
