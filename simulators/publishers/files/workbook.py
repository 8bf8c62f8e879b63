"""Writes small XLSX workbooks with shared strings; the same cells give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

Cell = str | int | float | None
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MOMENT = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name and its rows of cells; None leaves a cell out."""

    name: str
    rows: Sequence[Sequence[Cell]]


def write_workbook(sheets: Sequence[Sheet], *, is_inline: bool = False) -> bytes:
    """The workbook's bytes; with `is_inline` every text stands in its own cell."""
    shared: dict[str, int] = {}
    parts = {
        f"xl/worksheets/sheet{at}.xml": _write_sheet(sheet, None if is_inline else shared)
        for at, sheet in enumerate(sheets, 1)
    }
    parts |= {
        "xl/workbook.xml": _write_book(sheets),
        "xl/_rels/workbook.xml.rels": _write_relations(len(sheets)),
        "xl/sharedStrings.xml": _write_strings(shared),
        "_rels/.rels": _relationships([("officeDocument", "xl/workbook.xml")]),
        "[Content_Types].xml": _write_types(len(sheets)),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts):
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), _HEAD + parts[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _write_sheet(sheet: Sheet, shared: dict[str, int] | None) -> str:
    lines = [
        _write_row(number, row, shared) for number, row in enumerate(sheet.rows, 1) if any(c is not None for c in row)
    ]
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _write_row(number: int, row: Sequence[Cell], shared: dict[str, int] | None) -> str:
    cells = []
    for at, cell in enumerate(row):
        if cell is None:
            continue
        place = f"{_letters(at)}{number}"
        if isinstance(cell, str):
            cells.append(_write_text(place, cell, shared))
        else:
            cells.append(f'<c r="{place}"><v>{cell!r}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def _write_text(place: str, text: str, shared: dict[str, int] | None) -> str:
    if shared is None:
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(_legal(text))}</t></is></c>'
    return f'<c r="{place}" t="s"><v>{shared.setdefault(text, len(shared))}</v></c>'


def _letters(at: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _write_strings(shared: dict[str, int]) -> str:
    items = "".join(f'<si><t xml:space="preserve">{escape(_legal(text))}</t></si>' for text in shared)
    return f'<sst xmlns="{_MAIN}" count="{len(shared)}" uniqueCount="{len(shared)}">{items}</sst>'


def _legal(text: str) -> str:
    """Less the control characters XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")


def _write_book(sheets: Sequence[Sheet]) -> str:
    entries = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{at}" r:id="rId{at}"/>' for at, sheet in enumerate(sheets, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{entries}</sheets></workbook>'


def _write_relations(count: int) -> str:
    targets = [("worksheet", f"worksheets/sheet{at}.xml") for at in range(1, count + 1)]
    return _relationships([*targets, ("sharedStrings", "sharedStrings.xml")])


def _relationships(targets: Sequence[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{at}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'


def _write_types(count: int) -> str:
    office = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = [
        ("/xl/workbook.xml", f"{office}.sheet.main+xml"),
        ("/xl/sharedStrings.xml", f"{office}.sharedStrings+xml"),
    ]
    overrides += [(f"/xl/worksheets/sheet{at}.xml", f"{office}.worksheet+xml") for at in range(1, count + 1)]
    entries = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides)
    default = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    return f'<Types xmlns="{_PACKAGE}/content-types">{default}{xml}{entries}</Types>'
