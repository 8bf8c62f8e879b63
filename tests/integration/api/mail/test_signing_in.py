"""Signing in by what a mail carried: a reset, a magic link, a PKCE code."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.integration.api.conftest import FRONTEND
from tests.integration.api.gotrue import PASSWORD, bearer
from tests.integration.api.mail.client import (
    claims_of,
    confirmed,
    exchange,
    follow,
    make_pkce,
    new_email,
    sign_in,
    sign_up,
    verify,
)
from tests.integration.mailbox import Mailbox, code_in, link_in


def test_password_is_reset_by_mail_and_the_other_sessions_end(auth: httpx.Client, mailbox: Mailbox) -> None:
    email = new_email()
    before = confirmed(auth, mailbox, email)
    assert auth.post("recover", json={"email": email}).json() == {}
    mail = mailbox.next_mail(email)
    session = verify(auth, "recovery", email, code_in(mail)).json()
    assert auth.put("user", json={"password": "another horse"}, headers=bearer(session)).status_code == 200
    assert auth.get("user", headers=bearer(before)).json()["error_code"] == "session_not_found"
    assert sign_in(auth, email).json()["error_code"] == "invalid_credentials"
    assert sign_in(auth, email, "another horse").status_code == 200


def test_new_password_voids_what_was_mailed(auth: httpx.Client, mailbox: Mailbox) -> None:
    email = new_email()
    session = confirmed(auth, mailbox, email)
    auth.post("recover", json={"email": email})
    mail = mailbox.next_mail(email)
    auth.put("user", json={"password": "another horse"}, headers=bearer(session))
    assert follow(auth, link_in(mail))[2]["error_code"] == ["otp_expired"]


def test_magic_link_signs_in_old_users_and_new_ones(
    auth: httpx.Client, mailbox: Mailbox, a_minute_later: Callable[[], None]
) -> None:
    email = new_email()
    for path in ("otp", "magiclink"):
        a_minute_later()
        assert auth.post(path, json={"email": email, "data": {"trade": "hvac"}}).json() == {}
        mail = mailbox.next_mail(email)
        assert parse_qs(urlsplit(link_in(mail)).query)["type"] == ["magiclink"]
        session = verify(auth, "email", email, code_in(mail)).json()
        assert session["user"]["user_metadata"] == {"trade": "hvac"}
        assert claims_of(session)["amr"][0]["method"] == "otp"
    assert sign_in(auth, email, "").json()["error_code"] == "invalid_credentials"
    assert auth.put("user", json={"password": PASSWORD}, headers=bearer(session)).status_code == 200
    assert sign_in(auth, email).status_code == 200


def test_password_set_by_a_stranger_before_the_owner_came_is_forgotten(auth: httpx.Client, mailbox: Mailbox) -> None:
    email = new_email()
    sign_up(auth, email)
    mailbox.next_mail(email)
    auth.post("otp", json={"email": email})
    assert verify(auth, "magiclink", email, code_in(mailbox.next_mail(email))).status_code == 200
    assert sign_in(auth, email).json()["error_code"] == "invalid_credentials"


def test_pkce_link_gives_a_code_to_the_client_that_began(auth: httpx.Client, mailbox: Mailbox) -> None:
    email = new_email()
    verifier, challenge = make_pkce()
    sign_up(auth, email, **challenge)
    page, query, fragment = follow(auth, link_in(mailbox.next_mail(email)))
    assert (page, fragment) == (FRONTEND, {})
    (code,) = query["code"]
    stolen = exchange(auth, code, make_pkce()[0])
    assert (stolen.status_code, stolen.json()["error_code"]) == (400, "bad_code_verifier")
    session = exchange(auth, code, verifier).json()
    assert claims_of(session)["amr"][0]["method"] == "email/signup"
    again = exchange(auth, code, verifier)
    assert (again.status_code, again.json()["error_code"]) == (404, "flow_state_not_found")


def test_pkce_errors_are_in_the_query_where_servers_see_them(auth: httpx.Client, mailbox: Mailbox) -> None:
    email = new_email()
    confirmed(auth, mailbox, email)
    auth.post("recover", json={"email": email, **make_pkce()[1]})
    link = link_in(mailbox.next_mail(email))
    assert "code" in follow(auth, link)[1]
    assert follow(auth, link)[1]["error_code"] == ["otp_expired"]


@pytest.mark.parametrize("body", [{}, {"auth_code": "x"}, {"code_verifier": "x"}])
def test_exchange_without_code_or_verifier_is_refused(auth: httpx.Client, body: dict[str, str]) -> None:
    answer = auth.post("token", params={"grant_type": "pkce"}, json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "validation_failed")
