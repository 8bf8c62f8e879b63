"""Which sources a run takes in."""

from __future__ import annotations

import pytest

from permit_leads.errors import UsageError
from permit_leads.registry import Dataset, Publisher
from permit_leads.selection import choose_sources
from permit_leads.settings import Settings


def dataset(dataset_id: str, **changes: object) -> Dataset:
    return Dataset.model_validate(
        {
            "id": dataset_id,
            "title": "Permits (synthetic)",
            "protocol": "csv",
            "url": "https://elm.recorded.invalid/permits.csv",
            "key": ("permit",),
            "fields": {},
            "publisher": Publisher(name="Elm City", state="TX", time_zone="America/Chicago"),
            **changes,
        }
    )


REGISTRY = {
    each.id: each
    for each in (
        dataset("elm_permits"),
        dataset("oak_permits"),
        dataset("fir_permits", is_enabled=False, disabled_reason="the portal asks for a login"),
        dataset("ash_permits", is_recorded_only=True),
    )
}


def settings(**values: object) -> Settings:
    return Settings.model_validate(values)


def choose(*named: str, is_replay: bool = False, **values: object) -> tuple[str, ...]:
    return choose_sources(named, settings(**values), REGISTRY, is_replay=is_replay)


def test_without_a_selector_all_enabled_sources_are_taken() -> None:
    assert choose() == ("elm_permits", "oak_permits")


def test_with_a_simulator_recorded_sources_are_taken_too() -> None:
    assert choose(connect_to="http://127.0.0.1:8801") == ("elm_permits", "oak_permits", "ash_permits")


def test_environment_narrows_what_no_selector_means() -> None:
    assert choose(sources=("oak_permits",)) == ("oak_permits",)


def test_flag_goes_before_the_environment() -> None:
    assert choose("elm_permits", sources=("oak_permits",)) == ("elm_permits",)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("elm_permit", "did you mean elm_permits"),
        ("zzz", "'zzz' is unknown"),
        ("fir_permits", "is disabled: the portal asks for a login"),
        ("ash_permits", "is recorded only"),
    ],
)
def test_source_that_cannot_be_fetched_is_refused(name: str, says: str) -> None:
    with pytest.raises(UsageError, match=f"^--source .*{says}.*for example"):
        choose(name)
    with pytest.raises(UsageError, match=f"^PERMIT_LEADS_SOURCES .*{says}"):
        choose(sources=(name,))


def test_replay_needs_no_publisher() -> None:
    assert choose("fir_permits", "ash_permits", is_replay=True) == ("fir_permits", "ash_permits")


def test_source_that_is_asked_for_days_is_not_read_whole() -> None:
    portal = {"protocol": "portal", "date_column": "day", "portal": {"rows": "rows"}}
    registry = {"elm_permits": dataset("elm_permits"), "yew_permits": dataset("yew_permits", **portal)}
    assert choose_sources((), settings(), registry, is_replay=False) == ("elm_permits", "yew_permits")
    assert choose_sources((), settings(), registry, is_replay=False, is_reconcile=True) == ("elm_permits",)
    with pytest.raises(UsageError, match=r"^--source 'yew_permits' is asked for days .* use --since and --until"):
        choose_sources(("yew_permits",), settings(), registry, is_replay=False, is_reconcile=True)


def test_nothing_enabled_is_refused() -> None:
    with pytest.raises(UsageError, match="no source is enabled"):
        choose_sources((), settings(), {"fir_permits": REGISTRY["fir_permits"]}, is_replay=False)
