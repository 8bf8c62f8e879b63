"""Rows of somebody else's land, judged by what the source file says of its own: no history is needed."""

from __future__ import annotations

from collections.abc import Iterator

from permit_leads.quality.findings import Finding, graded
from permit_leads.quality.profile import Profile
from permit_leads.quality.words import FEWEST_ROWS, GREAT, NEW_PLACES, shown_words
from permit_leads.registry import Dataset
from permit_leads.registry_facts import Jurisdiction

HALF_SQUARE = 0.5  # a square is a point rounded to whole degrees


def check_jurisdiction(dataset: Dataset, profile: Profile) -> list[Finding]:
    """Cities, counties and points outside of the declared jurisdiction: a few are slips, many are another feed."""
    known = dataset.jurisdiction
    if known is None:
        return []
    found = []
    for what, name, outside in _outside(dataset, known, profile):
        count, filled = sum(outside.values()), sum((profile.words.get(name) or {}).values())
        if count < FEWEST_ROWS or count < NEW_PLACES * filled:
            continue
        message = (
            f"{count} of {filled} permits ({count / filled:.0%}) lie outside of the jurisdiction that the source file "
            f"of {dataset.id} declares: {what} {shown_words(outside)}; the address may give another publisher's rows"
        )
        found.append(graded("wrong_jurisdiction", message, is_failure=count >= GREAT * filled))
    return found


def _outside(dataset: Dataset, known: Jurisdiction, profile: Profile) -> Iterator[tuple[str, str, dict[str, int]]]:
    """What the publisher itself says of place; a constant of the source file is our word, and proves nothing."""

    def words(name: str) -> dict[str, int]:
        return profile.words.get(name) or {}

    if known.cities and "OriginalCity" not in dataset.constants:
        cities = {word: count for word, count in words("original_city").items() if _plain(word) not in known.cities}
        yield "city", "original_city", cities
    if known.counties and "CountyFips" not in dataset.constants:
        counties = {word: count for word, count in words("county_fips").items() if word not in known.counties}
        yield "county", "county_fips", counties
    if known.bounding_box:
        box = known.bounding_box
        yield "degrees", "square", {word: count for word, count in words("square").items() if not _meets(word, box)}


def _plain(city: str) -> str:
    return " ".join(city.upper().split())


def _meets(square: str, box: tuple[float, float, float, float]) -> bool:
    latitude, longitude = (float(part) for part in square.split(","))
    west, south, east, north = box
    return (
        west - HALF_SQUARE <= longitude <= east + HALF_SQUARE and south - HALF_SQUARE <= latitude <= north + HALF_SQUARE
    )
