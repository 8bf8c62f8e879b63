"""Writes that may be sent again: the first answer is kept for a day and given to every repetition.

The key is taken and the answer kept in the transaction of the write itself: both happen or neither, and of two at once
the second waits for the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Header, Request
from starlette.responses import Response

from leadledger.acting import Acting
from leadledger.errors import AppError
from leadledger.responses import JSON
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
REPLAYED = "Idempotent-Replayed"


class IdempotencyConflict(AppError):
    """The key was used for another request, or for one whose answer is not kept."""

    status = 409
    code = "idempotency_conflict"


@dataclass(frozen=True, slots=True)
class Write:
    """What identifies a write: the caller's key, and a hash of method, path, query and body."""

    idempotency_key: str | None
    request_hash: str

    def once(self, acting: Acting, make: Callable[[], Response], *, is_secret: bool = False) -> Response:
        """What `make` answers, or what it answered the first time.

        A secret is not kept: its repetition is refused, and says that it was done.

        Raises:
            IdempotencyConflict: the key belongs to another request.
        """
        if self.idempotency_key is None:
            return make()
        about = {"account_id": acting.account_id, "idempotency_key": self.idempotency_key}
        taken = acting.conn.execute(QUERIES["take"], {**about, "request_hash": self.request_hash}).fetchone()
        if taken is None:
            return self._repeat(acting, about)
        answer = make()
        body = None if is_secret else bytes(answer.body).decode()
        acting.conn.execute(QUERIES["keep"], {**about, "status": answer.status_code, "body": body})
        return answer

    def _repeat(self, acting: Acting, about: dict[str, object]) -> Response:
        found = acting.conn.execute(QUERIES["find"], about).fetchone()
        request_hash, status, body = found or (None, None, None)
        if request_hash != self.request_hash:
            message = "this Idempotency-Key was used for another request; use a new one for each write"
            raise IdempotencyConflict(message, field="Idempotency-Key")
        if body is None:
            message = "this was done already; its answer held a secret that is shown only once, or is kept no longer"
            raise IdempotencyConflict(message, field="Idempotency-Key")
        return Response(body, status, {REPLAYED: "true"}, JSON)


async def read_write(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            description="Makes this write safe to send again for 24 hours; any unique text.",
        ),
    ] = None,
) -> Write:
    """`async` because the body must be read before the route runs; the framework keeps it for the route."""
    parts = (request.method, request.url.path, request.url.query)
    text = "\n".join(parts).encode() + b"\n" + await request.body()
    return Write(idempotency_key, hashlib.sha256(text).hexdigest())


WriteOf = Annotated[Write, Depends(read_write)]
