"""What the embedded provider can do, apart from how HTTP asks for it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from leadledger.auth import TokenVerifier
from leadledger.database import Connection, Database, Role
from leadledger.errors import AppError, Unavailable
from leadledger.identity.bodies import SignUpBody, TokenBody, UserBody
from leadledger.identity.failures import IdentityError
from leadledger.identity.passwords import check_strength, hash_password, is_password, read_email
from leadledger.identity.sessions import Session, is_live, open_session, refresh_session, revoke_sessions
from leadledger.identity.signing import ACCESS_SECONDS, SigningKeys
from leadledger.identity.users import User
from leadledger.keys import JwksUnavailable, KeyRing
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_name("queries.sql"))
ROLE: Role = "identity_provider"
Clock = Callable[[], datetime]


class IdentityProvider:
    """Users, sessions and tokens of one issuer."""

    def __init__(self, issuer: str, database: Database, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._issuer = issuer
        self._database = database
        self._clock = clock
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
        _refuse_phone(body.phone, body.email)
        email = read_email(body.email)
        if not body.password:
            raise IdentityError(400, "validation_failed", "Signup requires a valid password")
        check_strength(body.password)
        now = self._clock()
        row = {
            "user_id": uuid.uuid4(),
            "email": email,
            "password_hash": hash_password(body.password),
            "user_metadata": Jsonb(body.data or {}),
            "now": now,
        }
        with self._database.acting_as(ROLE) as conn:
            user = _fetch_user(conn, "insert_user", row)
            if user is None:
                raise IdentityError(422, "user_already_exists", "User already registered")
            return self._answer_tokens(SigningKeys(conn), user, open_session(conn, user, now), now)

    def sign_in(self, body: TokenBody) -> dict[str, object]:
        """A new session for address and password.

        Raises:
            IdentityError: they do not fit (400 invalid_credentials); unknown users get the same answer as slowly.
        """
        email = body.email.strip().lower()
        with self._database.acting_as(ROLE) as conn:
            user = _fetch_user(conn, "find_user_by_email", {"email": email}) if _is_storable(email) else None
        is_right = is_password(body.password, user.password_hash if user else None)
        if user is None or not is_right:
            raise IdentityError(400, "invalid_credentials", "Invalid login credentials")
        now = self._clock()
        with self._database.acting_as(ROLE) as conn:
            user = _fetch_user(conn, "record_sign_in", {"user_id": user.user_id, "now": now}) or user
            return self._answer_tokens(SigningKeys(conn), user, open_session(conn, user, now), now)

    def refresh(self, body: TokenBody) -> dict[str, object]:
        """The next pair of tokens.

        Raises:
            IdentityError: the refresh token is unknown, signed out, or used before (the session ends then).
        """
        if not body.refresh_token:
            raise IdentityError(400, "validation_failed", "refresh_token required")
        now = self._clock()
        with self._database.acting_as(ROLE) as conn:
            keys = SigningKeys(conn)
            session = refresh_session(conn, keys, body.refresh_token, now)
            user = None if isinstance(session, IdentityError) else _find_user(conn, session.user_id)
            if isinstance(session, Session) and user is not None:
                return self._answer_tokens(keys, user, session, now)
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
        """Change password or metadata; a new password signs the other sessions out.

        Raises:
            IdentityError: as `current_user`, or the change is not possible.
        """
        user_id, session_id = self._identify(token)
        now = self._clock()
        with self._database.acting_as(ROLE) as conn:
            user = self._load(conn, user_id, session_id)
            _refuse_new_email(conn, user, body.email)
            password_hash = _new_password_hash(user, body.password)
            if password_hash is not None:
                revoke_sessions(conn, "others", session_id, user_id, now)
            change = _metadata_change(body.data)
            row = {"user_id": user_id, "password_hash": password_hash, "now": now, **change}
            return _fetch_user(conn, "update_user", row) or user

    def sign_out(self, token: str | None, scope: str) -> None:
        """End sessions; access tokens already out stay good until they expire, as at Supabase.

        Raises:
            IdentityError: as `current_user`, or the scope is none of global, local, others (400).
        """
        if scope not in ("global", "local", "others"):
            raise IdentityError(400, "validation_failed", f"Unsupported logout scope '{scope[:20]}'")
        user_id, session_id = self._identify(token)
        with self._database.acting_as(ROLE) as conn:
            self._load(conn, user_id, session_id)
            revoke_sessions(conn, scope, session_id, user_id, self._clock())

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
        user = _find_user(conn, user_id)
        if user is None:
            raise _user_is_gone()
        if not is_live(conn, session_id, user_id):
            message = "Session from session_id claim in JWT does not exist"
            raise IdentityError(403, "session_not_found", message)
        return user

    def _answer_tokens(self, keys: SigningKeys, user: User, session: Session, now: datetime) -> dict[str, object]:
        token = keys.sign_access_token(self._issuer, user, session.session_id, session.amr, now)
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": ACCESS_SECONDS,
            "expires_at": int(now.timestamp()) + ACCESS_SECONDS,
            "refresh_token": session.refresh_token,
            "user": user.as_gotrue(),
        }


def _refuse_phone(phone: str, email: str) -> None:
    if phone:
        raise IdentityError(400, "phone_provider_disabled", "Phone signups are disabled")
    if not email:
        raise IdentityError(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")


def _refuse_new_email(conn: Connection, user: User, text: str) -> None:
    """Without a mailer a new address cannot be confirmed, and an unconfirmed one must not become the way in."""
    if not text or read_email(text) == user.email:
        return
    if _fetch_user(conn, "find_user_by_email", {"email": read_email(text)}) is not None:
        message = "A user with this email address has already been registered"
        raise IdentityError(422, "email_exists", message)
    raise IdentityError(422, "email_provider_disabled", "This provider cannot send mail to confirm a new address")


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


def _find_user(conn: Connection, user_id: UUID) -> User | None:
    return _fetch_user(conn, "find_user", {"user_id": user_id})


def _fetch_user(conn: Connection, title: str, parameters: Mapping[str, object]) -> User | None:
    with conn.cursor(row_factory=class_row(User)) as cursor:
        return cursor.execute(QUERIES[title], parameters).fetchone()


def _is_storable(text: str) -> bool:
    """PostgreSQL's text has no null character."""
    return "\x00" not in text
