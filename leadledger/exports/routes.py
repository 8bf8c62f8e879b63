"""The addresses of exports."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from starlette.responses import Response

from leadledger.acting import acting_for_account
from leadledger.deps import CallerOf, DatabaseOf, ExporterOf, refuse_parameters
from leadledger.errors import NotFound
from leadledger.exports import asking
from leadledger.exports.downloads import MEDIA_TYPES, answer_file
from leadledger.exports.files import ExportFiles
from leadledger.exports.making import stored_name
from leadledger.exports.models import Export, ExportPage, ExportQuery, NewExport
from leadledger.idempotency import WriteOf
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api/exports", tags=["exports"])
PLAIN = [Depends(refuse_parameters)]
ExportId = Annotated[UUID, Path(description="Id of the export.")]
BYTES: dict[str, Any] = {
    media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES.values()
}
FILE_HEADERS = {
    "ETag": {"description": "sha-256 of the whole file, in quotes.", "schema": {"type": "string"}},
    "Repr-Digest": {"description": "The same as RFC 9530 has it.", "schema": {"type": "string"}},
    "Accept-Ranges": {"description": "bytes", "schema": {"type": "string"}},
    "Content-Disposition": {"description": "The name to save it under.", "schema": {"type": "string"}},
}
PIECE_HEADERS = {
    **FILE_HEADERS,
    "Content-Range": {"description": "Which bytes of how many these are.", "schema": {"type": "string"}},
}
FILE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole file.", "content": BYTES, "headers": FILE_HEADERS},
    206: {"description": "The piece asked for.", "content": BYTES, "headers": PIECE_HEADERS},
    304: {"description": "The file is the one If-None-Match names.", "headers": FILE_HEADERS},
}


def get_export_files(request: Request) -> ExportFiles:
    """Where finished files lie."""
    files: ExportFiles = request.app.state.export_files
    return files


FilesOf = Annotated[ExportFiles, Depends(get_export_files)]


def read_conditions(
    range_: Annotated[
        str | None, Header(alias="Range", description="One piece, as `bytes=1000-`; goes on with a broken download.")
    ] = None,
    if_range: Annotated[
        str | None, Header(alias="If-Range", description="ETag of the file the piece belongs to; else all of it comes.")
    ] = None,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="ETag of the file that is there already.")
    ] = None,
) -> dict[str, str | None]:
    """What the caller says of the file it has."""
    return {"range": range_, "if-range": if_range, "if-none-match": if_none_match}


@router.post(
    "",
    operation_id="create_export",
    response_model=Export,
    status_code=202,
    responses=declare_errors(400, 401, 403, 404, 409, 422),
    dependencies=PLAIN,
)
def create_export(wanted: NewExport, caller: ExporterOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Ask for a file of exactly the leads the search shows; a worker makes it. Look again until it is done."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(asking.ask_for_export(acting, wanted), status=202))


@router.get("", operation_id="list_exports", response_model=ExportPage, responses=declare_errors(400, 401, 403, 404))
def list_exports(asked: Annotated[ExportQuery, Query()], caller: CallerOf, database: DatabaseOf) -> Response:
    """Exports of the account, newest first."""
    with acting_for_account(database, caller) as acting:
        return json_response(asking.list_exports(acting, asked))


@router.get(
    "/{export_id}",
    operation_id="get_export",
    response_model=Export,
    responses=declare_errors(400, 401, 403, 404),
    dependencies=PLAIN,
)
def get_export(export_id: ExportId, caller: CallerOf, database: DatabaseOf) -> Response:
    """How far an export is; with its sha-256 when it is done."""
    with acting_for_account(database, caller) as acting:
        return json_response(asking.describe(asking.find_export(acting, export_id)))


@router.get(
    "/{export_id}/file",
    operation_id="download_export",
    response_class=Response,
    responses={**FILE_ANSWERS, **declare_errors(400, 401, 403, 404, 409, 416)},
    dependencies=PLAIN,
)
def download_export(
    export_id: ExportId,
    conditions: Annotated[dict[str, str | None], Depends(read_conditions)],
    caller: ExporterOf,
    database: DatabaseOf,
    files: FilesOf,
) -> Response:
    """The file; a broken download goes on with `Range` and `If-Range`. Each download is in the audit trail."""
    with acting_for_account(database, caller) as acting:
        export = asking.find_file(acting, export_id)
    try:
        file = files.open(export["account_id"], export_id, stored_name(export))
    except FileNotFoundError:
        raise NotFound("the file of this export is gone; ask for a new one") from None
    return answer_file(export, file, conditions)


@router.delete(
    "/{export_id}",
    operation_id="end_export",
    status_code=204,
    responses=declare_errors(400, 401, 403, 404, 409),
    dependencies=PLAIN,
)
def end_export(export_id: ExportId, caller: ExporterOf, database: DatabaseOf) -> Response:
    """Cancel an export that is not finished, or remove the file of one that is."""
    with acting_for_account(database, caller, "member") as acting:
        asking.end_export(acting, export_id)
    return Response(status_code=204)
