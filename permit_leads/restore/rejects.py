"""The rejects file: which rows were not restored and why, beside the file they stand in."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TextIO

from permit_leads.export.cells import csv_cell
from permit_leads.restore.faults import Reject

HEADER = ("line", "dataset_id", "permit_key", "reason")


class Rejects:
    """Takes rejects one by one, so that a file of nothing but bad rows needs no memory; nothing is left unless kept."""

    def __init__(self, path: Path) -> None:
        self.path = rejects_path(path)
        self.count = 0
        self.first: Reject | None = None
        self._partial = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        self._file: TextIO | None = None

    def add(self, reject: Reject) -> None:
        """Note one row."""
        if self._file is None:
            self._partial.touch(0o600)
            self._file = self._partial.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(HEADER)
            self.first = reject
        cells = (str(reject.line), reject.dataset_id, reject.permit_key, reject.reason)
        csv.writer(self._file).writerow([csv_cell(cell) for cell in cells])
        self.count += 1

    def keep(self) -> None:
        """Let the file appear, whole; none does where every row was good."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._partial.replace(self.path)

    def close(self) -> None:
        """Throw away what was not kept."""
        if self._file is not None:
            self._file.close()
            self._partial.unlink(missing_ok=True)


def rejects_path(path: Path) -> Path:
    """archived_permits_20240115.csv(.gz) has its rejects in archived_permits_20240115.rejected.csv."""
    return path.with_name(f"{path.name.removesuffix('.gz').removesuffix('.csv')}.rejected.csv")
