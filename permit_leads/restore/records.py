"""The records of a CSV file with the lines they stand on; a header that cannot be trusted is refused."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from permit_leads.restore.faults import BadFile

CELL_LIMIT = 4 << 20  # letters; beyond it a quote was never closed
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record, the line it begins on, and its text as it stands in the file."""

    line: int
    cells: list[str]
    text: str


class Records:
    """Reads a file record by record; memory holds one of them."""

    def __init__(self, path: Path, lines: Iterator[str], delimiter: str = ",") -> None:
        csv.field_size_limit(CELL_LIMIT)
        self._path = path
        self._delimiter = delimiter
        self._taken: list[str] = []
        self._reader = csv.reader(self._noted(lines), delimiter=delimiter, strict=True)
        self._line = 0
        first = next(self._all(), None)
        if first is None:
            raise BadFile(f"{path}: holds nothing but blank lines; expected a header")
        self.header_text = first.text
        self.header = [name.strip() for name in first.cells]
        self._check_header()

    def __iter__(self) -> Iterator[Record]:
        """The records after the header; blank lines are no records."""
        return self._all()

    def batches(self, size: int) -> Iterator[list[Record]]:
        """The records, `size` at a time."""
        records = iter(self)
        while batch := list(islice(records, size)):
            yield batch

    def _noted(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self._taken.append(line)
            yield line

    def _all(self) -> Iterator[Record]:
        while True:
            begins = self._line + 1
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                reason = f"the record that begins on line {begins} is no readable CSV ({error})"
                raise BadFile(f"{self._path}: {reason}; was the file cut off, or a quote never closed?") from error
            if cells is None:
                return
            self._line = self._reader.line_num
            text = "".join(self._taken)
            self._taken.clear()
            if cells:
                yield Record(begins, cells, text)

    def _check_header(self) -> None:
        if len(self.header) == 1:
            for delimiter, name in DELIMITERS.items():
                if delimiter in self.header[0] and delimiter != self._delimiter:
                    expected = DELIMITERS.get(self._delimiter, repr(self._delimiter))
                    raise BadFile(f"{self._path}: its columns are separated by {name}; expected {expected}")
        twice = [name for name, count in Counter(self.header).items() if count > 1 and name]
        if twice:
            raise BadFile(
                f"{self._path}: its header names {', '.join(twice)} more than once; expected each column once"
            )
