"""One cell of an exported file: as JSON holds it, as a spreadsheet may safely read it, as a typed column takes it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

Cell = str | int | float | bool | Decimal | date | datetime | UUID | list[object] | dict[str, object] | None

# What spreadsheets may run as a formula, with the full-width twins some of them fold.
# Source: OWASP, CSV Injection.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def csv_cell(cell: Cell) -> str:
    """The cell as text, nothing for None; text that a spreadsheet could run gets a quote in front.

    The quote can be taken off again without doubt: a text that already begins with quotes and then a formula gets
    one more.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if FORMULA.match(cell) else cell
    value = json_value(cell)
    return value if isinstance(value, str) else compact_json(value)


def json_value(cell: Cell) -> object:
    """The cell as JSON holds it: money as text with its cents, instants in UTC, days as ISO dates."""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell) if isinstance(cell, UUID) else cell


def plain_text(cell: Cell) -> str | None:
    """The cell as text for a format with types, where nothing needs to be defused; None stays None."""
    if cell is None or isinstance(cell, str):
        return cell
    value = json_value(cell)
    return value if isinstance(value, str) else compact_json(value)


def compact_json(value: object) -> str:
    """JSON without spaces, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
