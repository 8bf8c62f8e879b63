"""plans.toml is read whole or not at all, and says what was wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadledger.plans import FILE, NOT_SOLD, PlansError, load_catalog


def test_shipped_file_is_good() -> None:
    catalog = load_catalog()
    prices = [plan.cents_a_month for plan in catalog.sold.values()]
    assert prices == sorted(prices)
    assert not NOT_SOLD & set(catalog.sold)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("\ncredits = 1", "\ncredits = 0", "claims.any.credits"),
        ("[claims.any]", "[claims.roofing]", "claims.any is missing"),
        ("[plans.lapsed]", "[plans.gone]", "plans.lapsed is missing"),
        ('states = ["48"]', "", "plans.pro"),
        ("cents_a_month = 19900", "cents_a_month = 0", "plans.starter"),
        ("undo_seconds = 60", "undo_seconds = 60\nbonus = 1", "terms.bonus"),
        ('"48453"', '"4845"', "metros.austin"),
        ("[terms]", "[terms", "no TOML"),
    ],
)
def test_unfit_file_is_refused_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = FILE.read_text()
    assert old in text
    path = tmp_path / "plans.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(PlansError, match=told):
        load_catalog(path)
