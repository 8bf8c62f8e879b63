"""The search of an EnerGov portal: it answers only what carries every header and every block of criteria."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl

from simulators.publishers.disturbances import Identity
from simulators.publishers.messages import Kind, Reply, Request
from simulators.publishers.quirks import Quirks
from simulators.publishers.table import Table

PATH = "/apps/selfservice/api/energov/search/search"
HEADERS = ("tenantid", "tenantname", "tyler-tenant-culture")
BLOCKS = (
    "PlanCriteria", "PermitCriteria", "InspectionCriteria", "CodeCaseCriteria", "RequestCriteria",
    "BusinessLicenseCriteria", "ProfessionalLicenseCriteria", "LicenseCriteria", "ProjectCriteria",
)  # fmt: skip
_JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass
class EnergovSearch:
    """Columns are an entity's members; one with a point in its name stands inside another object."""

    dataset_id: str
    table: Table
    identity: Identity
    note: str
    date_column: str = "IssueDate"
    last_selection: Sequence[int] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its id in the registry and its path."""
        return self.dataset_id, PATH

    def warm_up(self) -> None:
        """Nothing to prepare."""

    def serves(self, request: Request) -> bool:
        """Whether the path is the search's."""
        return request.plain_path == PATH

    def kind_of(self, request: Request) -> Kind:  # noqa: ARG002  # the protocol's signature
        """A search is rows."""
        return "rows"

    def answer(self, request: Request, quirks: Quirks) -> Reply:
        """One page of what was searched for; 500 without the headers or a block of criteria."""
        if request.method != "POST" or not all(name in request.headers for name in HEADERS):
            return _failed(500)
        asked = orjson.loads(request.body)
        if not all(block in asked for block in BLOCKS):
            return _failed(500)
        if quirks.error_code is not None:
            return _failed(200, quirks.error_message)
        found = self._found(asked["PermitCriteria"], quirks)
        self.last_selection = found
        size = min(quirks.page_cap or asked["PageSize"], asked["PageSize"])
        start = (asked["PageNumber"] - 1) * size
        rows = self.table.take(found[start : start + size]).rows(named=True)
        given = rows if quirks.short_rows is None else rows[: quirks.short_rows]
        result = {
            "EntityResults": [_nested(row) for row in given],
            "PermitsFound": len(found),
            "TotalPages": -(-len(found) // size),
        }
        return Reply(200, orjson.dumps({"Result": result, "Success": True, "ErrorMessage": ""}), _JSON)

    def _found(self, criteria: dict[str, Any], quirks: Quirks) -> list[int]:
        since, until = (criteria.get(f"{self.date_column}{end}") or "" for end in ("From", "To"))
        if self.date_column not in self.table.rows.columns:
            return list(range(self.table.rows.height))
        days = self.table.rows[self.date_column]
        found = [at for at, day in enumerate(days) if since[:10] <= (day or "")[:10] <= (until[:10] or "~")]
        if quirks.ignores_order:
            return pl.Series(found).sample(fraction=1.0, shuffle=True, seed=quirks.seed).to_list()
        return found


def _failed(status: int, message: str = "An error has occurred.") -> Reply:
    return Reply(status, orjson.dumps({"Result": None, "Success": False, "ErrorMessage": message}), _JSON)


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    entity: dict[str, Any] = {}
    for name, value in row.items():
        *outer, last = name.split(".")
        place = entity
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value
    return entity
