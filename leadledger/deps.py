"""What routes ask for in their signatures."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from leadledger.auth import Caller, TokenVerifier, read_bearer
from leadledger.database import Database
from leadledger.errors import InvalidParameter

# Only declares the scheme in OpenAPI; `get_caller` reads the header itself, for one kind of answer to every mistake.
bearer_scheme = HTTPBearer(
    bearerFormat="JWT", auto_error=False, scheme_name="bearer", description="Access token of the identity provider."
)


def get_database(request: Request) -> Database:
    """The pool of this process."""
    database: Database = request.app.state.database
    return database


def get_caller(request: Request, _: Annotated[object, Security(bearer_scheme)]) -> Caller:
    """The signed-in user behind this request.

    Raises:
        Unauthorized: there is no good token.
    """
    verifier: TokenVerifier = request.app.state.verifier
    return verifier.verify(read_bearer(request.headers.get("authorization")))


def refuse_parameters(request: Request) -> None:
    """For routes without a query: a parameter that would be ignored is a mistake worth telling.

    Raises:
        InvalidParameter: the query is not empty.
    """
    for name in request.query_params:
        raise InvalidParameter(f"unknown parameter '{name[:50]}'; this address takes none", field=name[:50])


DatabaseOf = Annotated[Database, Depends(get_database)]
CallerOf = Annotated[Caller, Depends(get_caller)]
