"""Files of a local archive: each appears whole or not at all, and is safe on the disk before anybody relies on it."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path


def create_locally(path: Path, content: bytes) -> bool:
    """A hard link to a finished file appears in one step and refuses to replace what is there (False)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        part.write_bytes(content)
        os.link(part, path)
    except FileExistsError:
        return False
    finally:
        part.unlink(missing_ok=True)
    return True


def link_once(part: Path, path: Path) -> bool:
    """A finished file under a second name; False when the name is taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.link(part, path)
        return True
    return False


def sync(path: Path) -> None:
    """Wait until the disk holds the file; one that is gone needs no waiting."""
    with suppress(FileNotFoundError), path.open("rb") as written:
        os.fsync(written.fileno())
