"""The publishable key: says which project a browser talks to, and is no secret."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

PREFIX = "sb_publishable_"


def ensure_publishable_key(home: Path) -> str:
    """The key of this installation, generated once under its home; the same for all processes."""
    path = home / "publishable-key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
        _write_first(path, PREFIX + secrets.token_urlsafe(24))
        return path.read_text(encoding="ascii").strip()


def _write_first(path: Path, key: str) -> None:
    """Whole or not at all, and only the first of several writers wins."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    partial.write_text(key + "\n", encoding="ascii")
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
