"""SQL lives in `.sql` files in blocks titled `-- name --`; this reads them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import LiteralString, cast

from psycopg import sql

TITLE = re.compile(r"^-- (\w+) --$", re.MULTILINE)


@cache
def load_queries(path: Path) -> dict[str, sql.SQL]:
    """The statements of a `.sql` file by their `-- name --` titles."""
    parts = TITLE.split(path.read_text(encoding="utf-8"))
    return {
        name: sql.SQL(cast("LiteralString", text.strip())) for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }
