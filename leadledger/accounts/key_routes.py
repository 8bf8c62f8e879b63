"""The addresses of API keys; for admins."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from leadledger.accounts import keys
from leadledger.accounts.key_models import ApiKey, ApiKeyChange, ApiKeys, MadeApiKey, NewApiKey, Rotation
from leadledger.acting import acting_for_account
from leadledger.deps import AdminOf, DatabaseOf, refuse_parameters
from leadledger.idempotency import WriteOf
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api/account/keys", tags=["account"], dependencies=[Depends(refuse_parameters)])
READ = declare_errors(400, 401, 403, 404)
WRITE = declare_errors(400, 401, 403, 404, 409, 422)
KeyId = Annotated[UUID, Path(description="Id of the key.")]


@router.get("", operation_id="list_api_keys", response_model=ApiKeys, responses=READ)
def list_api_keys(caller: AdminOf, database: DatabaseOf) -> Response:
    """The account's keys and when they were last used; never the keys themselves."""
    with acting_for_account(database, caller, "admin") as acting:
        return json_response({"api_keys": keys.list_keys(acting)})


@router.post("", operation_id="create_api_key", status_code=201, response_model=MadeApiKey, responses=WRITE)
def create_api_key(wanted: NewApiKey, caller: AdminOf, database: DatabaseOf, write: WriteOf) -> Response:
    """A new key, live or test, shown this once. It acts in its maker's name: never more than the maker's role."""
    with acting_for_account(database, caller, "admin") as acting:
        return write.once(acting, lambda: json_response(keys.create_key(acting, wanted), status=201), is_secret=True)


@router.patch("/{api_key_id}", operation_id="rename_api_key", response_model=ApiKey, responses=WRITE)
def rename_api_key(
    api_key_id: KeyId, change: ApiKeyChange, caller: AdminOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """A new name."""
    with acting_for_account(database, caller, "admin") as acting:
        return write.once(acting, lambda: json_response(keys.rename_key(acting, api_key_id, change.name)))


@router.delete("/{api_key_id}", operation_id="revoke_api_key", status_code=204, responses=READ)
def revoke_api_key(api_key_id: KeyId, caller: AdminOf, database: DatabaseOf) -> Response:
    """End a key at once."""
    with acting_for_account(database, caller, "admin") as acting:
        keys.revoke_key(acting, api_key_id)
    return Response(status_code=204)


@router.post(
    "/{api_key_id}/rotate",
    operation_id="rotate_api_key",
    status_code=201,
    response_model=MadeApiKey,
    responses=WRITE,
)
def rotate_api_key(
    api_key_id: KeyId, rotation: Rotation, caller: AdminOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """A successor with the same name, mode and scopes; the old key stays good for the overlap, then ends."""
    with acting_for_account(database, caller, "admin") as acting:
        return write.once(
            acting,
            lambda: json_response(keys.rotate_key(acting, api_key_id, rotation.overlap_days), status=201),
            is_secret=True,
        )
