"""Field shares over HTTP: what a publisher prints, and on how many permits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from leadledger.leads.disclosure import GRANTED
from leadledger.leads.tallies import tally_dataset
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.rows import Loaded, load, today

AUSTIN = Loaded(permit_count=40)
UNCOUNTED = Loaded("chicago_building_permits", "City of Chicago", "17031", 10, page_sha256="cd" * 32, hours_ago=900)


@pytest.fixture(scope="module")
def api(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A stranger's client; of two datasets one is counted."""
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            for what in (AUSTIN, UNCOUNTED):
                load(owner, what)
            owner.execute("update permits set withdrawn_at = now() where permit_num in ('P-39', 'P-40')")
            tally_dataset(owner, AUSTIN.dataset_id, today())
        with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
            yield client


def get(api: httpx.Client, **question: Any) -> dict[str, dict[str, Any]]:
    answer = api.get("/api/coverage/fields", params=question)
    assert answer.status_code == 200, answer.text
    return {one["dataset_id"]: one for one in answer.json()["datasets"]}


def test_shares_are_of_the_permits_that_stand(api: httpx.Client) -> None:
    """Of 40 permits two are withdrawn; of the 38 left, every fifth number declares no cost."""
    austin = get(api)["austin_issued_permits"]
    fields = {one["field"]: one for one in austin["fields"]}
    assert list(fields) == [field.name for field in GRANTED]
    assert austin["permit_count"] == 38
    assert fields["est_project_cost"] == {
        "field": "est_project_cost",
        "is_published": True,
        "filled_count": 31,
        "share": round(31 / 38, 4),
    }
    assert fields["permit_num"]["share"] == 1.0
    assert (fields["pin"]["is_published"], fields["pin"]["filled_count"], fields["pin"]["share"]) == (False, 0, 0.0)
    assert austin["freshness"] == "fresh"


def test_not_counted_yet_is_no_zero(api: httpx.Client) -> None:
    chicago = get(api, dataset_id="chicago_building_permits")["chicago_building_permits"]
    assert (chicago["tallied_at"], chicago["permit_count"], chicago["freshness"]) == (None, None, "stale")
    assert {(one["filled_count"], one["share"]) for one in chicago["fields"]} == {(None, None)}
    assert chicago["stale_since"] is not None


def test_only_what_was_loaded_is_listed_unless_asked_for(api: httpx.Client) -> None:
    assert set(get(api)) == {"austin_issued_permits", "chicago_building_permits"}
    assert set(get(api, dataset_id=["denver_residential_permits"])) == {"denver_residential_permits"}


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"dataset_id": "austin_issued_permit"}, "did you mean 'austin_issued_permits'?"),
        ({"dataset_id": "A'; drop"}, "dataset_id"),
        ({"dataset": "austin_issued_permits"}, "did you mean 'dataset_id'?"),
    ],
)
def test_wrong_question_is_refused(api: httpx.Client, question: dict[str, str], message: str) -> None:
    answer = api.get("/api/coverage/fields", params=question)
    assert answer.status_code == 400
    assert message in answer.json()["message"]
