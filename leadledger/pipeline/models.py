"""What the addresses of the pipeline take and answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from leadledger.leads.asking import Day
from leadledger.leads.models import LeadSummary, People, Stage
from leadledger.time_cursor import CursorText

LostReason = Literal[
    "wrong_number",
    "no_answer",
    "not_interested",
    "too_expensive",
    "hired_other",
    "already_done",
    "not_our_trade",
    "out_of_area",
    "duplicate",
    "other",
]
WonReason = Literal["price", "speed", "trust", "referral", "other"]
REASONS: dict[str, tuple[str, ...]] = {"lost": get_args(LostReason), "won": get_args(WonReason)}
AMOUNT_STAGES = ("quoted", "won")
STRICT = ConfigDict(extra="forbid")

Version = Annotated[
    int, Field(ge=1, le=2_147_483_647, description="The version you have seen; 409 when it is no longer the newest.")
]
Cents = Annotated[int, Field(ge=0, le=1_000_000_000_000, examples=[1_840_000])]
Assignee = Annotated[
    UUID | Literal["me", "nobody"] | SkipJsonSchema[None],
    Field(description="A member's user id, `me`, or `nobody`.", examples=["me"]),
]
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
NoteText = Annotated[str, Field(min_length=1, max_length=4_000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Limit = Annotated[int, Field(ge=1, le=100, description="Rows a page.")]
Cursor = Annotated[CursorText | SkipJsonSchema[None], Field(description="next_cursor of the page before.")]


class ClaimFilter(BaseModel):
    """The query of GET /api/claims."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: list[Stage] = Field(default=[], max_length=5, description="Stages, any of them; repeat it.")
    assigned_to: Assignee = None
    cursor: Cursor = None
    limit: Limit = 25


