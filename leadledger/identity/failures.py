"""GoTrue's error answers, in both of its envelopes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from leadledger.responses import json_response

VERSION_HEADER = "X-Supabase-Api-Version"
CODE_HEADER = "x-sb-error-code"
NAMED_CODES_SINCE = "2024-01-01"
VERSION = re.compile(r"^2[0-9]{3}-[01][0-9]-[0-3][0-9]$")


class IdentityError(Exception):
    """A refusal as GoTrue words it: status, string code, message; `extra` goes into the body beside them."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})


def answer_error(request: Request, error: IdentityError) -> Response:
    """Current clients ask for the dated version and get `code` as a word; others get the HTTP number there."""
    headers = {CODE_HEADER: error.code, **error.headers, **version_header(request)}
    if version_header(request):
        body: dict[str, object] = {"code": error.code, "message": error.message}
    else:
        body = {"code": error.status, "error_code": error.code, "msg": error.message}
    return json_response({**body, **error.extra}, status=error.status, headers=headers)


def version_header(request: Request) -> dict[str, str]:
    """The version to echo, when the client asked for one that knows named codes."""
    asked = request.headers.get(VERSION_HEADER, "")
    is_known = bool(VERSION.match(asked)) and asked >= NAMED_CODES_SINCE
    return {VERSION_HEADER: NAMED_CODES_SINCE} if is_known else {}
