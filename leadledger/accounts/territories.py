"""Where a contractor works: counties, ZIPs and drawn areas under a name, kept for the whole account."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from leadledger.accounts.models import Name
from leadledger.acting import Acting
from leadledger.area_json import AREA_SCHEMA, AreaJson
from leadledger.errors import AppError, InvalidBody, NotFound
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
MOST_TERRITORIES = 200
NOWHERE = "a territory needs at least one of counties, zips and area"
Code = Annotated[str, Field(pattern=r"^[0-9]{5}$")]
Counties = Annotated[list[Code], Field(max_length=300, description="FIPS codes.", examples=[["48453"]])]
Zips = Annotated[list[Code], Field(max_length=1_000, examples=[["78704"]])]
AREA = "A GeoJSON Polygon or MultiPolygon (WGS 84): at most 1,000 positions, simple rings, 60 degrees wide."


class TooManyTerritories(AppError):
    """More than one account can need."""

    status = 409
    code = "too_many_territories"


class NewTerritory(BaseModel):
    """A territory to keep: a lead in any of counties, zips and area is inside."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["South Austin"])
    counties: Counties = []
    zips: Zips = []
    area: AreaJson | SkipJsonSchema[None] = Field(default=None, description=AREA)

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if not (self.counties or self.zips or self.area):
            raise ValueError(NOWHERE)
        return self


class TerritoryChange(BaseModel):
    """What is left out stays; an empty list or a null area takes it out."""

    model_config = ConfigDict(extra="forbid")

    name: Name | SkipJsonSchema[None] = None
    counties: Counties | SkipJsonSchema[None] = None
    zips: Zips | SkipJsonSchema[None] = None
    area: AreaJson | None = Field(default=None, description=AREA)


class Territory(BaseModel):
    """A territory as it is kept."""

    territory_id: UUID
    name: str
    counties: list[str]
    zips: list[str]
    area: dict[str, Any] | None = Field(json_schema_extra={"anyOf": [*AREA_SCHEMA["anyOf"], {"type": "null"}]})
    created_by: UUID
    created_at: datetime
    updated_at: datetime


class Territories(BaseModel):
    """All territories of the account, by name."""

    territories: list[Territory]


def list_territories(acting: Acting) -> list[dict[str, Any]]:
    """All of the account, by name."""
    with acting.conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(QUERIES["list_territories"], {"account_id": acting.account_id}).fetchall()


def read_territory(acting: Acting, territory_id: UUID) -> dict[str, Any]:
    """One of them.

    Raises:
        NotFound: no such territory here.
    """
    return _one(acting, "read_territory", {"territory_id": territory_id})


def add_territory(acting: Acting, wanted: NewTerritory) -> dict[str, Any]:
    """The territory as it was kept.

    Raises:
        TooManyTerritories: the account has its fill.
    """
    values = {**_stored(wanted.model_dump()), "account_id": acting.account_id, "limit": MOST_TERRITORIES}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        made = rows.execute(QUERIES["add_territory"], values).fetchone()
    if made is None:
        raise TooManyTerritories(f"the account has {MOST_TERRITORIES} territories; remove one first")
    return made


def change_territory(acting: Acting, territory_id: UUID, change: TerritoryChange) -> dict[str, Any]:
    """The territory after the change.

    Raises:
        NotFound: no such territory here.
        InvalidBody: it would be nowhere.
    """
    before = read_territory(acting, territory_id)
    given = change.model_dump(include=change.model_fields_set)
    kept = {name: value for name, value in given.items() if value is not None or name == "area"}
    after = {**before, **kept}
    if not (after["counties"] or after["zips"] or after["area"]):
        raise InvalidBody(NOWHERE, field="area")
    return _one(acting, "change_territory", _stored(after))


def remove_territory(acting: Acting, territory_id: UUID) -> None:
    """Forget it.

    Raises:
        NotFound: no such territory here.
    """
    _one(acting, "remove_territory", {"territory_id": territory_id})


def _one(acting: Acting, statement: str, values: dict[str, Any]) -> dict[str, Any]:
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES[statement], {**values, "account_id": acting.account_id}).fetchone()
    if found is None:
        raise NotFound(f"no territory {values['territory_id']} in this account")
    return found


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    area = values["area"]
    codes = {name: sorted(set(values[name])) for name in ("counties", "zips")}
    return {**values, **codes, "area": None if area is None else Jsonb(area)}
