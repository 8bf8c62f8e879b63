"""The score card as data: complete, in plain words, and without values nobody computes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from permit_leads.registry_checks import TRADES
from permit_leads.score.features import NUMBER_EVIDENCE, REMARKS, STAGES, TEXT_EVIDENCE, permit_features
from permit_leads.score.model import Bands, describe, load_model

MODEL = load_model()


def test_every_trade_has_starting_points_and_company_words() -> None:
    assert set(MODEL.base) == set(TRADES)
    assert set(MODEL.company_words) == set(TRADES)


def test_an_adjacent_lead_starts_below_a_direct_one() -> None:
    assert all(base.adjacent < base.direct for base in MODEL.base.values())


def test_every_group_that_is_computed_is_on_the_score_card_and_the_other_way_round() -> None:
    of_the_lead = {"openness", "certainty", "scope"}
    assert set(MODEL.rules) == set(permit_features(MODEL)) | of_the_lead
    assert set(TEXT_EVIDENCE) | set(NUMBER_EVIDENCE) <= set(permit_features(MODEL))


def test_bands_and_stages_name_rules_that_exist() -> None:
    for group, bands in MODEL.bands.items():
        assert set(bands.names) == set(MODEL.rules[group])
    assert set(STAGES.values()) == set(MODEL.rules["stage"])
    assert set(REMARKS) == set(MODEL.rules["remark"])


def test_bands_must_fit_their_edges() -> None:
    with pytest.raises(ValidationError, match="need 1 rising edges"):
        Bands(names=("low", "high"), edges=(1, 2))


def test_closed_outweighs_everything_else_and_taken_nearly_so() -> None:
    best = max(base.direct for base in MODEL.base.values())
    for group, rules in MODEL.rules.items():
        best += 0 if group == "openness" else max(0, *(rule.points for rule in rules.values()))
    assert best + MODEL.rules["openness"]["closed"].points < -100
    assert best + MODEL.rules["openness"]["taken"].points < -20


def test_rules_read_as_plain_sentences() -> None:
    assert describe("openness.open") == "No company of this trade is named: the work looks open"
    assert describe("base.fence_deck.adjacent") == "Fences and decks: often bought after such a permit"
    assert describe("base.roofing.direct") == "Roofing: work of the permit itself"
    assert describe("age").startswith("Days since")


def test_a_rule_of_an_older_model_reads_as_its_id() -> None:
    assert describe("weather.hail") == "weather.hail"
    assert describe("base.thatching.direct") == "base.thatching.direct"
