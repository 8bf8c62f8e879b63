"""Where a question asks by name or by territory: the counties, ZIPs and areas that are meant."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from leadledger.database import Connection
from leadledger.errors import InvalidParameter, NotFound
from leadledger.leads.filters import Group, LeadQuestion, LeadSearch, narrow_to, widen
from leadledger.leads.place_names import AmbiguousPlace, find_place
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("territories.sql"))


def resolve_places(conn: Connection, asked: LeadQuestion, covered: frozenset[str] = frozenset()) -> LeadSearch:
    """The question as a search in which `place` and `territory_id` have become conditions; one that is stays as it is.

    Raises:
        AmbiguousPlace: several places go by the name.
        InvalidParameter: no place does.
        NotFound: there is no such territory, or it is another account's.
    """
    found = widen(asked)
    if found.place is not None:
        place = find_place(found.place, covered)
        by_zip, by_county = (
            Group.model_construct(zip=list(place.zips)),
            Group.model_construct(county=list(place.counties)),
        )
        found = narrow_to(found, [by_county if place.kind == "county" else by_zip]).model_copy(update={"place": None})
    if found.territory_id is not None:
        found = narrow_to(found, _territory_groups(conn, found.territory_id))
        found = found.model_copy(update={"territory_id": None})
    return found


def settle_places(conn: Connection, asked: LeadQuestion) -> LeadSearch:
    """The same for what is asked later, when nobody is there to choose.

    Raises:
        InvalidParameter: no place, or more than one, goes by the name.
        NotFound: there is no such territory.
    """
    try:
        return resolve_places(conn, asked)
    except AmbiguousPlace as error:
        raise InvalidParameter(f"{error.message}, with its state", field="place") from None


def _territory_groups(conn: Connection, territory_id: UUID) -> list[Group]:
    """A lead in any of them is inside; in a territory of nothing no lead is."""
    row = conn.execute(QUERIES["find_territory"], {"territory_id": territory_id}).fetchone()
    if row is None:
        raise NotFound("there is no such territory, or it is another account's", field="territory_id")
    counties, zips, area = row
    groups = [
        *([Group.model_construct(county=counties)] if counties else []),
        *([Group.model_construct(zip=zips)] if zips else []),
        *([Group.model_construct(polygon=area)] if area else []),
    ]
    return groups or [Group.model_construct(zip=["none"])]
