"""The addresses of the pipeline: viewers look, members work."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from leadledger.acting import acting_for_account
from leadledger.deps import CallerOf, DatabaseOf, WriterOf, refuse_parameters
from leadledger.idempotency import WriteOf
from leadledger.pipeline import claims, work
from leadledger.pipeline.models import (
    Claim,
    ClaimChange,
    ClaimDetail,
    ClaimFilter,
    ClaimMove,
    ClaimPage,
    NewClaim,
    NewNote,
    NewTask,
    Note,
    NoteFilter,
    NotePage,
    Task,
    TaskChange,
    TaskFilter,
    TaskPage,
    Undone,
)
from leadledger.responses import declare_errors, json_response

router = APIRouter(prefix="/api", tags=["pipeline"])
PLAIN = [Depends(refuse_parameters)]
READ = declare_errors(400, 401, 403, 404)
WRITE = declare_errors(400, 401, 403, 404, 409, 422)
REMOVE = declare_errors(400, 401, 403, 404, 409)
CLAIM = declare_errors(400, 401, 402, 403, 404, 409, 422)
HELD = {"model": Claim, "description": "The account held the lead already; nothing changed."}
ClaimId = Annotated[UUID, Path(description="Id of the claim.")]
NoteId = Annotated[UUID, Path(description="Id of the note.")]
TaskId = Annotated[UUID, Path(description="Id of the task.")]


@router.get("/claims", operation_id="list_claims", response_model=ClaimPage, responses=READ)
def list_claims(asked: Annotated[ClaimFilter, Query()], caller: CallerOf, database: DatabaseOf) -> Response:
    """Leads the account works on, newest first, and how many stand in each stage."""
    with acting_for_account(database, caller) as acting:
        return json_response(claims.list_claims(acting, asked))


@router.post(
    "/claims",
    operation_id="claim_lead",
    response_model=Claim,
    status_code=201,
    responses={200: HELD, **CLAIM},
    dependencies=PLAIN,
)
def claim_lead(wanted: NewClaim, caller: WriterOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Claim an open or likely lead for the account and pay for it, in one transaction; 200 and free when it is held."""

    def make() -> Response:
        claim, is_new = claims.claim_lead(acting, wanted)
        return json_response(claim, status=201 if is_new else 200)

    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, make)


@router.get(
    "/claims/{claim_id}", operation_id="get_claim", response_model=ClaimDetail, responses=READ, dependencies=PLAIN
)
def get_claim(claim_id: ClaimId, caller: CallerOf, database: DatabaseOf) -> Response:
    """A claim with the names on its permit and its history; the first look at the names is in the audit trail."""
    with acting_for_account(database, caller) as acting:
        return json_response(claims.describe_claim(acting, claim_id))


@router.patch(
    "/claims/{claim_id}", operation_id="assign_claim", response_model=Claim, responses=WRITE, dependencies=PLAIN
)
def assign_claim(
    claim_id: ClaimId, change: ClaimChange, caller: WriterOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """Give a claim into the hands of a member, or of nobody."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(claims.assign_claim(acting, claim_id, change)))


@router.post(
    "/claims/{claim_id}/moves", operation_id="move_claim", response_model=Claim, responses=WRITE, dependencies=PLAIN
)
def move_claim(claim_id: ClaimId, move: ClaimMove, caller: WriterOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Move a claim to its next stage. Of two who move it at once, the second gets 409 and sees what the first did."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(claims.move_claim(acting, claim_id, move)))


@router.delete(
    "/claims/{claim_id}", operation_id="release_claim", status_code=204, responses=REMOVE, dependencies=PLAIN
)
def release_claim(claim_id: ClaimId, caller: WriterOf, database: DatabaseOf) -> Response:
    """Give a lead back while its claim is new; the names on the permit are closed again.

    Until `undo_until` its credits come back, later they do not.
    """
    with acting_for_account(database, caller, "member") as acting:
        claims.release_claim(acting, claim_id)
    return Response(status_code=204)


@router.post(
    "/claims/{claim_id}/undo", operation_id="undo_claim", response_model=Undone, responses=REMOVE, dependencies=PLAIN
)
def undo_claim(claim_id: ClaimId, caller: WriterOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Give a claim back with its credits until its `undo_until`; 409 `undo_over` changes nothing."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(claims.undo_claim(acting, claim_id)))


@router.get("/claims/{claim_id}/notes", operation_id="list_notes", response_model=NotePage, responses=READ)
def list_notes(
    claim_id: ClaimId, asked: Annotated[NoteFilter, Query()], caller: CallerOf, database: DatabaseOf
) -> Response:
    """Notes of a claim, newest first."""
    with acting_for_account(database, caller) as acting:
        return json_response(work.list_notes(acting, claim_id, asked))


@router.post(
    "/claims/{claim_id}/notes",
    operation_id="write_note",
    response_model=Note,
    status_code=201,
    responses=WRITE,
    dependencies=PLAIN,
)
def write_note(claim_id: ClaimId, note: NewNote, caller: WriterOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Write something down about a claim."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(work.write_note(acting, claim_id, note), status=201))


@router.delete(
    "/claims/{claim_id}/notes/{note_id}",
    operation_id="remove_note",
    status_code=204,
    responses=REMOVE,
    dependencies=PLAIN,
)
def remove_note(claim_id: ClaimId, note_id: NoteId, caller: WriterOf, database: DatabaseOf) -> Response:
    """Take a note away: one's own, or any as an admin."""
    with acting_for_account(database, caller, "member") as acting:
        work.remove_note(acting, claim_id, note_id)
    return Response(status_code=204)


@router.post(
    "/claims/{claim_id}/tasks",
    operation_id="make_task",
    response_model=Task,
    status_code=201,
    responses=WRITE,
    dependencies=PLAIN,
)
def make_task(claim_id: ClaimId, task: NewTask, caller: WriterOf, database: DatabaseOf, write: WriteOf) -> Response:
    """Something to be done about a claim, until when, and by whom."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(work.make_task(acting, claim_id, task), status=201))


@router.get("/tasks", operation_id="list_tasks", response_model=TaskPage, responses=READ)
def list_tasks(asked: Annotated[TaskFilter, Query()], caller: CallerOf, database: DatabaseOf) -> Response:
    """Open tasks by due day; `assigned_to=me&due_until=…` is what is due for the caller."""
    with acting_for_account(database, caller) as acting:
        return json_response(work.list_tasks(acting, asked))


@router.patch("/tasks/{task_id}", operation_id="change_task", response_model=Task, responses=WRITE, dependencies=PLAIN)
def change_task(
    task_id: TaskId, change: TaskChange, caller: WriterOf, database: DatabaseOf, write: WriteOf
) -> Response:
    """Change a task, or say that it is done."""
    with acting_for_account(database, caller, "member") as acting:
        return write.once(acting, lambda: json_response(work.change_task(acting, task_id, change)))


@router.delete("/tasks/{task_id}", operation_id="remove_task", status_code=204, responses=REMOVE, dependencies=PLAIN)
def remove_task(task_id: TaskId, caller: WriterOf, database: DatabaseOf) -> Response:
    """Take a task away."""
    with acting_for_account(database, caller, "member") as acting:
        work.remove_task(acting, task_id)
    return Response(status_code=204)
