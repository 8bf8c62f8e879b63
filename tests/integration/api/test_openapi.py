"""The OpenAPI document says all of it, and every answer is as it says: asked at random, with and without a token."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from starlette.routing import Mount

from leadledger.app import build_app, create_app
from leadledger.database import Database
from leadledger.identity.embedded import mount_identity
from leadledger.rate_edge import UNCOUNTED
from leadledger.settings import ApiSettings
from permit_leads.archive import Archive
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import PUBLISHABLE_KEY, make_settings, serve, sign_up
from tests.integration.api.pages import ROWS_BODY, rows_page
from tests.integration.api.rows import Loaded, load

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
BOUNDED = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DOCUMENT = build_app().openapi()
REPEATED = {
    parameter["name"]
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
    for parameter in operation.get("parameters", [])
    if parameter["schema"].get("type") == "array"
}
schema = schemathesis.openapi.from_dict(DOCUMENT)
right_questions = schemathesis.openapi.from_dict(DOCUMENT)
right_questions.config.generation.update(modes=[schemathesis.GenerationMode.POSITIVE])
# A few at random, for who is turned away whatever he asks: not every edge of every parameter.
few_right_questions = schemathesis.openapi.from_dict(DOCUMENT)
few_right_questions.config.generation.update(modes=[schemathesis.GenerationMode.POSITIVE])
few_right_questions.config.phases.coverage.enabled = False


@schema.hook("filter_query")
def can_be_told_apart(context: schemathesis.HookContext, query: dict[str, Any] | None) -> bool:
    """One value that is no list reads in an address just as a list of that one value, which may be right."""
    return all(isinstance(value, list) for name, value in (query or {}).items() if name in REPEATED)


def find_mounted(app: FastAPI) -> FastAPI:
    """The one application that `app` has mounted."""
    (mounted,) = (route.app for route in app.routes if isinstance(route, Mount))
    assert isinstance(mounted, FastAPI)
    return mounted


provider_app = FastAPI()
mount_identity(provider_app, ApiSettings(), Database(""), ["x"])
provider_schema = schemathesis.openapi.from_dict(find_mounted(provider_app).openapi())
OPERATION_NAME = re.compile(r"^[a-z]+(_[a-z0-9]+)+$")
FOR_THINGS_KNOWN = {"/api/properties", "/api/contractors/profile"}  # no invented house or company is there
VIEW = {"bbox": "-97.9,30.1,-97.5,30.5", "zoom": "10"}
FITS_NOTHING = re.compile(
    r"^(cursor|dataset_id|after|since|until|as_of|place|territory_id|bbox|lat|lon|miles|max_.*|.*_until)$"
)
PAGE_SHA256 = hashlib.sha256(ROWS_BODY).hexdigest()
PUBLIC = {
    "/health",
    "/readyz",
    "/api/supa-env-check",
    "/api/coverage",
    "/api/coverage/fields",
    "/api/trades",
    "/api/counties",
    "/api/plans",
    "/api/stripe/webhook",
    "/api/privacy/requests",
    "/api/privacy/requests/{tracking_code}",
    "/api/alert-links/{link_token}/unsubscribe",
    "/api/alert-links/{link_token}/confirm",
}


@pytest.fixture(scope="module")
def api(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """An API over fifty synthetic permits, and a token for whoever wants one."""
    home = tmp_path_factory.mktemp("home")
    Archive(f"file://{home}/archive").write_page(uuid.uuid4(), "austin_issued_permits", 0, rows_page())
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=50, page_sha256=PAGE_SHA256))
        with serve(create_app(make_settings(as_api(url), home))) as client:
            yield client


@pytest.fixture(scope="module")
def other_token(api: httpx.Client) -> str:
    """One that may be signed out on the way."""
    return str(sign_up(api, "other@example.com")["access_token"])


@pytest.fixture(scope="module")
def token(api: httpx.Client) -> str:
    """A signed-in user's."""
    return str(sign_up(api)["access_token"])


@pytest.fixture(scope="module")
def test_key(api: httpx.Client, token: str, sandbox: None) -> str:
    """A test key with all scopes."""
    del sandbox
    wanted = {"name": "CI", "scopes": ["read", "write", "export", "admin"], "mode": "test"}
    made = api.post("/api/account/keys", json=wanted, headers={"Authorization": f"Bearer {token}"})
    return str(made.json()["key"])


