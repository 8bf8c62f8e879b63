"""Words are matched as words: what clerks write, and what only looks like a trade."""

from __future__ import annotations

import pytest

from permit_leads.normalize.trades import classify

from .frames import dataset, permits


def direct(description: str, **columns: object) -> set[str]:
    found = classify(dataset(), permits({"description": description, **columns}))
    return set(found.filter(found["kind"] == "direct")["trade"])


@pytest.mark.parametrize(
    ("description", "trades"),
    [
        ("Nonstructural re-roof to existing office", {"roofing"}),
        ("REROOF, 30 SQ SHINGLES", {"roofing"}),
        ("Tear off existing shingles and replace with new", {"roofing"}),
        ("REPLACE (1) ROOF TOP UNIT.", {"hvac"}),
        ("Change out 2 ton system with gas heat", {"hvac"}),
        ("change out exsisting a/c", {"hvac"}),
        ("Install two mini-splits", {"hvac"}),
        ("Replace WH in garage closet", {"plumbing"}),
        ("Tankless water heater install", {"plumbing"}),
        ("Replace 40' of sewer yard line, gas line test", {"plumbing"}),
        ("Main service panel upgrade to 200amp", {"electrical"}),
        ("upgrade elec srv, replace sub-panel", {"electrical"}),
        ("Install 7 kW roof-mounted solar PV system", {"solar"}),
        ("INSTALL PHOTOVOLTAIC PANELS ON THE ROOF", {"solar"}),
        ("Inground swimming pool w/ req'd enclosure device for existing 2 story SF res", {"pool"}),
        ("Replace windows, doors, roof, and siding", {"windows_doors", "roofing", "painting_siding"}),
        ("WINDOWS (REPLACEMENT ONLY): QTY 8", {"windows_doors"}),
        ("Foundation repair, 14 steel piers", {"foundation"}),
        ("FENCES: 73FT IN X 6FT IN: QTY 2", {"fence_deck"}),
        ("Install new irrigation system to residence", {"landscaping_irrigation"}),
        ("Total demo of home. Circa 1950", {"demolition"}),
        ("EV charger and 60 amp circuit", {"generator_ev", "electrical"}),
        ("Install whole house generator", {"generator_ev"}),
        ("Kitchen remodel", {"remodel"}),
        ("New 2-story single-family residence, attached garage", {"new_home"}),
        ("Repair septic system", {"septic_well"}),
        ("Attic insulation", {"insulation"}),
        ("Construct new driveway approach", {"concrete_paving"}),
        ("New channel letter wall sign", {"sign"}),
        ("New detached 2 car garage", {"garage_carport"}),
        ("Fire alarm - tenant build out", {"fire_protection", "remodel"}),
    ],
)
def test_work_is_recognised_as_clerks_write_it(description: str, trades: set[str]) -> None:
    assert direct(description) == trades


@pytest.mark.parametrize(
    "description",
    [
        "Meeting of the carpool committee, Liverpool St",
        "Place of assembly",
        "Signal company office",
        "Spacious proofing room",
        "Antenna on existing roof",
        "Temporary tent for festival",
        "Office to be used by the Wellness Foundation company",
        "",
    ],
)
def test_words_inside_other_words_and_mere_mentions_name_no_trade(description: str) -> None:
    assert direct(description) == set()


@pytest.mark.parametrize(
    ("description", "trades"),
    [
        ("Replace siding. No electrical, plumbing or mechanical work", {"painting_siding"}),
        ("Deck, w/o electric", {"fence_deck"}),
        ("Replace windows, existing roof to remain", {"windows_doors"}),
        ("Kitchen remodel, existing deck and fence to remain", {"remodel"}),
        ("Fence around existing swimming pool", {"fence_deck"}),
    ],
)
def test_what_the_text_denies_or_leaves_alone_is_not_work(description: str, trades: set[str]) -> None:
    assert direct(description) == trades


def test_work_on_an_existing_thing_is_work() -> None:
    assert direct("Replace existing fence") == {"fence_deck"}
    assert direct("Repairs to existing deck") == {"fence_deck"}
