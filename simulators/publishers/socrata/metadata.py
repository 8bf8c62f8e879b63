"""What /api/views/{4x4}.json says of a dataset."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from simulators.publishers.socrata.prepared import Prepared
from simulators.publishers.table import Table


class Described(Protocol):
    """A dataset, as far as its metadata goes."""

    four_by_four: str
    name: str
    attribution: str
    updated_at: datetime
    table: Table

    @property
    def prepared(self) -> Prepared:
        """The table, prepared."""


def describe_dataset(dataset: Described) -> dict[str, object]:
    """The answer of /api/views/{4x4}.json; times are epoch seconds, counts are strings."""
    seconds = int(dataset.updated_at.timestamp())
    counts = dataset.table.rows.null_count().to_dicts()[0]
    height = dataset.table.rows.height
    columns = [
        {
            "id": at + 1,
            "name": column.title or column.name,
            "fieldName": column.name,
            "dataTypeName": column.published_type,
            "renderTypeName": column.published_type,
            "position": at + 1,
            "cachedContents": {
                "count": str(height),
                "non_null": str(height - counts[column.name]),
                "null": str(counts[column.name]),
            },
        }
        for at, column in enumerate(dataset.prepared.shown)
    ]
    return {
        "id": dataset.four_by_four,
        "name": dataset.name,
        "assetType": "dataset",
        "attribution": dataset.attribution,
        "viewType": "tabular",
        "displayType": "table",
        "newBackend": True,
        "createdAt": seconds - 86400,
        "publicationDate": seconds - 86400,
        "viewLastModified": seconds,
        "rowsUpdatedAt": seconds,
        "publicationStage": "published",
        "columns": columns,
    }
