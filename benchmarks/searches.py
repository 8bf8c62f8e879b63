"""The ten searches that are measured, and whose plans tests look at: what contractors and developers ask every day.

Each is dealt many times with other trades, ZIPs and places, so that no two clients read the same few pages. `values`
says the same to plain SQL and to the peers.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from benchmarks.search_rows import Facts
from permit_leads.score.ranking import min_rank_key

TRADES = ("electrical", "plumbing", "hvac", "fence_deck", "concrete_paving", "remodel", "windows_doors", "roofing")
COUNTIES = ("48453", "47037")  # Travis (Austin), Davidson (Nashville)
WORDS = ("water heater", "replace windows", "kitchen remodel", "new roof", "swimming pool", "repair foundation")
LEADS, SEARCH = "/api/leads", "/api/leads/search"
PAGE = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """One search: its address and what goes with it; `page` is the page asked for, reached by cursors."""

    name: str
    path: str = LEADS
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    territory: Mapping[str, Any] | None = None
    page: int = 1
    values: Mapping[str, Any] = field(default_factory=dict)


class Dealer:
    """Deals searches; the same seed deals the same ones."""

    def __init__(self, facts: Facts, today: date, seed: int = 20261126) -> None:
        self.facts = facts
        self.today = today
        self.dice = random.Random(seed)

    def deal(self, count: int) -> dict[str, list[Asked]]:
        """So many of each, by name."""
        return {name: [make(self) for _ in range(count)] for name, make in SEARCHES.items()}

    def newest_in_county(self) -> Asked:
        """The trade's newest work in one county."""
        trade, county = self.dice.choice(TRADES), self.dice.choice(COUNTIES)
        values = {"trade": trade, "county": county}
        return Asked("newest_in_county", params={**values, "sort": "newest"}, values=values)

    def best_in_zips(self) -> Asked:
        """The best of eight ZIPs above a cost."""
        zips = self._zips(8)
        cost = self.dice.choice((5_000, 10_000, 25_000))
        return Asked("best_in_zips", params={"zip": zips, "min_cost": cost}, values={"zips": zips, "min_cost": cost})

    def words_nearby(self) -> Asked:
        """Words within ten miles."""
        (lat, lon), words = self._place(), self.dice.choice(WORDS)
        asked = {"q": words, "lat": lat, "lon": lon, "miles": 10}
        return Asked("words_nearby", params=asked, values={**asked, **_box_around(lat, lon, 10)})

    def map_view(self) -> Asked:
        """A city on the map, one trade, counted in squares."""
        (lat, lon), trade = self._place(), self.dice.choice(TRADES)
        west, south, east, north = lon - 0.17, lat - 0.12, lon + 0.17, lat + 0.12
        params = {"bbox": f"{west:.5f},{south:.5f},{east:.5f},{north:.5f}", "zoom": 12, "trade": trade}
        box = {"west": west, "south": south, "east": east, "north": north}
        return Asked("map_view", "/api/leads/clusters", params, values={**box, "side": 180 / 2**12, "trade": trade})

    def drawn_area(self) -> Asked:
        """The best inside of a drawn area some four miles wide."""
        (lat, lon), trades = self._place(), self.dice.sample(TRADES, 2)
        corners = _ring(lat, lon, self.dice.uniform(0.025, 0.035))
        body = {"polygon": {"type": "Polygon", "coordinates": [corners]}, "trade": trades}
        text = "(" + ",".join(f"({x},{y})" for x, y in corners[:-1]) + ")"
        box = {"west": min(x for x, _ in corners), "east": max(x for x, _ in corners),
               "south": min(y for _, y in corners), "north": max(y for _, y in corners)}  # fmt: skip
        return Asked("drawn_area", SEARCH, body=body, values={"ring": text, "trades": trades, **box})

    def territory(self) -> Asked:
        """The best of the account's own territory: some ZIPs and a drawn area."""
        (lat, lon), zips = self._place(), self._zips(5)
        corners = _ring(lat, lon, 0.02)
        text = "(" + ",".join(f"({x},{y})" for x, y in corners[:-1]) + ")"
        own = {"zips": zips, "area": {"type": "Polygon", "coordinates": [corners]}}
        box = {"west": min(x for x, _ in corners), "east": max(x for x, _ in corners),
               "south": min(y for _, y in corners), "north": max(y for _, y in corners)}  # fmt: skip
        score = 20
        values = {"zips": zips, "ring": text, **box, "min_rank_key": min_rank_key(score, self.today)}
        return Asked("territory", params={"min_score": score}, territory=own, values=values)

    def either_or(self) -> Asked:
        """Dear work of one trade, or any of another with certain words on it, commercial or not."""
        one, other = self.dice.sample(TRADES, 2)
        county, word = self.dice.choice(COUNTIES), self.dice.choice(("addition", "replace", "remodel", "commercial"))
        body = {"county": [county], "any": [{"trade": [one], "min_cost": 20_000}, {"trade": [other], "q": word}]}
        values = {"county": county, "one": one, "other": other, "word": word, "min_cost": 20_000}
        return Asked("either_or", SEARCH, body=body, values=values)

    def changed_since(self) -> Asked:
        """What a program asks that keeps a copy: all that is new of a trade since the day before yesterday."""
        since = datetime.combine(self.today - timedelta(days=2), time(), UTC).isoformat().replace("+00:00", "Z")
        values = {"since": since, "trade": self.dice.choice(TRADES)}
        params = {"changed_since": since, "trade": values["trade"], "sort": "changed", "limit": 100}
        return Asked("changed_since", params=params, values=values)

    def page_twenty(self) -> Asked:
        """Deep in a long list."""
        values = {"trade": self.dice.choice(TRADES[:5]), "county": COUNTIES[0]}
        return Asked("page_twenty", params=values, page=20, values=values)

    def facets(self) -> Asked:
        """How many there are by trade, ZIP and more, of what costs something in one county."""
        values = {"county": self.dice.choice(COUNTIES), "min_cost": self.dice.choice((1_000, 10_000, 50_000))}
        return Asked("facets", "/api/leads/facets", values, values=values)

    def _place(self) -> tuple[float, float]:
        lat, lon = self.dice.choice(self.facts.places)
        return round(lat, 5), round(lon, 5)

    def _zips(self, count: int) -> list[str]:
        """Of one county, as a territory has them."""
        codes = self.facts.zips[self.dice.choice(sorted(self.facts.zips))]
        return sorted(self.dice.sample(codes, min(count, len(codes))))


SEARCHES: Mapping[str, Callable[[Dealer], Asked]] = {
    "newest_in_county": Dealer.newest_in_county,
    "best_in_zips": Dealer.best_in_zips,
    "words_nearby": Dealer.words_nearby,
    "map_view": Dealer.map_view,
    "drawn_area": Dealer.drawn_area,
    "territory": Dealer.territory,
    "either_or": Dealer.either_or,
    "changed_since": Dealer.changed_since,
    "page_twenty": Dealer.page_twenty,
    "facets": Dealer.facets,
}


def _ring(lat: float, lon: float, degrees: float, corners: int = 8) -> list[list[float]]:
    """A closed ring around a place."""
    angles: Sequence[float] = [2 * math.pi * number / corners for number in range(corners)]
    ring = [[round(lon + degrees * math.cos(a), 5), round(lat + degrees * math.sin(a), 5)] for a in angles]
    return [*ring, ring[0]]


def _box_around(lat: float, lon: float, miles: float) -> dict[str, float]:
    """A box that holds the circle."""
    tall = miles / 68.5
    wide = tall / math.cos(math.radians(abs(lat) + tall))
    return {"west": lon - wide, "south": lat - tall, "east": lon + wide, "north": lat + tall}
