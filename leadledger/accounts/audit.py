"""Reads the audit trail of an account; written by triggers, changed by nobody."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from pydantic import BaseModel, ConfigDict, Field

from leadledger.accounts.models import Instant
from leadledger.acting import Acting
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


class AuditFilter(BaseModel):
    """Which entries; all that is given must fit."""

    model_config = ConfigDict(extra="forbid")

    action: str | None = Field(
        default=None,
        pattern=r"^[a-z_]{1,60}(\.(insert|update|delete))?$",
        description="`api_keys` for everything about keys, `api_keys.insert` for one kind.",
    )
    user_id: UUID | None = Field(default=None, description="Who did it.")
    api_key_id: UUID | None = Field(default=None, description="With which key.")
    subject_id: str | None = Field(default=None, pattern=r"^[0-9a-z-]{1,64}$", description="What it was done to.")
    since: Instant | None = Field(default=None, description="From this instant on.")
    until: Instant | None = Field(default=None, description="Before this instant.")
    limit: int = Field(default=50, ge=1, le=100, description="Entries a page.")
    cursor: str | None = Field(
        default=None, pattern=r"^[0-9]{1,18}$", description="`next_cursor` of the page before; goes on from there."
    )


class AuditEntry(BaseModel):
    """One change."""

    audit_entry_id: int
    recorded_at: datetime
    action: str = Field(description="Table and kind of change.", examples=["members.update"])
    subject_id: str = Field(description="Id of what was changed.")
    user_id: UUID | None = Field(description="Null: the system itself.")
    api_key_id: UUID | None = Field(description="The key it was done with; null: a person signed in.")
    details: dict[str, Any] = Field(description="The new values; secrets and addresses are withheld.")
    request_id: str | None


class AuditPage(BaseModel):
    """Entries, newest first."""

    items: list[AuditEntry]
    next_cursor: str | None = Field(description="Null: that was all.")


def list_entries(acting: Acting, asked: AuditFilter) -> dict[str, Any]:
    """One page of the account's trail."""
    values = asked.model_dump()
    table, _, kind = (asked.action or "").partition(".")
    values["action"] = f"{table}.{kind or '%'}".replace("_", r"\_") if asked.action else None
    values.update(account_id=acting.account_id, before=int(asked.cursor) if asked.cursor else None)
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["list_entries"], values).fetchall()
    page = found[: asked.limit]
    has_more = len(found) > asked.limit
    return {"items": page, "next_cursor": str(page[-1]["audit_entry_id"]) if has_more else None}
