"""Why a file is not restored, or a row of it is not."""

from __future__ import annotations

from dataclasses import dataclass

from permit_leads.errors import PermitLeadsError


class BadFile(PermitLeadsError):
    """The file as a whole cannot be restored; nothing was written (exit 2)."""


class Suspicious(BadFile):
    """The file can be read, but what it holds is not what it should be; --force restores it all the same."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that is not restored: the line it begins on, whose it is as far as that can be read, and why."""

    line: int
    dataset_id: str | None
    permit_key: str | None
    reason: str
