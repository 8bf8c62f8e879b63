"""Name the column that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The most similar of `names`, case and underscores aside; None when nothing is close."""
    found = process.extractOne(name, list(names), scorer=fuzz.ratio, processor=_plain, score_cutoff=60)
    return found[0] if found else None


def gone(name: str, names: Iterable[str], place: str) -> str:
    """What to tell whoever keeps the source file: column, nearest right name, where to look."""
    near = nearest(name, names)
    hint = f"found {near}" if near else "nothing like it is published"
    return f"column {name} is gone ({hint}); look at {place} and edit the source file"


def _plain(name: str) -> str:
    return name.replace("_", "").replace(" ", "").lower()
