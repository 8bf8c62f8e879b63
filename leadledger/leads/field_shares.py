"""How often each field says something, dataset by dataset: what a publisher prints is one thing, how often another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from psycopg.rows import dict_row
from pydantic import BaseModel, ConfigDict, Field

from leadledger.database import Connection
from leadledger.errors import InvalidParameter
from leadledger.leads.coverage import PUBLIC_FIELDS, Snapshot
from leadledger.leads.models import Freshness
from leadledger.validation import nearest
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
NAMED = ("dataset_id", "publisher", "freshness", "stale_since", "newest_issued_date", "last_success")
DatasetId = Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=100)]


class FieldQuestion(BaseModel):
    """The query of GET /api/coverage/fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset_id: list[DatasetId] = Field(
        default=[],
        max_length=200,
        description="Datasets, any of them; repeat it. Left out: every dataset that was ever loaded.",
        examples=[["austin_issued_permits"]],
    )


class FieldShare(BaseModel):
    """One field of one dataset."""

    field: str = Field(examples=["est_project_cost"])
    is_published: bool = Field(description="false: the publisher prints it for no permit; what is there is worked out.")
    filled_count: int | None = Field(description="Permits on which it says something; null: not counted yet.")
    share: float | None = Field(ge=0, le=1, description="Of all permits; null: not counted yet, or there are none.")


class DatasetFields(BaseModel):
    """How a dataset stands, and how often each of its fields says something."""

    dataset_id: str
    publisher: str
    freshness: Freshness
    stale_since: datetime | None = Field(description="Nothing newer than this is shown; null when fresh.")
    newest_issued_date: date | None
    last_success: datetime | None
    tallied_at: datetime | None = Field(description="When its permits were last counted; null: never.")
    permit_count: int | None = Field(description="Permits that stand, at that time.")
    fields: list[FieldShare] = Field(description="Every field that may be shown.")


class FieldCoverage(BaseModel):
    """Freshness and field shares, by publisher."""

    datasets: list[DatasetFields]
    as_of: datetime


def describe_fields(conn: Connection, snapshot: Snapshot, asked: Sequence[str]) -> dict[str, Any]:
    """FieldCoverage.

    Raises:
        InvalidParameter: nobody knows one of the datasets.
    """
    known = [one["dataset_id"] for one in snapshot.datasets]
    for one in asked:
        if one not in known:
            meant = nearest(one, known)
            hint = f"did you mean '{meant}'?" if meant else "see /api/coverage"
            raise InvalidParameter(f"there is no dataset '{one}'; {hint}", field="dataset_id")
    with conn.cursor(row_factory=dict_row) as cursor:
        tallies = {row["dataset_id"]: row for row in cursor.execute(QUERIES["list_tallies"])}
    wanted = [
        one for one in snapshot.datasets if (one["dataset_id"] in asked if asked else one["last_success"] is not None)
    ]
    described = [_describe(one, tallies.get(one["dataset_id"])) for one in wanted]
    return {"datasets": described, "as_of": snapshot.as_of}


def _describe(dataset: Mapping[str, Any], tally: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        **{name: dataset[name] for name in NAMED},
        "tallied_at": tally and tally["tallied_at"],
        "permit_count": tally and tally["permit_count"],
        "fields": [_describe_field(name, dataset["published_fields"], tally) for name in PUBLIC_FIELDS],
    }


def _describe_field(name: str, published: Sequence[str], tally: Mapping[str, Any] | None) -> dict[str, Any]:
    filled = tally["field_counts"].get(name) if tally else None
    share = round(filled / tally["permit_count"], 4) if tally and filled is not None and tally["permit_count"] else None
    return {"field": name, "is_published": name in published, "filled_count": filled, "share": share}
