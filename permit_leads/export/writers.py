"""The formats, and how a file of any of them appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from permit_leads.export.blds import write_blds
from permit_leads.export.columns import Sheet, Writer
from permit_leads.export.geojson import write_geojson
from permit_leads.export.lines import write_csv, write_jsonl
from permit_leads.export.parquet import write_parquet
from permit_leads.export.sqlite import write_sqlite
from permit_leads.export.workbook import write_xlsx

Opener = Callable[[Path, Sheet], AbstractContextManager[Writer]]

WRITERS: dict[str, Opener] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "xlsx": write_xlsx,
    "parquet": write_parquet,
    "geojson": write_geojson,
    "sqlite": write_sqlite,
    "blds": write_blds,
}
# BLDS describes permits; it has no leads.
ONLY_PERMITS = {"blds"}
SUFFIXES = {"blds": "blds.csv"}


@contextmanager
def open_writer(path: Path, sheet: Sheet, file_format: str, *, is_private: bool = False) -> Iterator[Writer]:
    """Writes rows to a file beside `path` that takes its name when all has gone well and is safe on disk.

    A private one may only be read by its owner.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    partial.unlink(missing_ok=True)
    try:
        if is_private:
            partial.touch(0o600)
        with WRITERS[file_format](partial, sheet) as write:
            yield write
        _sync(partial)
        partial.replace(path)
        _sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Wait until the disk holds the file, or the folder's list of names."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
