"""What the API answers when it does not answer what was asked: one JSON body, everywhere."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, Field


class ErrorBody(BaseModel):
    """The body of every answer that is not the one asked for."""

    code: str = Field(description="Stable word for programs.", examples=["invalid_parameter"])
    message: str = Field(
        description="One sentence: what was seen, what was expected, what to do.",
        examples=["min_score is '101'; expected a whole number from 0 to 100"],
    )
    field: str | None = Field(description="The parameter or body field at fault, if one is.", examples=["min_score"])
    request_id: str = Field(
        description="Also in the X-Request-Id header; quote it when asking for help.",
        examples=["4bf92f3577b34da6a3ce929d0e0e4736"],
    )


class AppError(Exception):
    """An expected failure: it has a status and a code, and wakes nobody."""

    status = 400
    code = "bad_request"
    extra: Mapping[str, object] = {}

    def __init__(self, message: str, *, field: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.headers = dict(headers or {})


class InvalidParameter(AppError):
    """A parameter that cannot be: unknown, out of range, or not of its kind."""

    code = "invalid_parameter"


class InvalidBody(AppError):
    """A request body that is not what the route declares."""

    status = 422
    code = "invalid_body"


class Unauthorized(AppError):
    """No token, or one that proves nothing."""

    status = 401
    code = "unauthorized"

    def __init__(self, message: str, *, error: str | None = None) -> None:
        challenge = 'Bearer realm="leadledger"'
        if error:
            challenge += f', error="{error}", error_description="{message}"'
        super().__init__(message, headers={"WWW-Authenticate": challenge})


class Forbidden(AppError):
    """The token is good, but not for this."""

    status = 403
    code = "forbidden"


class PlanTooSmall(AppError):
    """The account's plan does not have this."""

    status = 403
    code = "plan_too_small"


class NotInSandbox(AppError):
    """A test key asks for what only a live key may do."""

    status = 403
    code = "not_in_sandbox"


class NotFound(AppError):
    """There is no such thing, or the caller may not know of it."""

    status = 404
    code = "not_found"


class Unavailable(AppError):
    """Something this process depends on does not answer; the same request may go through later."""

    status = 503
    code = "unavailable"

    def __init__(self, message: str, *, retry_seconds: int = 5) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_seconds)})


class UnexpectedFailure(AppError):
    """A bug of ours; the caller learns the request id and nothing else."""

    status = 500
    code = "internal_error"

    def __init__(self) -> None:
        super().__init__("something broke on our side; it is recorded under this request id")
