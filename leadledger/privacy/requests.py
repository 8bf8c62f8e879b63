"""Files requests and says how they stand; the code that follows one is kept as its hash only."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.errors import NotFound
from leadledger.privacy.models import PrivacyRequest
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


def file_request(conn: Connection, asked: PrivacyRequest) -> dict[str, object]:
    """Keep the request; its tracking code, and by when it is decided."""
    code = secrets.token_urlsafe(24)
    with conn.cursor(row_factory=dict_row) as rows:
        filed = rows.execute(QUERIES["file"], {**asked.model_dump(), "tracking_hash": _hash(code)}).fetchone()
    assert filed is not None
    return {"tracking_code": code, **filed}


def find_request(conn: Connection, code: str) -> dict[str, object]:
    """How the request of this code stands.

    Raises:
        NotFound: no request has this code.
    """
    with conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["find"], {"tracking_hash": _hash(code)}).fetchone()
    if found is None:
        raise NotFound("no request has this tracking code", field="tracking_code")
    return found


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
