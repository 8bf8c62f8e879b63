"""Webhook endpoints as members see them: made, changed, tried, rewound; and what was sent to them."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from psycopg.rows import dict_row

from leadledger.acting import Acting
from leadledger.errors import AppError, InvalidBody, InvalidParameter, NotFound
from leadledger.feed.reading import check_after, newest_event_id
from leadledger.outgoing import AddressRefused, check_url
from leadledger.time_cursor import cut_page, read_cursor
from leadledger.webhooks.models import DeliveryQuery, WebhookEndpointChange, WebhookEndpointDraft
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
LIST = QUERIES["list"].format(columns=QUERIES["columns"])
TESTS_AN_HOUR = 10


class TooManyEndpoints(AppError):
    """The account may have no more endpoints, or the endpoint no more tests within the hour."""

    status = 409
    code = "limit_reached"


class EndpointDisabled(AppError):
    """Nothing is sent to it."""

    status = 409
    code = "webhook_disabled"


def list_endpoints(acting: Acting) -> list[dict[str, Any]]:
    """All of the account, oldest first."""
    with acting.conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(LIST, {"account_id": acting.account_id, "webhook_endpoint_id": None}).fetchall()


def find_endpoint(acting: Acting, webhook_endpoint_id: UUID) -> dict[str, Any]:
    """One endpoint.

    Raises:
        NotFound: the account has none of this id.
    """
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(LIST, _about(acting, webhook_endpoint_id)).fetchone()
    if found is None:
        raise NotFound(f"no webhook endpoint {webhook_endpoint_id} in this account")
    return found


def create_endpoint(
    acting: Acting, draft: WebhookEndpointDraft, most: int, *, allow_loopback: bool
) -> dict[str, object]:
    """The endpoint with its secret.

    Raises:
        InvalidBody: the url is none to send to, or `after` is ahead of the feed.
        TooManyEndpoints: the account may have no more.
    """
    _check_url(draft.url, allow_loopback=allow_loopback)
    newest = newest_event_id(acting.conn)
    after = newest if draft.after is None else draft.after
    _check_after(after, newest)
    acting.conn.execute(QUERIES["lock_account"], {"account_id": str(acting.account_id)})
    row = acting.conn.execute(QUERIES["count"], {"account_id": acting.account_id}).fetchone()
    if row is not None and row[0] >= most:
        raise TooManyEndpoints(f"the account has {row[0]} webhook endpoints, and may have {most}; remove one first")
    secret = make_secret()
    values = {
        "account_id": acting.account_id,
        "url": draft.url,
        "description": draft.description,
        "kinds": sorted(set(draft.kinds or [])),
        "dataset_ids": sorted(set(draft.dataset_ids or [])),
        "batch_size": draft.batch_size or 1,
        "secret": secret,
    }
    made = acting.conn.execute(QUERIES["create"], values).fetchone()
    assert made is not None  # row-level security would have raised
    acting.conn.execute(QUERIES["place"], {**_about(acting, made[0]), "after": after})
    return {**find_endpoint(acting, made[0]), "secret": secret}


def change_endpoint(
    acting: Acting, webhook_endpoint_id: UUID, change: WebhookEndpointChange, *, allow_loopback: bool
) -> dict[str, Any]:
    """The endpoint after the change; it is tried at once, however long it has failed.

    Raises:
        NotFound: the account has none of this id.
        InvalidBody: the url is none to send to.
    """
    if change.url is not None:
        _check_url(change.url, allow_loopback=allow_loopback)
    find_endpoint(acting, webhook_endpoint_id)
    about = _about(acting, webhook_endpoint_id)
    values = {
        **about,
        **change.model_dump(),
        "kinds": None if change.kinds is None else sorted(set(change.kinds)),
        "dataset_ids": None if change.dataset_ids is None else sorted(set(change.dataset_ids)),
        "has_description": "description" in change.model_fields_set,
    }
    acting.conn.execute(QUERIES["change"], values)
    acting.conn.execute(QUERIES["begin_anew"], about)
    return find_endpoint(acting, webhook_endpoint_id)


def remove_endpoint(acting: Acting, webhook_endpoint_id: UUID) -> None:
    """Forget an endpoint and its deliveries.

    Raises:
        NotFound: the account has none of this id.
    """
    if acting.conn.execute(QUERIES["remove"], _about(acting, webhook_endpoint_id)).fetchone() is None:
        raise NotFound(f"no webhook endpoint {webhook_endpoint_id} in this account")


def rotate_secret(acting: Acting, webhook_endpoint_id: UUID) -> dict[str, object]:
    """A new secret; the one before signs too for a day.

    Raises:
        NotFound: the account has none of this id.
    """
    secret = make_secret()
    row = acting.conn.execute(QUERIES["rotate"], {**_about(acting, webhook_endpoint_id), "secret": secret}).fetchone()
    if row is None:
        raise NotFound(f"no webhook endpoint {webhook_endpoint_id} in this account")
    return {"secret": secret, "old_secret_until": row[0]}


def request_test(acting: Acting, webhook_endpoint_id: UUID) -> dict[str, object]:
    """A delivery without events, within moments.

    Raises:
        NotFound: the account has none of this id.
        EndpointDisabled: nothing is sent to it.
        TooManyEndpoints: it was tried often enough within the hour.
    """
    _find_enabled(acting, webhook_endpoint_id)
    about = _about(acting, webhook_endpoint_id)
    row = acting.conn.execute(QUERIES["count_tests"], about).fetchone()
    if row is not None and row[0] >= TESTS_AN_HOUR:
        raise TooManyEndpoints(f"{row[0]} tests within the hour; at most {TESTS_AN_HOUR} are sent")
    queued = {"webhook_delivery_id": uuid4()}
    acting.conn.execute(QUERIES["put_test"], {**about, **queued})
    acting.conn.execute(QUERIES["wake"], about)
    return {**queued}


def redeliver(acting: Acting, webhook_endpoint_id: UUID, webhook_delivery_id: UUID) -> dict[str, object]:
    """Send one delivery again, under the same id, with all its attempts before it.

    Raises:
        NotFound: the account has no such endpoint, or the endpoint no such delivery any more.
        EndpointDisabled: nothing is sent to it.
    """
    _find_enabled(acting, webhook_endpoint_id)
    about = _about(acting, webhook_endpoint_id)
    found = acting.conn.execute(QUERIES["redeliver"], {**about, "webhook_delivery_id": webhook_delivery_id}).fetchone()
    if found is None:
        message = f"no delivery {webhook_delivery_id} of this endpoint; ended ones are kept for 30 days, see rewind"
        raise NotFound(message)
    acting.conn.execute(QUERIES["wake"], about)
    return {"webhook_delivery_id": webhook_delivery_id}


def rewind(acting: Acting, webhook_endpoint_id: UUID, after: int) -> dict[str, Any]:
    """The endpoint, going on after this event.

    Raises:
        NotFound: the account has none of this id.
        InvalidBody: `after` is ahead of the feed.
    """
    find_endpoint(acting, webhook_endpoint_id)
    _check_after(after, newest_event_id(acting.conn))
    about = {**_about(acting, webhook_endpoint_id), "after": after}
    acting.conn.execute(QUERIES["rewind"], about)  # first: it waits for a worker that is making deliveries
    acting.conn.execute(QUERIES["forget_waiting"], about)
    return find_endpoint(acting, webhook_endpoint_id)


def list_deliveries(acting: Acting, webhook_endpoint_id: UUID, asked: DeliveryQuery) -> dict[str, object]:
    """What was and will be sent, newest first.

    Raises:
        NotFound: the account has none of this id.
    """
    find_endpoint(acting, webhook_endpoint_id)
    question = {"list": "webhook deliveries", "of": str(webhook_endpoint_id), "status": asked.status}
    cursor = read_cursor(asked.cursor, question)
    wanted = {
        **_about(acting, webhook_endpoint_id),
        "status": asked.status,
        "before_at": cursor and cursor.at,
        "before_id": cursor and cursor.row_id,
        "limit": asked.limit + 1,
    }
    with acting.conn.cursor(row_factory=dict_row) as rows:
        found = rows.execute(QUERIES["list_deliveries"], wanted).fetchall()
    page, next_cursor = cut_page(found, asked.limit, "created_at", "webhook_delivery_id", question)
    return {"items": page, "next_cursor": next_cursor}


def make_secret() -> str:
    """256 bits, written as Standard Webhooks want it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _about(acting: Acting, webhook_endpoint_id: UUID) -> dict[str, Any]:
    return {"account_id": acting.account_id, "webhook_endpoint_id": webhook_endpoint_id}


def _find_enabled(acting: Acting, webhook_endpoint_id: UUID) -> None:
    if not find_endpoint(acting, webhook_endpoint_id)["is_enabled"]:
        raise EndpointDisabled("the endpoint is disabled; enable it first (PATCH is_enabled)")


def _check_url(url: str, *, allow_loopback: bool) -> None:
    try:
        check_url(url, allow_loopback=allow_loopback)
    except AddressRefused as error:
        raise InvalidBody(f"url: {error}", field="url") from None


def _check_after(after: int, newest: int) -> None:
    try:
        check_after(after, newest)
    except InvalidParameter as error:
        raise InvalidBody(error.message, field="after") from None