@pytest.fixture(scope="module")
def real_ids(api: httpx.Client, token: str) -> dict[str, str]:
    """A lead and a page that are there."""
    leads = api.get("/api/leads", headers={"Authorization": f"Bearer {token}"}).json()["items"]
    return {"lead_id": leads[0]["lead_id"], "page_sha256": PAGE_SHA256}


@pytest.fixture(scope="module")
def document(api: httpx.Client) -> dict[str, Any]:
    """What /openapi.json says."""
    found: dict[str, Any] = api.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


@schema.include(path=sorted(PUBLIC)).parametrize()
@BOUNDED
def test_stranger_gets_only_what_is_declared(case: schemathesis.Case[Any], api: httpx.Client) -> None:
    case.call_and_validate(base_url=str(api.base_url), checks=CHECKS)


@few_right_questions.exclude(path=sorted(PUBLIC)).parametrize()
@settings(BOUNDED, max_examples=3)
def test_stranger_is_turned_away(case: schemathesis.Case[Any], api: httpx.Client) -> None:
    answer = case.call_and_validate(base_url=str(api.base_url), checks=CHECKS)
    assert answer.status_code == 401


@schema.parametrize()
@BOUNDED
def test_signed_in_user_gets_only_what_is_declared(case: schemathesis.Case[Any], api: httpx.Client, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    case.call_and_validate(base_url=str(api.base_url), headers=headers, checks=CHECKS)


@few_right_questions.parametrize()
@settings(BOUNDED, max_examples=3)
def test_test_key_gets_only_what_is_declared(case: schemathesis.Case[Any], api: httpx.Client, test_key: str) -> None:
    headers = {"Authorization": f"Bearer {test_key}"}
    answer = case.call_and_validate(base_url=str(api.base_url), headers=headers, checks=CHECKS[:5])
    assert answer.headers["leadledger-mode"] == ["test"]


@right_questions.parametrize()
@BOUNDED
def test_right_question_gets_an_answer(
    case: schemathesis.Case[Any], api: httpx.Client, token: str, real_ids: dict[str, str]
) -> None:
    """Generated cursors, days, ids and halves of circles and ranges fit nothing: those go or are real ones."""
    fits_nothing = case.path in FOR_THINGS_KNOWN or not set(case.path_parameters or {}) <= set(real_ids)
    if case.method != "GET" or fits_nothing:
        return
    case.query = {name: value for name, value in (case.query or {}).items() if not FITS_NOTHING.match(name)}
    case.query |= VIEW if case.path.endswith("/clusters") else {}
    case.headers.pop("X-Account-Id", None)
    case.path_parameters = {name: real_ids[name] for name in case.path_parameters or {}}
    headers = {"Authorization": f"Bearer {token}"}
    answer = case.call_and_validate(base_url=str(api.base_url), headers=headers, checks=CHECKS[:5])
    assert answer.status_code == 200, answer.text


@provider_schema.parametrize()
@BOUNDED
def test_provider_survives_anything(case: schemathesis.Case[Any], api: httpx.Client, other_token: str) -> None:
    headers = {"apikey": PUBLISHABLE_KEY, "Authorization": f"Bearer {other_token}"}
    answer = case.call(base_url=f"{api.base_url}/auth/v1".replace("//auth", "/auth"), headers=headers)
    assert answer.status_code < 500
    assert answer.status_code in (204, 303) or answer.headers["content-type"] == ["application/json"]


def test_served_document_is_the_generated_one(document: dict[str, Any]) -> None:
    assert document == DOCUMENT


def test_every_operation_has_a_stable_name_and_a_summary(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    assert [name for name in names if not OPERATION_NAME.match(name)] == []
    assert {"get_health", "get_coverage", "list_leads", "get_lead", "get_account"} <= set(names)
    assert all(operation["summary"] and operation["description"] for _, _, operation in operations(document))


def test_every_parameter_is_described(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (path, parameter["name"])


def test_every_operation_declares_the_one_error_body(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert {"400", "500", "503"} <= set(errors), path
        assert ("429" in errors) is (path not in UNCOUNTED), path
        for answer in errors.values():
            assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ErrorBody"}


def test_everything_but_health_and_coverage_needs_a_token(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        assert ("security" in operation) is (path not in PUBLIC)
        assert ("401" in operation["responses"]) is (path not in PUBLIC)
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_models_describe_what_cannot_be_guessed(document: dict[str, Any]) -> None:
    properties = document["components"]["schemas"]["LeadSummary"]["properties"]
    assert "adjacent" in properties["kind"]["description"]
    assert properties["openness"]["enum"] == ["open", "likely", "taken", "closed"]
