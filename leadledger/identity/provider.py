"""What the embedded provider can do, apart from how HTTP asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from leadledger.auth import TokenVerifier
from leadledger.database import Connection, Database
from leadledger.errors import AppError, Unavailable
from leadledger.identity.bodies import SignUpBody, TokenBody, UserBody
from leadledger.identity.failures import IdentityError
from leadledger.identity.one_time import forget_credentials
from leadledger.identity.passwords import check_strength, hash_password, is_password, read_email
from leadledger.identity.pkce import redeem_code
from leadledger.identity.posting import ROLE
from leadledger.identity.sessions import Session, is_live, refresh_session, revoke_sessions
from leadledger.identity.signing import SigningKeys
from leadledger.identity.tokens import answer_sign_in, answer_tokens
from leadledger.identity.users import User, fetch_user, find_user, find_user_by_email, insert_user
from leadledger.keys import JwksUnavailable, KeyRing

Clock = Callable[[], datetime]


class IdentityProvider:
    """Users, sessions and tokens of one issuer."""

    def __init__(
        self,
        issuer: str,
        database: Database,
        clock: Clock = lambda: datetime.now(UTC),
        *,
        confirms_at_once: bool = True,
    ) -> None:
        self.issuer = issuer
        self.now = clock
        self.confirms_at_once = confirms_at_once
        self._database = database
        self._verifier = TokenVerifier(issuer, KeyRing(self.public_keys))

    def public_keys(self) -> Mapping[str, object]:
        """The JWK set, straight from the database: how this process learns its own keys.

        Raises:
            JwksUnavailable: the database does not answer.
        """
        try:
            with self._database.acting_as(ROLE) as conn:
                return SigningKeys(conn).public_jwks()
        except Unavailable as error:
            raise JwksUnavailable(error.message) from None

    def sign_up(self, body: SignUpBody) -> dict[str, object]:
        """A new user, confirmed at once, and signed in.

        Raises:
            IdentityError: no or a bad address, a weak password, or the address is taken (422 user_already_exists).
        """
        email, password_hash = read_sign_up(body)
        now = self.now()
        with self._database.acting_as(ROLE) as conn:
            user = insert_user(conn, email, password_hash, body.data, now, is_confirmed=True)
            if user is None:
                raise IdentityError(422, "user_already_exists", "User already registered")
            return answer_sign_in(conn, self.issuer, user, "password", now)

    def sign_in(self, body: TokenBody) -> dict[str, object]:
        """A new session for address and password.

        Raises:
            IdentityError: they do not fit (400 invalid_credentials); unknown users get the same answer as slowly.
                They fit, but the address is not confirmed (400 email_not_confirmed).
        """
        email = body.email.strip().lower()
        with self._database.acting_as(ROLE) as conn:
            user = find_user_by_email(conn, email)
        is_right = is_password(body.password, user.password_hash if user else None)
        if user is None or not is_right:
            raise IdentityError(400, "invalid_credentials", "Invalid login credentials")
        if user.email_confirmed_at is None:
            raise IdentityError(400, "email_not_confirmed", "Email not confirmed")
        with self._database.acting_as(ROLE) as conn:
            return answer_sign_in(conn, self.issuer, user, "password", self.now())

    def exchange_code(self, body: TokenBody) -> dict[str, object]:
        """A new session for the code that a mail's link gave to the client that holds the verifier.

        Raises:
            IdentityError: either is missing (400), the code is unknown or spent (404) or old (422), or the verifier is
                another client's (400 bad_code_verifier).
        """
        if not body.auth_code or not body.code_verifier:
            message = "invalid request: both auth code and code verifier should be non-empty"
            raise IdentityError(400, "validation_failed", message)
        now = self.now()
        with self._database.acting_as(ROLE) as conn:
            user_id, method = redeem_code(conn, body.auth_code, body.code_verifier, now)
            user = find_user(conn, user_id)
            if user is None:
                raise _user_is_gone()
            return answer_sign_in(conn, self.issuer, user, method, now)

    def refresh(self, body: TokenBody) -> dict[str, object]:
        """The next pair of tokens.

        Raises:
            IdentityError: the refresh token is unknown, signed out, or used before (the session ends then).
        """
        if not body.refresh_token:
            raise IdentityError(400, "validation_failed", "refresh_token required")
        now = self.now()
        with self._database.acting_as(ROLE) as conn:
            keys = SigningKeys(conn)
            session = refresh_session(conn, keys, body.refresh_token, now)
            user = None if isinstance(session, IdentityError) else find_user(conn, session.user_id)
            if isinstance(session, Session) and user is not None:
                return answer_tokens(keys, self.issuer, user, session, now)
        raise session if isinstance(session, IdentityError) else _user_is_gone()

    def current_user(self, token: str | None) -> User:
        """The user an access token belongs to, as long as its session lives.

        Raises:
            IdentityError: no token (401), a bad one, a signed-out session or a deleted user (403).
        """
        user_id, session_id = self._identify(token)
        with self._database.acting_as(ROLE) as conn:
            return self._load(conn, user_id, session_id)

    def update_user(self, token: str | None, body: UserBody) -> User:
        """Change password, metadata or address. A new password signs the other sessions out and voids what was mailed;
        a new address waits in `new_email`, unless addresses count as confirmed at once.

        Raises:
            IdentityError: as `current_user`, or the change is not possible.
        """
        user_id, session_id = self._identify(token)
        now = self.now()
        with self._database.acting_as(ROLE) as conn:
            user = self._load(conn, user_id, session_id)
            new_email = _read_new_email(conn, user, body.email)
            password_hash = _new_password_hash(user, body.password)
            if password_hash is not None:
                revoke_sessions(conn, "others", session_id, user_id, now)
                forget_credentials(conn, user_id)
            change = _metadata_change(body.data)
            row = {"user_id": user_id, "password_hash": password_hash, "now": now, **change}
            user = fetch_user(conn, "update_user", row) or user
            return self._ask_for_new_email(conn, user, new_email, now) if new_email else user

    def sign_out(self, token: str | None, scope: str) -> None:
        """End sessions; the API refuses their access tokens a moment later.

        Raises:
            IdentityError: as `current_user`, or the scope is none of global, local, others (400).
        """
        if scope not in ("global", "local", "others"):
            raise IdentityError(400, "validation_failed", f"Unsupported logout scope '{scope[:20]}'")
        user_id, session_id = self._identify(token)
        with self._database.acting_as(ROLE) as conn:
            self._load(conn, user_id, session_id)
            revoke_sessions(conn, scope, session_id, user_id, self.now())

    def _identify(self, token: str | None) -> tuple[UUID, UUID]:
        if not token:
            raise IdentityError(401, "no_authorization", "This endpoint requires a valid Bearer token")
        try:
            caller = self._verifier.verify(token)
            return caller.user_id, UUID(str(caller.claims.get("session_id")))
        except Unavailable:
            raise
        except (AppError, ValueError) as error:
            raise IdentityError(403, "bad_jwt", f"invalid JWT: {error}") from None

    def _load(self, conn: Connection, user_id: UUID, session_id: UUID) -> User:
        user = find_user(conn, user_id)
        if user is None:
            raise _user_is_gone()
        if not is_live(conn, session_id, user_id):
            message = "Session from session_id claim in JWT does not exist"
            raise IdentityError(403, "session_not_found", message)
        return user

    def _ask_for_new_email(self, conn: Connection, user: User, new_email: str, now: datetime) -> User:
        row = {"user_id": user.user_id, "new_email": new_email, "now": now}
        user = fetch_user(conn, "ask_for_new_email", row) or user
        return (fetch_user(conn, "change_email", row) or user) if self.confirms_at_once else user


def read_sign_up(body: SignUpBody) -> tuple[str, str]:
    """The address as it is kept, and the password's hash.

    Raises:
        IdentityError: no or a bad address, no or a weak password.
    """
    refuse_phone(body.phone, body.email)
    email = read_email(body.email)
    if not body.password:
        raise IdentityError(400, "validation_failed", "Signup requires a valid password")
    check_strength(body.password)
    return email, hash_password(body.password)


def refuse_phone(phone: str, email: str) -> None:
    """Only e-mail addresses sign in here.

    Raises:
        IdentityError: a phone number (400), or nobody at all (422).
    """
    if phone:
        raise IdentityError(400, "phone_provider_disabled", "Phone signups are disabled")
    if not email:
        raise IdentityError(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")


def _read_new_email(conn: Connection, user: User, text: str) -> str | None:
    email = read_email(text) if text else user.email
    if email == user.email:
        return None
    if find_user_by_email(conn, email) is not None:
        message = "A user with this email address has already been registered"
        raise IdentityError(422, "email_exists", message)
    return email


def _new_password_hash(user: User, password: str | None) -> str | None:
    if password is None:
        return None
    check_strength(password)
    if is_password(password, user.password_hash):
        raise IdentityError(422, "same_password", "New password should be different from the old password.")
    return hash_password(password)


def _metadata_change(data: Mapping[str, Any] | None) -> dict[str, object]:
    data = data or {}
    kept = {name: value for name, value in data.items() if value is not None}
    return {"user_metadata": Jsonb(kept), "removed_keys": [name for name in data if name not in kept]}


def _user_is_gone() -> IdentityError:
    return IdentityError(403, "user_not_found", "User from sub claim in JWT does not exist")
