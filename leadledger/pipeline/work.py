"""Notes and tasks: what members write down about a claim, and what is to be done about it until when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from leadledger.acting import Acting
from leadledger.errors import NotFound
from leadledger.pipeline.claims import QUERIES, find_claim, name_assignee
from leadledger.pipeline.failures import in_our_words, stale
from leadledger.pipeline.models import NewNote, NewTask, NoteFilter, TaskChange, TaskFilter
from leadledger.time_cursor import cut_page, read_cursor

TASK = {"columns": QUERIES["task_columns"]}


def list_notes(acting: Acting, claim_id: UUID, asked: NoteFilter) -> dict[str, object]:
    """Notes of a claim, newest first.

    Raises:
        NotFound: the account holds no such claim.
    """
    find_claim(acting, claim_id)
    question = {"list": "notes", "claim_id": str(claim_id)}
    cursor = read_cursor(asked.cursor, question)
    wanted = {
        "account_id": acting.account_id,
        "claim_id": claim_id,
        "before_at": cursor and cursor.at,
        "before_id": cursor and cursor.row_id,
        "limit": asked.limit + 1,
    }
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["list_notes"], wanted).fetchall()
    page, next_cursor = cut_page(found, asked.limit, "created_at", "note_id", question)
    return {"items": page, "next_cursor": next_cursor}


def write_note(acting: Acting, claim_id: UUID, note: NewNote) -> dict[str, Any]:
    """The note as it was written down.

    Raises:
        NotFound: the account holds no such claim.
    """
    find_claim(acting, claim_id)
    about = {"account_id": acting.account_id, "claim_id": claim_id, "body": note.body}
    with acting.conn.cursor(row_factory=dict_row) as rows:
        written = rows.execute(QUERIES["write_note"], about).fetchone()
    assert written is not None  # row-level security would have raised
    return written


def remove_note(acting: Acting, claim_id: UUID, note_id: UUID) -> None:
    """Take a note away: one's own, or any as an admin.

    Raises:
        NotFound: there is no such note, or it is not the caller's to remove.
    """
    about = {"account_id": acting.account_id, "claim_id": claim_id, "note_id": note_id}
    if acting.conn.execute(QUERIES["remove_note"], about).fetchone() is None:
        raise NotFound(f"there is no note {note_id} on this claim that you may remove")


def list_tasks(acting: Acting, asked: TaskFilter) -> dict[str, object]:
    """Tasks by due day, those without one last."""
    question = {"list": "tasks", **asked.model_dump(mode="json", exclude={"cursor", "limit"})}
    cursor = read_cursor(asked.cursor, question)
    wanted = {
        **asked.model_dump(include={"claim_id", "is_done", "due_until"}),
        **name_assignee(acting, asked.assigned_to),
        "account_id": acting.account_id,
        "time_zone": acting.time_zone,
        "before_at": cursor and cursor.at,
        "before_id": cursor and cursor.row_id,
        "limit": asked.limit + 1,
    }
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["list_tasks"].format(**TASK), wanted).fetchall()
    page, next_cursor = cut_page(found, asked.limit, "due_at", "task_id", question)
    items = [{name: value for name, value in row.items() if name != "due_at"} for row in page]
    return {"items": items, "next_cursor": next_cursor}


def make_task(acting: Acting, claim_id: UUID, task: NewTask) -> dict[str, Any]:
    """The task.

    Raises:
        NotFound: the account holds no such claim.
        InvalidBody: the assignee is no member who may work.
    """
    find_claim(acting, claim_id)
    about = {**task.model_dump(), "account_id": acting.account_id, "claim_id": claim_id, "time_zone": acting.time_zone}
    with in_our_words(), acting.conn.cursor(row_factory=dict_row) as rows:
        made = rows.execute(QUERIES["make_task"].format(**TASK), about).fetchone()
    assert made is not None  # row-level security would have raised
    return made


def change_task(acting: Acting, task_id: UUID, change: TaskChange) -> dict[str, Any]:
    """The task after the change.

    Raises:
        NotFound: the account has no such task.
        VersionConflict: somebody changed it in between.
        InvalidBody: the assignee is no member who may work.
    """
    about = {
        **change.model_dump(),
        "sets_due_date": "due_date" in change.model_fields_set,
        "sets_assigned_to": "assigned_to" in change.model_fields_set,
        "account_id": acting.account_id,
        "task_id": task_id,
        "time_zone": acting.time_zone,
    }
    with in_our_words(), acting.conn.cursor(row_factory=dict_row) as rows:
        changed = rows.execute(QUERIES["change_task"].format(**TASK), about).fetchone()
    if changed is None:
        known = acting.conn.execute(QUERIES["read_task_version"], about).fetchone()
        raise _no_task(task_id) if known is None else stale(change.version, known[0])
    return changed


def remove_task(acting: Acting, task_id: UUID) -> None:
    """Take a task away.

    Raises:
        NotFound: the account has no such task.
    """
    about = {"account_id": acting.account_id, "task_id": task_id}
    if acting.conn.execute(QUERIES["remove_task"], about).fetchone() is None:
        raise _no_task(task_id)


def _no_task(task_id: UUID) -> NotFound:
    return NotFound(f"there is no task {task_id} in this account")
