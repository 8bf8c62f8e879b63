"""Labels before words, types where the words are silent, and the trades that follow."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from permit_leads.normalize.lexicon import load_lexicon
from permit_leads.normalize.trades import TRADES_SCHEMA, classify, trade_labels
from permit_leads.registry_checks import TRADES

from .frames import dataset, permits

LABELS = {"EP": ("electrical",), "PP": ("plumbing",), "BP": ()}


def trades_of(row: dict[str, Any], labels: dict[str, tuple[str, ...]] | None = None) -> dict[str, str]:
    """trade -> kind of a single permit."""
    found = classify(dataset(labels), permits(row))
    return dict(found.select("trade", "kind").iter_rows())


def direct_of(row: dict[str, Any], labels: dict[str, tuple[str, ...]] | None = None) -> set[str]:
    return {trade for trade, kind in trades_of(row, labels).items() if kind == "direct"}


def test_a_label_is_the_trade_whatever_project_the_text_describes() -> None:
    row = {"description": "Kitchen remodel, new windows and roof", "trade_label": "EP"}
    assert direct_of(row, LABELS) == {"electrical"}


def test_a_labelled_permit_may_name_a_specialty_of_its_trade() -> None:
    row = {"description": "Install new solar system to residence", "trade_label": "EP"}
    assert direct_of(row, LABELS) == {"electrical", "solar"}


def test_a_sign_filed_as_electrical_work_is_sign_work_alone() -> None:
    row = {"description": "New channel letter wall sign", "permit_class": "Sign Permit", "trade_label": "EP"}
    assert direct_of(row, LABELS) == {"sign"}


def test_a_label_without_trades_leaves_it_to_the_words() -> None:
    assert direct_of({"description": "Reroof", "trade_label": "BP"}, LABELS) == {"roofing"}


def test_labels_can_be_given_beside_the_frame_and_are_trimmed() -> None:
    frame = permits({"description": "like for like"}, {"description": "like for like"})
    found = classify(dataset(LABELS), frame, pl.Series(["EP ", None]))
    assert found.select("permit_key", "trade", "evidence").rows() == [("P0", "electrical", "label: EP")]


def test_general_types_speak_only_where_the_description_names_no_work() -> None:
    kind = {"permit_type_desc": "Commercial Remodel"}
    assert direct_of(kind | {"description": "Nonstructural reroof"}) == {"roofing"}
    assert direct_of(kind | {"description": "Suite 200"}) == {"remodel"}


def test_new_construction_of_a_dwelling_is_a_new_home_and_an_address_is_not() -> None:
    new = {"permit_class": "R- 101 Single Family Houses", "work_class_mapped": "New"}
    assert direct_of(new | {"description": "Lot 301, Darwin plan, 3 bedrooms"}) == {"new_home"}
    assert direct_of({"description": "Carport for single family residence", "work_class_mapped": "New"}) == {
        "garage_carport"
    }
    assert direct_of({"description": "New shed to rear of residence", "work_class_mapped": "New"}) == set()


def test_parts_of_a_new_home_are_the_builders() -> None:
    row = {"description": "New single family residence with covered porch, deck, roof and hvac"}
    assert direct_of(row) == {"new_home"}


def test_a_demolition_type_says_what_the_other_words_are_done_to() -> None:
    row = {"permit_type_desc": "Demolition Permit", "description": "Demo of house, deck and swimming pool"}
    assert direct_of(row) == {"demolition"}


def test_permit_types_of_no_trade_give_no_lead() -> None:
    row = {"permit_type_desc": "PERMIT - ELEVATOR EQUIPMENT", "description": "Install new electrical controller"}
    assert trades_of(row) == {}


def test_trades_that_follow_are_adjacent_and_say_what_they_follow() -> None:
    found = classify(dataset(), permits({"description": "Inground swimming pool"}))
    adjacent = found.filter(found["kind"] == "adjacent")
    assert adjacent["trade"].to_list() == ["fence_deck", "landscaping_irrigation", "electrical"]
    assert set(adjacent["evidence"]) == {"follows: pool"}


def test_a_trade_named_on_the_permit_is_never_adjacent_too() -> None:
    assert trades_of({"description": "Inground swimming pool and fence"})["fence_deck"] == "direct"


def test_commercial_demolition_is_followed_by_a_remodel_not_a_home() -> None:
    demolition = {"description": "Interior demolition"}
    assert "new_home" in trades_of(demolition)
    assert trades_of(demolition | {"permit_class_mapped": "Commercial"}) == {
        "demolition": "direct",
        "remodel": "adjacent",
    }


def test_adjacent_trades_stay_few() -> None:
    row = {"description": "Kitchen remodel, detached garage, swimming pool, total demolition of shed"}
    kinds = list(trades_of(row).values())
    assert kinds.count("adjacent") <= load_lexicon().file.adjacent_limit


def test_street_names_in_place_of_a_project_name_are_not_read() -> None:
    street = {"project_name": "12 POOL RD", "original_address1": "12 POOL RD"}
    assert trades_of(street) == {}
    assert direct_of({"project_name": "Smith pool", "original_address1": "12 OAK ST"}) == {"pool"}


def test_rows_keep_the_order_of_the_permits_and_the_schema() -> None:
    frame = permits({"description": "fence"}, {"description": "nothing"}, {"description": "reroof"})
    found = classify(dataset(), frame)
    assert found["permit_key"].to_list() == ["P0", "P2"]
    assert dict(found.schema) == TRADES_SCHEMA


def test_no_permits_give_no_trades() -> None:
    assert classify(dataset(LABELS), permits()).schema == classify(dataset(), permits({"description": "pool"})).schema


@pytest.mark.parametrize("phrase", ["pool", "POOL!", "the (pool)", "pool."])
def test_case_and_punctuation_do_not_matter(phrase: str) -> None:
    assert direct_of({"description": f"{phrase} behind"}) == {"pool"}


def test_every_trade_of_the_registry_has_words_and_a_label() -> None:
    assert set(trade_labels()) == set(TRADES)
