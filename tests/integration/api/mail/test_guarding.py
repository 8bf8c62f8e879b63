"""What strangers learn from asking for mails and guessing codes: nothing, and slowly."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest

from leadledger.app import create_app
from tests.conftest import as_api
from tests.integration.api.conftest import PUBLISHABLE_KEY, serve
from tests.integration.api.gotrue import PASSWORD
from tests.integration.api.mail.client import (
    confirmed,
    follow,
    make_pkce,
    new_email,
    sign_up,
    verify,
)
from tests.integration.api.mail.conftest import with_mail
from tests.integration.api.rows import QUERIES as ROWS
from tests.integration.mailbox import Mailbox, code_in, link_in


def test_taken_address_looks_free_to_a_stranger_and_gets_no_mail(
    auth: httpx.Client, mailbox: Mailbox, a_minute_later: Callable[[], None]
) -> None:
    email, fresh = new_email(), new_email()
    confirmed(auth, mailbox, email)
    a_minute_later()
    taken, free = sign_up(auth, email, data={"a": 1}), sign_up(auth, fresh, data={"a": 1})
    assert set(taken) == set(free)
    assert (taken["identities"], taken["user_metadata"]) == ([], {"a": 1})
    assert mailbox.next_mail(fresh)["To"] == fresh
    assert mailbox.is_empty


def test_code_is_good_for_five_tries(auth: httpx.Client, mailbox: Mailbox) -> None:
    email = new_email()
    sign_up(auth, email)
    mail = mailbox.next_mail(email)
    wrong = f"{(int(code_in(mail)) + 1) % 1_000_000:06d}"
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: verify(auth, "signup", email, wrong), range(5)))
    assert {(answer.status_code, answer.json()["error_code"]) for answer in answers} == {(403, "otp_expired")}
    assert verify(auth, "signup", email, code_in(mail)).json()["error_code"] == "otp_expired"
    assert "access_token" in follow(auth, link_in(mail))[2]


def test_code_of_another_address_or_type_is_refused(auth: httpx.Client, mailbox: Mailbox) -> None:
    email = new_email()
    sign_up(auth, email)
    code = code_in(mailbox.next_mail(email))
    assert verify(auth, "signup", new_email(), code).status_code == 403
    assert verify(auth, "recovery", email, code).status_code == 403
    assert verify(auth, "email", email.upper(), code).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "signup"},
        {"type": "sms", "token": "123456", "email": "a@example.com"},
        {"type": "signup", "token": "123456"},
        {"type": "signup", "token": "123456", "email": "nonsense"},
        {"type": "signup", "token_hash": "x", "email": "a@example.com"},
        {"type": "signup", "token_hash": "x", "token": "123456", "email": "a@example.com"},
        {"type": "signup", "token": "123456", "phone": "+15125550100"},
        {"type": 7},
    ],
)
def test_odd_verification_is_refused(auth: httpx.Client, body: dict[str, object]) -> None:
    assert auth.post("verify", json=body).status_code == 400


@pytest.mark.parametrize(
    ("path", "more"), [("recover", {}), ("otp", {"create_user": False}), ("resend", {"type": "signup"})]
)
def test_unknown_address_is_answered_like_a_known_one(
    auth: httpx.Client, mailbox: Mailbox, a_minute_later: Callable[[], None], path: str, more: dict[str, object]
) -> None:
    known = new_email()
    confirmed(auth, mailbox, known)
    answers = {}
    for email in (known, new_email()):
        a_minute_later()
        first = auth.post(path, json={"email": email, **more})
        second = auth.post(path, json={"email": email, **more})
        answers[email] = [(one.status_code, one.content) for one in (first, second)]
        if email == known and path != "resend":
            mailbox.next_mail(known)
    assert len({str(answer) for answer in answers.values()}) == 1
    assert [status for status, _ in answers[known]] == [200, 429]
    assert mailbox.is_empty


@pytest.mark.parametrize("path", ["signup", "recover", "otp"])
def test_mail_server_that_is_away_is_told_to_all_alike(
    auth: httpx.Client,
    mailbox: Mailbox,
    mail_database_url: str,
    tmp_path: Path,
    path: str,
    a_minute_later: Callable[[], None],
) -> None:
    known = new_email()
    confirmed(auth, mailbox, known)
    a_minute_later()
    settings = with_mail(as_api(mail_database_url), tmp_path, mailbox, smtp_port=1)
    with serve(create_app(settings)) as client:
        client.headers["apikey"] = PUBLISHABLE_KEY
        for email in (known, new_email(), known):
            answer = client.post(f"/auth/v1/{path}", json={"email": email, "password": PASSWORD})
            assert (answer.status_code, answer.json()["error_code"]) == (500, "unexpected_failure")


def test_link_older_than_an_hour_is_refused(auth: httpx.Client, mailbox: Mailbox, mail_database_url: str) -> None:
    email = new_email()
    sign_up(auth, email)
    mail = mailbox.next_mail(email)
    with psycopg.connect(mail_database_url, autocommit=True) as owner:
        owner.execute(ROWS["age_mailed_tokens"])
    assert verify(auth, "signup", email, code_in(mail)).json()["error_code"] == "otp_expired"
    assert follow(auth, link_in(mail))[2]["error_code"] == ["otp_expired"]


def test_database_keeps_neither_links_nor_codes(auth: httpx.Client, mailbox: Mailbox, mail_database_url: str) -> None:
    email = new_email()
    sign_up(auth, email, **make_pkce()[1])
    mail = mailbox.next_mail(email)
    (token,) = parse_qs(urlsplit(link_in(mail)).query)["token"]
    with psycopg.connect(mail_database_url) as owner:
        kept = str(owner.execute(ROWS["all_that_was_mailed"]).fetchall())
    assert email in kept
    assert token not in kept
    assert token.removeprefix("pkce_") not in kept
    assert code_in(mail) not in kept
    code = follow(auth, link_in(mail))[1]["code"][0]
    with psycopg.connect(mail_database_url) as owner:
        assert code not in str(owner.execute(ROWS["all_auth_codes"]).fetchall())


def test_guessing_codes_is_slow_from_one_address(mail_database_url: str, mailbox: Mailbox, tmp_path: Path) -> None:
    settings = with_mail(as_api(mail_database_url), tmp_path, mailbox, sign_in_burst=2)
    body = {"type": "signup", "email": new_email(), "token": "123456"}
    with serve(create_app(settings)) as client:
        client.headers["apikey"] = PUBLISHABLE_KEY
        answers = [client.post("/auth/v1/verify", json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [403, 403, 429]
    assert int(answers[-1].headers["retry-after"]) >= 5
