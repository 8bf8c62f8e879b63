"""A package of a portal: package_show lists its resources, of which some are files behind a redirect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
import polars as pl

from simulators.publishers.ckan.datastore import API
from simulators.publishers.ckan.envelope import result
from simulators.publishers.disturbances import Identity
from simulators.publishers.messages import Kind, Reply, Request
from simulators.publishers.quirks import Quirks
from simulators.publishers.table import Table

_NOTHING = Table((), pl.DataFrame())


@dataclass
class Package:
    """A package; `resources` are (name, format, url)."""

    dataset_id: str
    package_id: str
    resources: Sequence[tuple[str, str, str]]
    note: str
    table: Table = _NOTHING
    identity: Identity = field(default_factory=lambda: Identity(""))
    last_selection: Sequence[int] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its id in the registry and the portal's id."""
        return self.dataset_id, self.package_id

    def warm_up(self) -> None:
        """Nothing to prepare."""

    def serves(self, request: Request) -> bool:
        """Whether the package is asked for."""
        return request.path == f"{API}package_show" and dict(request.query).get("id") == self.package_id

    def kind_of(self, request: Request) -> Kind:  # noqa: ARG002  # the protocol's signature
        """A list of files."""
        return "index"

    def answer(self, request: Request, quirks: Quirks) -> Reply:  # noqa: ARG002  # the protocol's signature
        """The package."""
        listed = [
            {"id": f"{at:08d}-0000-4000-8000-000000000000", "name": name, "format": kind, "url": url}
            for at, (name, kind, url) in enumerate(self.resources)
        ]
        return result(request, orjson.dumps({"id": self.package_id, "name": self.package_id, "resources": listed}))
