"""The settings that keep freed buffers are the ones glibc takes, and other C libraries are left alone."""

from __future__ import annotations

import ctypes

import pytest

from permit_leads.allocator import keep_freed_pages


class Library:
    """A C library that notes what it is told."""

    def __init__(self, answer: int) -> None:
        self.told: dict[int, int] = {}
        self._answer = answer

    def mallopt(self, name: int, value: int) -> int:
        """As of glibc: 1 when the setting is taken."""
        self.told[name] = value
        return self._answer


@pytest.mark.parametrize("answer", [1, 0])
def test_all_settings_are_told_and_a_refusal_is_no_error(monkeypatch: pytest.MonkeyPatch, answer: int) -> None:
    library = Library(answer)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    assert keep_freed_pages() is bool(answer)
    assert library.told == {-3: 2**25, -1: 2**27, -8: 1}


def test_without_glibc_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert keep_freed_pages() is False
