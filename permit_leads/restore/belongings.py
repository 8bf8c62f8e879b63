"""What belongs to a permit in an archive file beside its fields: its trades and its leads, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from permit_leads.store.identity import lead_ids

Word = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]


class LeadCell(BaseModel):
    """One lead as the archive file has it; `lead_id` is not in the file, it follows from permit and trade."""

    model_config = ConfigDict(extra="forbid")

    lead_id: str = ""
    trade: Word
    version: int
    kind: Literal["direct", "adjacent"]
    openness: Literal["open", "likely", "taken", "closed"]
    points: int
    reasons: list[tuple[str, int, object]]
    rank_key: int
    model_version: str
    rank_date: date | None
    county_fips: str | None
    original_zip: str | None
    permit_class_mapped: str | None
    est_project_cost: Decimal | None
    created_at: datetime
    updated_at: datetime


class FormerLeadCell(BaseModel):
    """What a lead said before, as the store keeps it."""

    model_config = ConfigDict(extra="forbid")

    lead_id: str = ""
    trade: Word
    version: int
    superseded_at: datetime
    lead: dict[str, object]


Lead = TypeVar("Lead", LeadCell, FormerLeadCell)
LEADS = TypeAdapter(list[LeadCell])
FORMER_LEADS = TypeAdapter(list[FormerLeadCell])
TRADES = TypeAdapter(list[Word])


def read_trades(texts: pl.Series) -> pl.Series:
    """The trades of each cell; null where there are none to know, or where they cannot be read."""
    return pl.Series([_trades(text) for text in texts], dtype=pl.List(pl.String))


def read_leads(permit_ids: pl.Series, texts: pl.Series) -> pl.Series:
    """The leads of each cell as JSON, each with its id; null where none are told, or where they cannot be read."""
    cells = [_read(LEADS, text) for text in texts]
    trades = [[lead.trade for lead in leads or ()] for leads in cells]
    unique = [cell if len(set(named)) == len(named) else None for cell, named in zip(cells, trades, strict=True)]
    return _written(LEADS, permit_ids, unique)


def read_former_leads(permit_ids: pl.Series, texts: pl.Series) -> pl.Series:
    """The same for what the leads said before."""
    return _written(FORMER_LEADS, permit_ids, [_read(FORMER_LEADS, text) for text in texts])


def _written(adapter: TypeAdapter[list[Lead]], permit_ids: pl.Series, cells: Sequence[list[Lead] | None]) -> pl.Series:
    pairs = zip(permit_ids, cells, strict=True)
    named = [f"{permit_id}/{lead.trade}" for permit_id, leads in pairs for lead in leads or ()]
    ids = iter(lead_ids(pl.Series(named, dtype=pl.String)))
    for leads in cells:
        for lead in leads or ():
            lead.lead_id = next(ids)
    return pl.Series([None if leads is None else adapter.dump_json(leads).decode() for leads in cells], dtype=pl.String)


def _trades(text: str | None) -> Sequence[str] | None:
    try:
        return None if text is None else TRADES.validate_json(text)
    except ValidationError:
        return None


def _read(adapter: TypeAdapter[list[Lead]], text: str | None) -> list[Lead] | None:
    try:
        return None if text is None else adapter.validate_json(text)
    except ValidationError:
        return None
