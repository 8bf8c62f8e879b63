"""An address counts once a mail to it was answered."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.integration.api.conftest import FRONTEND
from tests.integration.api.gotrue import PASSWORD, bearer, refresh
from tests.integration.api.mail.client import (
    confirmed,
    follow,
    new_email,
    sign_in,
    sign_up,
    verify,
)
from tests.integration.mailbox import Mailbox, code_in, link_in


def test_sign_up_waits_for_the_click_and_the_click_signs_in(auth: httpx.Client, mailbox: Mailbox) -> None:
    email = new_email()
    user = sign_up(auth, email, data={"trade": "roofing"})
    assert "access_token" not in user
    assert (user["email"], user["email_confirmed_at"], user["role"]) == (email, None, "authenticated")
    assert user["confirmation_sent_at"]
    refused = sign_in(auth, email)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "email_not_confirmed")
    assert sign_in(auth, email, "incorrect horse").json()["error_code"] == "invalid_credentials"

    link = link_in(mailbox.next_mail(email))
    assert link.startswith("http://127.0.0.1:8000/auth/v1/verify?token=")
    page, query, fragment = follow(auth, link)
    assert (page, query) == (FRONTEND, {})
    assert (fragment["type"], fragment["token_type"], fragment["expires_in"]) == (["signup"], ["bearer"], ["3600"])
    session = {"access_token": fragment["access_token"][0]}
    told = auth.get("user", headers=bearer(session)).json()
    assert (told["id"], told["user_metadata"]) == (user["id"], {"trade": "roofing"})
    assert told["email_confirmed_at"]
    assert told["identities"][0]["identity_data"]["email_verified"] is True
    assert refresh(auth, fragment["refresh_token"][0]).status_code == 200
    assert sign_in(auth, email).status_code == 200


def test_link_is_good_once_even_for_two_at_the_same_time(auth: httpx.Client, mailbox: Mailbox) -> None:
    email = new_email()
    sign_up(auth, email)
    link = link_in(mailbox.next_mail(email))
    with ThreadPoolExecutor(4) as pool:
        fragments = [fragment for _, __, fragment in pool.map(lambda _: follow(auth, link), range(4))]
    assert sum("access_token" in fragment for fragment in fragments) == 1
    assert sum(fragment.get("error_code") == ["otp_expired"] for fragment in fragments) == 3


def test_link_leads_to_the_asked_page_of_a_site_and_to_no_other(auth: httpx.Client, mailbox: Mailbox) -> None:
    for asked, page in ((f"{FRONTEND}/welcome?a=1", f"{FRONTEND}/welcome"), ("https://evil.example.test/", FRONTEND)):
        email = new_email()
        auth.post("signup", params={"redirect_to": asked}, json={"email": email, "password": PASSWORD})
        link = link_in(mailbox.next_mail(email))
        assert "evil" not in link
        assert follow(auth, link)[0] == page
    tampered = link.replace("redirect_to=", "redirect_to=https%3A%2F%2Fevil.example.test%2F&x=")
    assert follow(auth, tampered)[0] == FRONTEND


def test_token_hash_signs_in_without_a_browser(auth: httpx.Client, mailbox: Mailbox) -> None:
    email = new_email()
    sign_up(auth, email)
    (token,) = parse_qs(urlsplit(link_in(mailbox.next_mail(email))).query)["token"]
    answer = auth.post("verify", json={"type": "email", "token_hash": token})
    assert answer.json()["user"]["email"] == email
    again = auth.post("verify", json={"type": "email", "token_hash": token})
    assert (again.status_code, again.json()["error_code"]) == (403, "otp_expired")


def test_confirmation_is_sent_again_on_request_and_the_first_mail_is_void(
    auth: httpx.Client, mailbox: Mailbox, a_minute_later: Callable[[], None]
) -> None:
    email = new_email()
    sign_up(auth, email)
    first = mailbox.next_mail(email)
    a_minute_later()
    assert auth.post("resend", json={"type": "signup", "email": email}).json() == {}
    second = mailbox.next_mail(email)
    assert follow(auth, link_in(first))[2]["error_code"] == ["otp_expired"]
    assert "access_token" in follow(auth, link_in(second))[2]
    a_minute_later()
    assert auth.post("resend", json={"type": "signup", "email": email}).json() == {}
    assert auth.post("resend", json={"type": "sms", "email": email}).status_code == 400
    assert mailbox.is_empty


def test_sign_up_that_could_not_be_mailed_says_so_and_may_be_tried_again(auth: httpx.Client, mailbox: Mailbox) -> None:
    email = new_email()
    mailbox.refusals["RCPT"] = "550 5.1.1 no such mailbox"
    refused = auth.post("signup", json={"email": email, "password": PASSWORD})
    mailbox.refusals.clear()
    assert (refused.status_code, refused.json()["error_code"]) == (500, "unexpected_failure")
    sign_up(auth, email)
    assert "access_token" in follow(auth, link_in(mailbox.next_mail(email)))[2]


def test_address_changes_once_both_have_agreed(auth: httpx.Client, mailbox: Mailbox) -> None:
    old, new = new_email(), new_email()
    session = confirmed(auth, mailbox, old)
    waiting = auth.put("user", json={"email": new}, headers=bearer(session)).json()
    assert (waiting["email"], waiting["new_email"]) == (old, new)
    to_old, to_new = mailbox.next_mail(old), mailbox.next_mail(new)
    half = verify(auth, "email_change", new, code_in(to_new))
    assert (half.status_code, half.json()["code"]) == (200, "200")
    assert auth.get("user", headers=bearer(session)).json()["email"] == old
    assert "access_token" in follow(auth, link_in(to_old))[2]
    changed = auth.get("user", headers=bearer(session)).json()
    assert (changed["email"], "new_email" in changed) == (new, False)
    assert sign_in(auth, new).status_code == 200
    assert sign_in(auth, old).status_code == 400


def test_address_taken_meanwhile_stays_whose_it_is(auth: httpx.Client, mailbox: Mailbox) -> None:
    old, new = new_email(), new_email()
    session = confirmed(auth, mailbox, old)
    auth.put("user", json={"email": new}, headers=bearer(session))
    to_old, to_new = mailbox.next_mail(old), mailbox.next_mail(new)
    confirmed(auth, mailbox, new)
    verify(auth, "email_change", new, code_in(to_new))
    assert verify(auth, "email_change", old, code_in(to_old)).json()["error_code"] == "email_exists"


def test_settings_say_that_confirmation_is_asked_for(auth: httpx.Client) -> None:
    assert auth.get("settings").json()["mailer_autoconfirm"] is False