class TaskFilter(BaseModel):
    """The query of GET /api/tasks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    assigned_to: Assignee = None
    claim_id: UUID | SkipJsonSchema[None] = Field(default=None, description="Only tasks of this claim.")
    is_done: bool = Field(default=False, description="Done ones instead of open ones.")
    due_until: Day | SkipJsonSchema[None] = Field(default=None, description="Only what is due up to this day.")
    cursor: Cursor = None
    limit: Limit = 25


class Undone(BaseModel):
    """The claim is gone, and its credits are back."""

    claim_id: UUID
    credits: int


class NewClaim(BaseModel):
    """Which lead to claim."""

    model_config = STRICT

    lead_id: UUID
    assigned_to: UUID | SkipJsonSchema[None] = Field(default=None, description="The member who shall work on it.")
    is_exclusive: bool = Field(
        default=False, description="Be the only one for a while, at the higher price; possible while nobody holds it."
    )


class ClaimChange(BaseModel):
    """Who works on the claim from now on."""

    model_config = STRICT

    version: Version
    assigned_to: UUID | None = Field(description="A member, who is no viewer; null: nobody.")


class ClaimMove(BaseModel):
    """The next stage. Naming the present one again corrects its reason or amount."""

    model_config = STRICT

    version: Version
    stage: Stage = Field(examples=["quoted"])
    reason: LostReason | WonReason | SkipJsonSchema[None] = Field(
        default=None,
        description=f"Needed for lost: {', '.join(REASONS['lost'])}. For won, if given: {', '.join(REASONS['won'])}.",
    )
    amount_cents: Cents | SkipJsonSchema[None] = Field(
        default=None, description="US cents quoted or won; kept from quoted to won when left out."
    )

    @model_validator(mode="after")
    def _fits_stage(self) -> ClaimMove:
        allowed = REASONS.get(self.stage, ())
        if self.stage == "lost" and self.reason is None:
            raise ValueError(f"lost needs a reason: {', '.join(allowed)}")
        if self.reason is not None and self.reason not in allowed:
            expected = ", ".join(allowed) if allowed else "none"
            raise ValueError(f"reason '{self.reason}' does not go with {self.stage}; expected {expected}")
        if self.amount_cents is not None and self.stage not in AMOUNT_STAGES:
            raise ValueError(f"amount_cents goes with {' or '.join(AMOUNT_STAGES)}, not with {self.stage}")
        return self


class NewNote(BaseModel):
    """What to remember."""

    model_config = STRICT

    body: NoteText = Field(examples=["Wants a quote for the garage as well; call after 4 pm."])


class NewTask(BaseModel):
    """What is to be done about a claim."""

    model_config = STRICT

    title: Title = Field(examples=["Send the quote"])
    due_date: Day | SkipJsonSchema[None] = Field(default=None, examples=["2026-12-01"])
    assigned_to: UUID | SkipJsonSchema[None] = Field(default=None, description="A member, who is no viewer.")


class TaskChange(BaseModel):
    """What changes; what is left out stays, null empties."""

    model_config = STRICT

    version: Version
    title: Title | SkipJsonSchema[None] = None
    due_date: Day | None = None
    assigned_to: UUID | None = None
    is_done: bool | SkipJsonSchema[None] = None

    @model_validator(mode="after")
    def _says_something(self) -> TaskChange:
        if self.model_fields_set == {"version"}:
            raise ValueError("nothing to change; give title, due_date, assigned_to or is_done")
        return self


class Claim(BaseModel):
    """A lead this account works on."""

    claim_id: UUID
    lead_id: UUID
    permit_id: UUID
    trade: str
    stage: Stage
    next_stages: list[Stage] = Field(description="Where it may move from here.")
    reason: str | None
    amount_cents: int | None = Field(description="US cents, what was quoted or won.")
    credits: int = Field(description="What the claim cost.")
    is_exclusive: bool
    exclusive_until: datetime | None = Field(description="Until then no other account can claim the lead.")
    undo_until: datetime | None = Field(
        description="Until then it can be given back for all its credits; null: that time is over."
    )
    assigned_to: UUID | None
    claimed_by: UUID | None
    claimed_at: datetime
    stage_changed_at: datetime
    updated_at: datetime
    version: int = Field(description="Grows with every change; send it back with yours.")
    open_task_count: int
    note_count: int
    lead: LeadSummary | None = Field(description="As it stands now; null when it is gone.")


class StageCount(BaseModel):
    """One column of the board."""

    stage: Stage
    count: int
    amount_cents: int = Field(description="Sum of what was quoted or won, in US cents.")


class ClaimPage(BaseModel):
    """Claims, newest first, and how many stand in each stage."""

    items: list[Claim]
    next_cursor: str | None
    stages: list[StageCount] = Field(
        description="All five, in order; `stage`, `cursor` and `limit` do not narrow them."
    )


class Move(BaseModel):
    """A stage the claim came to."""

    from_stage: Stage | None = Field(description="null: it was claimed.")
    to_stage: Literal["new", "contacted", "quoted", "won", "lost", "released"]
    reason: str | None
    amount_cents: int | None
    moved_by: UUID | None
    moved_at: datetime


class ClaimDetail(Claim):
    """A claim with the names on its permit and its history."""

    people: People
    moves: list[Move] = Field(max_length=100, description="Newest first.")


class Note(BaseModel):
    """Something a member wrote down."""

    note_id: UUID
    claim_id: UUID
    body: str
    written_by: UUID
    created_at: datetime


class NotePage(BaseModel):
    """Notes, newest first."""

    items: list[Note]
    next_cursor: str | None


class NoteFilter(BaseModel):
    """The query of GET /api/claims/{claim_id}/notes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cursor: Cursor = None
    limit: Limit = 25


class Task(BaseModel):
    """Something to be done about a claim."""

    task_id: UUID
    claim_id: UUID
    title: str
    due_date: date | None = Field(description="Day on the account's clock.")
    is_overdue: bool
    assigned_to: UUID | None
    created_by: UUID
    created_at: datetime
    done_at: datetime | None
    version: int


class TaskPage(BaseModel):
    """Tasks by due day, those without one last."""

    items: list[Task]
    next_cursor: str | None
