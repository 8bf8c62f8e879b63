"""What routes ask for in their signatures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPBearer
from pydantic.json_schema import SkipJsonSchema

from leadledger.acting import require_scope
from leadledger.api_keys import Scope, enter_sandbox, find_caller, is_key
from leadledger.auth import Caller, TokenVerifier, read_bearer
from leadledger.database import Database
from leadledger.errors import Forbidden, InvalidParameter, NotInSandbox
from leadledger.modes import Mode, mode_of_header, now_in
from leadledger.rate_edge import prove
from leadledger.settings import ApiSettings

# What a test key may ask: nothing of it writes.
READING = frozenset({"GET", "HEAD", "OPTIONS"})
READING_POSTS = frozenset({"search_leads", "preview_saved_search"})
# Only declares the scheme in OpenAPI; `get_caller` reads the header itself, for one kind of answer to every mistake.
bearer_scheme = HTTPBearer(
    bearerFormat="JWT",
    auto_error=False,
    scheme_name="bearer",
    description="Access token of the identity provider, or an API key (`llp_live_…`; `llp_test_…` for sample data).",
)


def get_mode(request: Request) -> Mode:
    """Whether the request is for live data or for the sample, as its token says.

    Raises:
        NotInSandbox: a test key comes to write.
    """
    mode = mode_of_header(request.headers.get("authorization"))
    if mode == "test" and request.method not in READING and request.scope["route"].operation_id not in READING_POSTS:
        raise NotInSandbox(
            "a test key only reads the sample, which never changes; make the same request with a live key (llp_live_…)"
        )
    return mode


def get_settings(request: Request) -> ApiSettings:
    """The settings of this process."""
    settings: ApiSettings = request.app.state.settings
    return settings


def get_database(request: Request, mode: Annotated[Mode, Depends(get_mode)]) -> Database:
    """This process's pool of the database that serves the request's mode."""
    database: Database = request.app.state.databases[mode]
    return database


def get_now(mode: Annotated[Mode, Depends(get_mode)]) -> datetime:
    """The instant of the request; for a test key always that of the sample."""
    return now_in(mode)


def get_today(now: Annotated[datetime, Depends(get_now)]) -> date:
    """The day scores are shown for."""
    return now.date()


def get_caller(
    request: Request,
    _: Annotated[object, Security(bearer_scheme)],
    x_account_id: Annotated[
        UUID | SkipJsonSchema[None], Header(description="The account to act for, where the caller belongs to several.")
    ] = None,
) -> Caller:
    """The signed-in user, or the member whose API key this is.

    Raises:
        Unauthorized: there is no good token.
        Forbidden: a key of another account, or one without the scope to read.
        TooManyRequests: the caller has used up the minute's allowance.
    """
    token = read_bearer(request.headers.get("authorization"))
    if not is_key(token):
        verifier: TokenVerifier = request.app.state.verifier
        user = verifier.verify(token)
        prove(request, "user", user.user_id)
        return replace(user, account_id=x_account_id)
    caller = find_caller(request.app.state.databases["live"], token)
    prove(request, "key", caller.api_key_id)
    if x_account_id not in (None, caller.account_id):
        raise Forbidden("the API key belongs to another account than X-Account-Id says", field="X-Account-Id")
    return enter_sandbox(caller) if caller.mode == "test" else caller


def scoped(scope: Scope) -> Callable[[Caller], Caller]:
    """The caller, if a key that calls has this scope."""

    def get_scoped_caller(caller: Annotated[Caller, Depends(get_caller)]) -> Caller:
        require_scope(caller, scope)
        return caller

    return get_scoped_caller


def refuse_parameters(request: Request) -> None:
    """For routes without a query: a parameter that would be ignored is a mistake worth telling.

    Raises:
        InvalidParameter: the query is not empty.
    """
    for name in request.query_params:
        raise InvalidParameter(f"unknown parameter '{name[:50]}'; this address takes none", field=name[:50])


SettingsOf = Annotated[ApiSettings, Depends(get_settings)]
ModeOf = Annotated[Mode, Depends(get_mode)]
NowOf = Annotated[datetime, Depends(get_now)]
TodayOf = Annotated[date, Depends(get_today)]
DatabaseOf = Annotated[Database, Depends(get_database)]
CallerOf = Annotated[Caller, Depends(scoped("read"))]
WriterOf = Annotated[Caller, Depends(scoped("write"))]
ExporterOf = Annotated[Caller, Depends(scoped("export"))]
AdminOf = Annotated[Caller, Depends(scoped("admin"))]
