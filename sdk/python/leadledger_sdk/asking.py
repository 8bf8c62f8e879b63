"""Connect, ask once, walk all pages; an answer that is none is an exception."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ParamSpec, Protocol, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import attrs
import httpx

from leadledger_sdk.patience import Patience, PatientTransport
from leadledger_sdk.rest.client import AuthenticatedClient
from leadledger_sdk.rest.errors import UnexpectedStatus
from leadledger_sdk.rest.models.error_body import ErrorBody

Question = ParamSpec("Question")
Answer = TypeVar("Answer")
Item_co = TypeVar("Item_co", covariant=True)
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Refused(Exception):
    """The API did not answer what was asked; `code` is for programs, `message` for people."""

    def __init__(self, code: str, message: str, field: str | None = None, request_id: str | None = None) -> None:
        super().__init__(f"{code}: {message}" + (f" (request {request_id})" if request_id else ""))
        self.code = code
        self.message = message
        self.field = field
        self.request_id = request_id


class Page(Protocol[Item_co]):
    """An answer that is one of several: what it holds, and in `next_…` what to send to go on."""

    @property
    def items(self) -> Sequence[Item_co]:
        """What this page holds."""


def connect(
    base_url: str,
    api_key: str,
    *,
    account_id: UUID | str | None = None,
    timeout: float = 30.0,
    patience: Patience | None = None,
    transport: httpx.BaseTransport | None = None,
) -> AuthenticatedClient:
    """A client for the operations; use it in a `with` statement. The key may be an access token as well.

    Raises:
        ValueError: the address would carry the key unencrypted.
    """
    parts = urlsplit(base_url)
    if not parts.hostname or not (parts.scheme == "https" or parts.hostname in LOOPBACK_HOSTS):
        raise ValueError("expected https://host (http:// only for this machine): the address carries the key")
    headers = {"Authorization": f"Bearer {api_key}"}
    if account_id is not None:
        headers["X-Account-Id"] = str(account_id)
    patient = PatientTransport(transport or httpx.HTTPTransport(), patience or Patience())
    http = httpx.Client(base_url=base_url.rstrip("/"), headers=headers, timeout=timeout, transport=patient)
    client = AuthenticatedClient(base_url=base_url, token=api_key, raise_on_unexpected_status=True)
    return client.set_httpx_client(http)


def ask(
    operation: Callable[Question, ErrorBody | Answer | None], *args: Question.args, **question: Question.kwargs
) -> Answer:
    """The answer of an operation (its `sync` function).

    Raises:
        Refused: the API says why it does not answer.
        httpx.HTTPError: it cannot be reached.
    """
    try:
        answer = operation(*args, **question)
    except UnexpectedStatus as unexpected:
        raise Refused("unexpected_answer", f"status {unexpected.status_code}") from None
    if isinstance(answer, ErrorBody):
        raise Refused(answer.code, answer.message, answer.field, answer.request_id)
    if answer is None:
        raise Refused("no_answer", "the answer has no body")
    return answer


def paged(
    operation: Callable[Question, ErrorBody | Page[Item_co] | None], *args: Question.args, **question: Question.kwargs
) -> Iterator[Item_co]:
    """Everything on all pages, in order; the next page is fetched when it is needed.

    What a page calls `next_cursor` goes back as `cursor`, `next_before` as `before`, and so on. `limit` is the size of
    a page, not of the whole.

    Raises:
        Refused: the API refuses a page; what came before it stays good.
    """
    while True:
        page = ask(operation, *args, **question)
        yield from page.items
        ahead = {name.removeprefix("next_"): value for name, value in _next(page)}
        if not page.items or not any(ahead.values()):
            return
        question.update(ahead)


def _next(page: Any) -> Iterator[tuple[str, Any]]:
    for field in attrs.fields(type(page)):
        if field.name.startswith("next_"):
            yield field.name, getattr(page, field.name)
