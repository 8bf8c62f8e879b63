"""Words are matched as words: what clerks write, and what only looks like a trade."""

from __future__ import annotations

from functools import cache

import pytest

from permit_leads.normalize.trades import classify

from .frames import dataset, permits

WORK: dict[str, set[str]] = {
    "Nonstructural re-roof to existing office": {"roofing"},
    "REROOF, 30 SQ SHINGLES": {"roofing"},
    "Tear off existing shingles and replace with new": {"roofing"},
    "REPLACE (1) ROOF TOP UNIT.": {"hvac"},
    "Change out 2 ton system with gas heat": {"hvac"},
    "change out exsisting a/c": {"hvac"},
    "Install two mini-splits": {"hvac"},
    "Replace WH in garage closet": {"plumbing"},
    "Tankless water heater install": {"plumbing"},
    "Installed a new 40-gallon electric wh in the utility room": {"plumbing"},
    "Replace 40' of sewer yard line, gas line test": {"plumbing"},
    "Main service panel upgrade to 200amp": {"electrical"},
    "upgrade elec srv, replace sub-panel": {"electrical"},
    "Install 7 kW roof-mounted solar PV system": {"solar"},
    "INSTALL PHOTOVOLTAIC PANELS ON THE ROOF": {"solar"},
    "Inground swimming pool w/ req'd enclosure device for existing 2 story SF res": {"pool"},
    "Replace windows, doors, roof, and siding": {"windows_doors", "roofing", "painting_siding"},
    "WINDOWS (REPLACEMENT ONLY): QTY 8": {"windows_doors"},
    "Foundation repair, 14 steel piers": {"foundation"},
    "FENCES: 73FT IN X 6FT IN: QTY 2": {"fence_deck"},
    "Install new irrigation system to residence": {"landscaping_irrigation"},
    "Total demo of home. Circa 1950": {"demolition"},
    "WRECK AND REMOVE A DETACHED FRAME GARAGE": {"demolition"},
    "EV charger and 60 amp circuit": {"generator_ev", "electrical"},
    "Install whole house generator": {"generator_ev"},
    "Kitchen remodel": {"remodel"},
    "New 2-story single-family residence, attached garage": {"new_home"},
    "Repair septic system": {"septic_well"},
    "Attic insulation": {"insulation"},
    "Construct new driveway approach": {"concrete_paving"},
    "New channel letter wall sign": {"sign"},
    "New detached 2 car garage": {"garage_carport"},
    "Fire alarm - tenant build out": {"fire_protection", "remodel"},
    "Replace existing fence": {"fence_deck"},
    "Repairs to existing deck": {"fence_deck"},
    # denied, left alone, or on another permit
    "Replace siding. No electrical, plumbing or mechanical work": {"painting_siding"},
    "Deck, w/o electric": {"fence_deck"},
    "Replace windows, existing roof to remain": {"windows_doors"},
    "Kitchen remodel, existing deck and fence to remain": {"remodel"},
    "Fence around existing swimming pool": {"fence_deck"},
    "New cabinets, electrical on separate permit": {"remodel"},
    "Deck. Separate permits are required for any proposed electrical, plumbing, & gas/mechanical work": {"fence_deck"},
}

NO_WORK = [
    "Meeting of the carpool committee, Liverpool St",
    "Place of assembly",
    "Signal company office",
    "Spacious proofing room",
    "Antenna on existing roof",
    "Temporary tent for festival",
    "Office to be used by the Wellness Foundation company",
    "REVISION TO PERMIT NO. 100807510; CHANGE OF PLUMBING CONTRACTOR TO ACCURATE MECHANICAL",
    "no remodel, change of use only",
    "",
]


@cache
def found() -> dict[str, set[str]]:
    """Direct trades of every text of this file, read in one call."""
    texts = [*WORK, *NO_WORK]
    trades = classify(dataset(), permits(*({"permit_key": text, "description": text} for text in texts)))
    direct = trades.filter(trades["kind"] == "direct")
    by_text: dict[str, set[str]] = {text: set() for text in texts}
    for text, trade in direct.select("permit_key", "trade").iter_rows():
        by_text[text].add(trade)
    return by_text


@pytest.mark.parametrize("description", WORK)
def test_work_is_recognised_as_clerks_write_it(description: str) -> None:
    assert found()[description] == WORK[description]


@pytest.mark.parametrize("description", NO_WORK)
def test_words_inside_other_words_and_mere_mentions_name_no_trade(description: str) -> None:
    assert found()[description] == set()
