"""What a job does that could not do its work: wait for the source, be taken up again, or give up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job

INTERRUPTIONS = 20  # waiting for a source counts as one of them
AFTER_INTERRUPTION = timedelta(seconds=30)


class SourceBusy(Exception):
    """Another run holds the source's lease; the job waits until it is free or has run out."""

    def __init__(self, reason: str, until: datetime) -> None:
        super().__init__(reason)
        self.until = until


class Interrupted(Exception):
    """The command was ended from outside, or the database was away; it says nothing of the source."""


class CommandFailed(Exception):
    """The command ran and failed, and said why in etl_output.log; its next turn is when it is due next."""


class Patience(BaseRetryStrategy):
    """Only what says nothing of the publisher is tried again before its time: a refusal ends the run."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None to leave it."""
        if isinstance(exception, SourceBusy):
            return RetryDecision(retry_at=exception.until)
        if isinstance(exception, Interrupted | JobAborted) and job.attempts < INTERRUPTIONS:
            return RetryDecision(retry_at=datetime.now(UTC) + AFTER_INTERRUPTION)
        return None
