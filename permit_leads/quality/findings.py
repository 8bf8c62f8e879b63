"""What a finding is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["note", "warning", "failure"]
RunKind = Literal["sync", "window", "replay"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed; equal findings of several pages are one finding."""

    code: str
    severity: Severity
    message: str


def graded(code: str, message: str, *, is_failure: bool) -> Finding:
    """A finding that holds the batch back, or is for a person to look at."""
    return Finding(code, "failure" if is_failure else "warning", message)
