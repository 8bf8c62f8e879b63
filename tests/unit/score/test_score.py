"""From a permit and its trades to a lead: openness, points, and reasons that account for every point."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permit_leads.permit import PERMIT_SCHEMA
from permit_leads.registry import Dataset, FieldRule, Publisher
from permit_leads.score import MODEL_VERSION, SCORE_SCHEMA, describe, score
from permit_leads.score.model import load_model
from permit_leads.score.ranking import rank_key
from permit_leads.score.rules import EVIDENCE_CHARS

TODAY = date(2026, 11, 23)
TRADES = list(load_model().base)


def dataset(*, names_contractors: bool = True) -> Dataset:
    fields = {"ContractorCompanyName": FieldRule(column="contractor")} if names_contractors else {}
    return Dataset(
        id="some_city",
        title="Some city",
        protocol="csv",
        url="https://some-city.example/permits.csv",
        key=("number",),
        fields=fields,
        publisher=Publisher(name="Some city", state="TX", time_zone="America/Chicago"),
    )


def permits(*rows: Mapping[str, object]) -> pl.DataFrame:
    extra: dict[str, pl.DataType] = {"is_owner_builder": pl.Boolean()}
    filled = [{"permit_key": f"P{number}", **row} for number, row in enumerate(rows)]
    return pl.DataFrame(filled, schema={**PERMIT_SCHEMA, **extra})


def trades(*rows: tuple[str, str, str], key: str = "P0") -> pl.DataFrame:
    """(trade, kind, evidence) of one permit."""
    names = ("permit_key", "trade", "kind", "evidence")
    return pl.DataFrame([(key, *row) for row in rows], schema=dict.fromkeys(names, pl.String), orient="row")


ROOFING = ("roofing", "direct", "words: reroof")


def lead(permit: Mapping[str, object], *of: tuple[str, str, str], names_contractors: bool = True) -> dict[str, Any]:
    """The first lead of one permit, its reasons read."""
    found = score(dataset(names_contractors=names_contractors), permits(permit), trades(*(of or (ROOFING,))))
    first = found.row(0, named=True)
    return {**first, "reasons": json.loads(first["reasons"])}


def rules(permit: Mapping[str, object], *of: tuple[str, str, str]) -> set[str]:
    return {rule for rule, _, _ in lead(permit, *of)["reasons"]}


def test_a_trade_permit_that_names_a_company_is_taken() -> None:
    by_label = ("electrical", "direct", "label: EP")
    assert lead({"contractor_company_name": "ABC Services LLC"}, by_label)["openness"] == "taken"


def test_the_only_trade_of_a_permit_is_the_named_companys() -> None:
    assert lead({"contractor_company_name": "Smith Bros"})["openness"] == "taken"


def test_a_company_whose_name_says_the_trade_holds_it_among_others() -> None:
    several = (("roofing", "direct", "words: reroof"), ("painting_siding", "direct", "words: siding"))
    permit = {"contractor_company_name": "Ace Roofing Inc"}
    assert lead(permit, *several)["openness"] == "taken"
    assert lead(permit, *reversed(several))["openness"] == "likely"


def test_a_general_contractor_holds_the_remodel_and_likely_needs_the_other_trades() -> None:
    permit = {"contractor_company_name": "Smith Builders Group"}
    remodel, direct, adjacent = (
        ("remodel", "direct", "words: remodel"),
        ("plumbing", "direct", "words: plumbing"),
        ("hvac", "adjacent", "follows: remodel"),
    )
    assert lead(permit, remodel, direct, adjacent)["openness"] == "taken"
    assert lead(permit, direct, remodel, adjacent)["openness"] == "likely"
    assert lead(permit, adjacent, remodel, direct)["openness"] == "likely"


def test_a_trade_that_follows_another_trades_permit_is_open() -> None:
    fence, pool = ("fence_deck", "adjacent", "follows: pool"), ("pool", "direct", "words: pool")
    assert lead({"contractor_company_name": "Blue Pools Inc"}, fence, pool)["openness"] == "open"


@pytest.mark.parametrize(
    "permit",
    [
        {},
        {"contractor_company_name": "OWNER"},
        {"contractor_company_name": "N/A"},
        {"contractor_full_name": "[name withheld]", "owner_name": "[name withheld]"},
        {"contractor_company_name": "Smith Bros", "is_owner_builder": True},
        {"contractor_company_name": "Smith Bros", "description": "Reroof. Homeowner permit, self-permit"},
    ],
)
def test_nobody_but_the_owner_named_is_open(permit: dict[str, object]) -> None:
    assert lead(permit)["openness"] == "open"


def test_a_person_named_as_contractor_holds_the_work_and_is_not_shown() -> None:
    found = lead({"contractor_full_name": "[name withheld]"})
    assert found["openness"] == "taken"
    assert "withheld" not in json.dumps(found["reasons"])


def test_where_contractors_are_never_published_nothing_is_called_open() -> None:
    found = lead({}, names_contractors=False)
    assert found["openness"] == "likely"
    assert "openness.unknown" in {rule for rule, _, _ in found["reasons"]}


@pytest.mark.parametrize(
    "permit",
    [
        {"status_current_mapped": "Permit Finaled"},
        {"status_current_mapped": "Permit Cancelled", "status_current": "VOID"},
        {"status_current": "Expired"},
        {"completed_date": date(2026, 11, 1)},
    ],
)
def test_a_permit_that_is_over_is_closed_whoever_is_named(permit: dict[str, object]) -> None:
    assert lead(permit)["openness"] == "closed"
    assert lead(permit | {"contractor_company_name": "Ace Roofing"})["openness"] == "closed"


def test_the_mapped_status_decides_before_the_raw_word() -> None:
    assert lead({"status_current": "Final review", "status_current_mapped": "In Review"})["openness"] == "open"


def test_taken_and_closed_leads_fall_to_the_bottom() -> None:
    dear = {"est_project_cost": Decimal(80_000), "permit_class_mapped": "Residential", "original_address1": "1 OAK"}
    taken = lead(dear | {"contractor_company_name": "Ace Roofing"})["points"]
    closed = lead(dear | {"status_current_mapped": "Permit Finaled"})["points"]
    assert lead(dear)["points"] > 40
    assert taken < -40
    assert closed < -150


def test_a_higher_cost_band_never_lowers_a_home_job_up_to_a_hundred_thousand() -> None:
    costs = [500, 1_500, 3_000, 7_000, 15_000, 25_000, 45_000, 80_000]
    found = [lead({"est_project_cost": Decimal(cost)})["points"] for cost in costs]
    assert found == sorted(found)


def test_what_is_not_published_adds_no_reason() -> None:
    groups = {rule.partition(".")[0] for rule in rules({})}
    assert groups == {"base", "openness", "certainty", "scope", "place", "text"}


def test_each_published_fact_stands_among_the_reasons_with_its_value() -> None:
    permit = {
        "permit_class": "R- 101",
        "permit_class_mapped": "Residential",
        "est_project_cost": Decimal("18400.00"),
        "status_current": "Active",
        "status_current_mapped": "Permit Issued",
        "work_class": "Repair",
        "work_class_mapped": "Existing",
        "remodel_sq_ft": 700,
        "housing_units": 6,
        "original_address1": "1 OAK ST",
        "original_zip": "78701",
        "description": "Reroof after hail damage",
    }
    evidence = {rule: seen for rule, _, seen in lead(permit)["reasons"]}
    assert evidence["cost.from_10k"] == "18400.00"
    assert evidence["property.residential"] == "R- 101"
    assert evidence["stage.issued"] == "Active"
    assert evidence["work.existing"] == "Repair"
    assert evidence["area.from_600"] == "700"
    assert evidence["units.many"] == "6"
    assert evidence["remark.damage"] == "hail damage"
    assert evidence["certainty.words"] == "words: reroof"
    assert "place.complete" in evidence


def test_paperwork_outweighs_damage_in_one_text() -> None:
    assert "remark.paperwork" in rules({"description": "Fire damage repair. Re-permit of 2009-1"})


def test_remarks_are_whole_words() -> None:
    assert not {rule for rule in rules({"description": "Hailey street bleaker house"}) if rule.startswith("remark")}


def test_a_future_date_is_capped_at_the_day_of_the_run() -> None:
    permit = permits({"issued_date": date(2027, 12, 29)})
    capped = score(dataset(), permit, trades(ROOFING), today=TODAY)
    assert capped["rank_date"].to_list() == [TODAY]
    assert score(dataset(), permit, trades(ROOFING))["rank_date"].to_list() == [date(2027, 12, 29)]


@pytest.mark.parametrize("days", [("issued_date", "applied_date", "status_date"), ("applied_date", "status_date")])
def test_rank_date_is_the_first_of_issued_applied_status(days: tuple[str, ...]) -> None:
    permit = {name: date(2026, 11, place + 1) for place, name in enumerate(days)}
    assert lead(permit)["rank_date"] == date(2026, 11, 1)


def test_without_any_date_the_rank_key_counts_from_the_epoch() -> None:
    found = lead({})
    assert found["rank_date"] is None
    assert found["rank_key"] == rank_key(found["points"], None)


def test_frame_has_the_agreed_columns_and_the_order_of_the_trades() -> None:
    frame = permits({}, {})
    several = pl.concat([trades(ROOFING, key="P1"), trades(ROOFING, ("hvac", "adjacent", "follows: x"), key="P0")])
    found = score(dataset(), frame, several)
    assert dict(found.schema) == SCORE_SCHEMA
    assert found.select("permit_key", "trade").rows() == [("P1", "roofing"), ("P0", "roofing"), ("P0", "hvac")]


def test_no_trades_give_no_leads() -> None:
    assert score(dataset(), permits({}), trades()).is_empty()


texts = st.none() | st.text(max_size=EVIDENCE_CHARS + 40)
permit_rows = st.fixed_dictionaries(
    {},
    optional={
        "permit_class": texts,
        "permit_class_mapped": st.sampled_from(["Residential", "Commercial", None]),
        "status_current": texts,
        "status_current_mapped": st.sampled_from(["Permit Issued", "In Review", "Permit Finaled", None]),
        "work_class": texts,
        "work_class_mapped": st.sampled_from(["New", "Existing", "Demolition", None]),
        "contractor_company_name": texts,
        "description": texts,
        "est_project_cost": st.none() | st.decimals(0, 10**9, places=2),
        "added_sq_ft": st.none() | st.integers(0, 10**6),
        "housing_units": st.none() | st.integers(0, 500),
        "issued_date": st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1)),
        "original_address1": texts,
    },
)
found_trades = st.lists(
    st.tuples(
        st.sampled_from(TRADES),
        st.sampled_from(["direct", "adjacent"]),
        st.sampled_from(["label: ", "words: ", "type: ", "follows: "]).flatmap(lambda s: st.text().map(s.__add__)),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row[0],
)


@settings(max_examples=40)
@given(permit_rows, found_trades)
def test_reasons_are_json_and_sum_exactly_to_the_points(permit: dict[str, Any], of: list[tuple[str, str, str]]) -> None:
    found = score(dataset(), permits(permit), trades(*of))
    for row in found.iter_rows(named=True):
        reasons = json.loads(row["reasons"])
        assert sum(points for _, points, _ in reasons) == row["points"]
        assert reasons[0][0] == f"base.{row['trade']}.{row['kind']}"
        assert all(describe(rule) != rule for rule, _, _ in reasons)
        assert row["rank_key"] == rank_key(row["points"], row["rank_date"])


def test_the_model_has_a_version() -> None:
    assert load_model().version == MODEL_VERSION
