"""How far the reading of one layer has come, whatever way it goes."""

from __future__ import annotations

from dataclasses import replace

from permit_leads.errors import SourceChanged
from permit_leads.fetch.arcgis_layer import Layer
from permit_leads.fetch.arcgis_query import LayerClient
from permit_leads.fetch.arcgis_rows import count_features, object_ids, says_more
from permit_leads.fetch.distinct import DistinctIds
from permit_leads.page import Page


class WayBlocked(Exception):
    """The server does not keep to what this way of paging needs; the rows given so far stand."""


class Features:
    """One page of features with its ids, in page order."""

    def __init__(self, page: Page, ids: list[int]) -> None:
        self.page = page
        self.ids = ids
        self.says_more = says_more(page.body)


class Walk:
    """Rows received, the ids among them, and the highest id below which every row has come."""

    def __init__(self, asker: LayerClient, layer: Layer, where: str, count: int) -> None:
        self.asker = asker
        self.layer = layer
        self.count = count
        self.received = 0
        self.last_id: int | None = None
        self._where = where
        self._ids = DistinctIds()

    @property
    def distinct(self) -> int:
        """Different ids among the rows received."""
        return self._ids.count

    @property
    def page_size(self) -> int:
        """Rows to ask for at a time: never more than the server gives, or it would give fewer and say nothing."""
        return min(self.asker.dataset.page_size, self.layer.max_records)

    @property
    def where(self) -> str:
        """What is still to come."""
        return self._where if self.last_id is None else f"({self._where}) AND {self.layer.oid_field} > {self.last_id}"

    def ask(self, parameters: dict[str, str]) -> Features:
        """One page of features.

        Raises:
            SourceChanged: the answer holds no features at all, or their ids cannot be read.
        """
        shape = {"outFields": "*", "returnGeometry": "true" if self.layer.has_points else "false"}
        if self.layer.has_points:
            shape["outSR"] = "4326"
        page = self.asker.ask("rows", shape | parameters)
        if b'"features"' not in page.body:
            seen = page.body[:120]
            reason = f"{page.url} answers without features (a service root, or no layer any more?): {seen!r}; edit url"
            raise SourceChanged(self.asker.dataset.id, reason)
        ids = object_ids(page.body, self.layer.oid_field)
        count = count_features(page.body)
        if len(ids) != count:
            raise SourceChanged(self.asker.dataset.id, f"{page.url} gives rows without {self.layer.oid_field}")
        return Features(replace(page, row_count=count), ids)

    def take(self, features: Features) -> Page:
        """Count the page in, and give it."""
        self.received += len(features.ids)
        self._ids.add([str(one) for one in features.ids])
        return features.page
