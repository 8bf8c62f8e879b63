"""Permits at one address: found by indexed words, told apart by the folded address, never by a guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.errors import InvalidParameter, NotFound
from leadledger.leads.coverage import Snapshot, cover_datasets
from leadledger.leads.folding import fold_address, street_words
from leadledger.leads.permit_lists import PARTS, QUERIES
from permit_leads.search import query_words

LOOKED_THROUGH = 1_000
SHOWN = 200


def find_by_address(conn: Connection, snapshot: Snapshot, address: str, zip5: str) -> dict[str, object]:
    """PropertyHistory of an address.

    Raises:
        InvalidParameter: the address has no house number.
    """
    folded = fold_address(address)
    if folded is None:
        raise InvalidParameter("address has no house number; expected one such as 4821 Maple St", field="address")
    found = _find(conn, folded, zip5)
    here = [one for one in found if one["original_zip"] == zip5]
    return _describe(snapshot, folded, zip5, here, found)


def find_by_permit(conn: Connection, snapshot: Snapshot, permit_id: UUID) -> dict[str, object]:
    """PropertyHistory of the place of a permit.

    Raises:
        NotFound: there is no such permit.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        place = cursor.execute(QUERIES["find_place"], {"permit_id": permit_id}).fetchone()
    if place is None:
        raise NotFound(f"there is no permit {permit_id}")
    address = place["original_address1"]
    folded = fold_address(address) if address else None
    if folded is None:
        return _describe(snapshot, None, place["original_zip"], [], [], address)
    found = _find(conn, folded, place["original_zip"])
    return _describe(snapshot, folded, place["original_zip"], [one for one in found if _is_at(one, place)], found)


def _find(conn: Connection, folded: str, zip5: str | None) -> list[dict[str, Any]]:
    """Permits whose address folds to the same, perhaps of other places."""
    values = {"words": query_words(street_words(folded)), "zip": zip5, "limit": LOOKED_THROUGH}
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(QUERIES["find_neighbours"].format(**PARTS), values).fetchall()
    return [one for one in rows if fold_address(one["original_address1"]) == folded]


def _is_at(one: Mapping[str, Any], place: Mapping[str, Any]) -> bool:
    """Same place: the ZIPs say so; where one lacks it the cities do; where both lack both, the dataset."""
    for field in ("original_zip", "original_city"):
        if one[field] and place[field]:
            return bool(one[field].upper() == place[field].upper())
    said = (one["original_zip"], one["original_city"], place["original_zip"], place["original_city"])
    return not any(said) and bool(one["dataset_id"] == place["dataset_id"])


def _describe(
    snapshot: Snapshot,
    folded: str | None,
    zip5: str | None,
    here: Sequence[Mapping[str, Any]],
    found: Sequence[Mapping[str, Any]],
    address: str | None = None,
) -> dict[str, object]:
    unplaced = [one for one in found if not one["original_zip"] and not one["original_city"] and one not in here]
    state = "found" if here else "nothing_known"
    if folded is None:
        state = "no_house_number" if address else "address_not_published"
    return {
        "state": state,
        "address": folded,
        "zip": zip5,
        "spellings": sorted({one["original_address1"] for one in here}),
        "permits": here[:SHOWN],
        "permit_count": len(here),
        "is_cut_off": len(here) > SHOWN or len(found) >= LOOKED_THROUGH,
        "unplaced_count": len(unplaced),
        "coverage": cover_datasets(snapshot, {one["dataset_id"] for one in here}),
    }
