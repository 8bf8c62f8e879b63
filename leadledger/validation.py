"""Says in one sentence what is wrong with a request that does not fit its route."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from rapidfuzz import process
from starlette.exceptions import HTTPException

from leadledger.errors import AppError, InvalidBody, InvalidParameter

SHOWN_LENGTH = 60
TRIED_KIND = re.compile(r"[\[(-]|^(float|int|str|bool|date|datetime|uuid|none|decimal)$")
NEAR_ENOUGH = 60  # of 100; below it a suggestion only confuses


class HttpFailure(AppError):
    """What the router itself answers: unknown path, wrong method."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None) -> None:
        super().__init__(message, headers=headers)
        self.status = status
        self.code = code


def describe_http_exception(request: Request, error: HTTPException) -> AppError:
    """The router's refusals in our words."""
    if error.status_code == 404:
        return HttpFailure(
            404, "not_found", f"there is nothing at {_shown(request.url.path)}; see /docs", error.headers
        )
    if error.status_code == 405:
        message = f"{_shown(request.method)} is not possible here; see the Allow header"
        return HttpFailure(405, "method_not_allowed", message, error.headers)
    code = "body_too_large" if error.status_code == 413 else "bad_request"
    return HttpFailure(error.status_code, code, str(error.detail), error.headers)


def describe_validation(request: Request, error: RequestValidationError) -> AppError:
    """The first thing wrong: 400 for a parameter, 422 for a body."""
    problem = error.errors()[0]
    place, *path = problem["loc"]
    name = ".".join(_field_path(problem["type"], path)) or str(place)
    if place == "body":
        return InvalidBody(_body_sentence(request, name, problem), field=name[:SHOWN_LENGTH])
    if problem["type"] == "extra_forbidden":
        return InvalidParameter(_unknown(name, _parameter_names(request)), field=name[:SHOWN_LENGTH])
    at_fault = str(path[0]) if path else None  # None: several parameters that do not go together
    return InvalidParameter(_sentence(at_fault or "the query", problem), field=at_fault)


def _field_path(kind: str, path: Sequence[str | int]) -> list[str]:
    """The way to the field, without the names pydantic puts in for the kinds of value it tried."""
    parts = [str(part) for part in path]
    return parts if kind == "extra_forbidden" else [part for part in parts if not TRIED_KIND.search(part)]


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that was probably meant."""
    match = process.extractOne(word, known, score_cutoff=NEAR_ENOUGH)
    return match[0] if match else None


def _sentence(name: str, problem: Mapping[str, Any]) -> str:
    expected = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "missing":
        return f"{name} is missing"
    return f"{name} is {_shown(problem['input'])}: {expected[:1].lower()}{expected[1:]}"


def _body_sentence(request: Request, name: str, problem: Mapping[str, Any]) -> str:
    if problem["type"] != "extra_forbidden" or len(problem["loc"]) != 2:
        return _sentence(name, problem)
    meant = nearest(name, _body_names(request))
    return f"unknown field {_shown(name)}" + (f"; did you mean '{meant}'?" if meant else "; see /docs for those known")


def _body_names(request: Request) -> list[str]:
    """Names of the fields of the body's model."""
    body = request.scope["route"].body_field
    kind = body.field_info.annotation if body else None
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _unknown(name: str, known: Sequence[str]) -> str:
    meant = nearest(name, known)
    hint = f"did you mean '{meant}'?" if meant else f"known are {', '.join(known)}"
    return f"unknown parameter {_shown(name)}; {hint}"


def _parameter_names(request: Request) -> list[str]:
    """Names of the query parameters that the route takes, those of a parameter model among them."""
    names: list[str] = []
    for parameter in request.scope["route"].dependant.query_params:
        kind = parameter.field_info.annotation
        is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
        if is_model:
            names.extend(field.alias or name for name, field in kind.model_fields.items())
        else:
            names.append(parameter.alias)
    return names


def _shown(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + "…")
