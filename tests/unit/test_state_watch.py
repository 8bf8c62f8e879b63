"""A watch on a source: what it shows, and when it shows it again."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest

from permit_leads.errors import DatabaseUnavailable
from permit_leads.state_cli.watching import CLEAR, watch


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def looks(*said: str | DatabaseUnavailable) -> tuple[Callable[[], str], Callable[[float], None]]:
    """A look that says these one after the other, and a pause that is interrupted after the last."""
    left: Iterator[str | DatabaseUnavailable] = iter(said)
    given = 0

    def look() -> str:
        nonlocal given
        given += 1
        seen = next(left)
        if isinstance(seen, DatabaseUnavailable):
            raise seen
        return seen

    def pause(seconds: float) -> None:
        assert seconds == 30
        if given == len(said):
            raise KeyboardInterrupt

    return look, pause


def test_change_is_appended_and_the_same_again_is_not() -> None:
    look, pause = looks("running 1", "running 1", "running 2")
    out = io.StringIO()
    watch(look, 30, out, pause)
    assert out.getvalue() == "running 1\nrunning 2\n"


def test_terminal_is_redrawn() -> None:
    look, pause = looks("running 1", "success")
    out = Terminal()
    watch(look, 30, out, pause)
    assert out.getvalue() == f"{CLEAR}running 1\n{CLEAR}success\n"


def test_database_that_goes_away_is_shown_and_the_watch_goes_on() -> None:
    look, pause = looks("running 1", DatabaseUnavailable("the database does not answer"), "success")
    out = io.StringIO()
    watch(look, 30, out, pause)
    assert out.getvalue().splitlines() == ["running 1", "the database does not answer", "success"]


def test_database_that_never_answered_ends_the_watch() -> None:
    look, pause = looks(DatabaseUnavailable("the database does not answer"))
    with pytest.raises(DatabaseUnavailable):
        watch(look, 30, io.StringIO(), pause)
