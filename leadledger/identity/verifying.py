"""Takes back what the provider's mails carry: the link's token, or the six digits.

Source: supabase/auth internal/api/verify.go for types, redirects, codes and messages.
"""

from __future__ import annotations

from datetime import datetime

from leadledger.database import Connection, Database
from leadledger.identity.bodies import VerifyBody
from leadledger.identity.failures import IdentityError
from leadledger.identity.one_time import (
    KINDS,
    PKCE_PREFIX,
    Redeemed,
    count_email_changes,
    redeem_mailed_code,
    redeem_token,
)
from leadledger.identity.passwords import read_email
from leadledger.identity.pkce import issue_code
from leadledger.identity.posting import ROLE
from leadledger.identity.provider import IdentityProvider
from leadledger.identity.redirects import Redirects, add_code, add_error, add_message, add_session
from leadledger.identity.tokens import answer_sign_in
from leadledger.identity.users import User, fetch_user

METHODS = {"signup": "email/signup", "recovery": "recovery", "magiclink": "magiclink", "email_change": "email_change"}
HALF_CHANGED = "Confirmation link accepted. Please proceed to confirm link sent to the other email"


class Verifying:
    """Redeems mailed credentials, each once."""

    def __init__(self, provider: IdentityProvider, database: Database, redirects: Redirects) -> None:
        self._provider = provider
        self._database = database
        self._redirects = redirects

    def verify(self, body: VerifyBody) -> dict[str, object]:
        """A session for a token or a code; for the first of two agreements to a new address, a message.

        Raises:
            IdentityError: the body does not say which mail (400), or nothing good came in it (403 otp_expired).
        """
        _check_verify(body)
        now = self._provider.now()
        email = "" if body.token_hash else read_email(body.email)
        with self._database.acting_as(ROLE) as conn:
            if body.token_hash:
                redeemed = redeem_token(conn, body.token_hash, body.type, now)
            else:
                redeemed = redeem_mailed_code(conn, email, body.token, body.type, now)
            if redeemed is not None:
                user = _settle(conn, redeemed, now)
                if user is None:
                    return {"code": "200", "msg": HALF_CHANGED}
                return answer_sign_in(conn, self._provider.issuer, user, "otp", now)
        raise _no_longer_good("Email link is invalid or has expired" if body.token_hash else None)

    def follow_link(self, token: str, type_: str, redirect_to: str | None) -> str:
        """Where the browser that opened a mail's link goes next: a page of the site, with what came of it."""
        url, is_pkce = self._redirects.choose(redirect_to), token.startswith(PKCE_PREFIX)
        try:
            return self._follow(token, type_, url, is_pkce=is_pkce)
        except IdentityError as error:
            return add_error(url, error, is_pkce=is_pkce)

    def _follow(self, token: str, type_: str, url: str, *, is_pkce: bool) -> str:
        _check_type(type_)
        now = self._provider.now()
        with self._database.acting_as(ROLE) as conn:
            redeemed = redeem_token(conn, token, type_, now)
            if redeemed is None:
                raise _no_longer_good("Email link is invalid or has expired")
            user = _settle(conn, redeemed, now)
            if user is None:
                return add_message(url, HALF_CHANGED, is_pkce=is_pkce)
            if redeemed.challenge is not None:
                code = issue_code(conn, user.user_id, METHODS.get(type_, "otp"), redeemed.challenge, now)
                return add_code(url, code)
            return add_session(url, answer_sign_in(conn, self._provider.issuer, user, "otp", now), type_)


def _settle(conn: Connection, redeemed: Redeemed, now: datetime) -> User | None:
    """The user whose address is proved now; None while the other address has still to agree to a change."""
    if redeemed.kind in ("email_change", "email_change_current"):
        if count_email_changes(conn, redeemed.user_id):
            return None
        user = fetch_user(conn, "change_email", {"user_id": redeemed.user_id, "now": now})
        if user is None:
            raise IdentityError(422, "email_exists", "A user with this email address has already been registered")
        return user
    row = {"user_id": redeemed.user_id, "forgets_password": redeemed.kind == "recovery", "now": now}
    user = fetch_user(conn, "confirm_user", row)
    if user is None:
        raise _no_longer_good(None)
    return user


def _check_type(type_: str) -> None:
    if type_ not in KINDS:
        raise IdentityError(400, "validation_failed", "Verify requires a verification type of the e-mail kind")


def _check_verify(body: VerifyBody) -> None:
    if body.phone:
        raise IdentityError(400, "phone_provider_disabled", "Phone logins are disabled")
    _check_type(body.type)
    if bool(body.token) == bool(body.token_hash):
        raise IdentityError(400, "validation_failed", "Verify requires a token or a token hash")
    if body.token_hash and body.email:
        raise IdentityError(400, "validation_failed", "Only the token_hash and type should be provided")
    if body.token and not body.email:
        message = "Only an email address or phone number should be provided on verify"
        raise IdentityError(400, "validation_failed", message)


def _no_longer_good(message: str | None) -> IdentityError:
    return IdentityError(403, "otp_expired", message or "Token has expired or is invalid")
