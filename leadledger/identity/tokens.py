"""What a client gets when it is signed in."""

from __future__ import annotations

from datetime import datetime

from leadledger.database import Connection
from leadledger.identity.sessions import Session, open_session
from leadledger.identity.signing import ACCESS_SECONDS, SigningKeys
from leadledger.identity.users import User, fetch_user


def answer_sign_in(conn: Connection, issuer: str, user: User, method: str, now: datetime) -> dict[str, object]:
    """A new session of this user, recorded as a sign-in. `method` goes into the token's `amr`."""
    user = fetch_user(conn, "record_sign_in", {"user_id": user.user_id, "now": now}) or user
    return answer_tokens(SigningKeys(conn), issuer, user, open_session(conn, user, method, now), now)


def answer_tokens(keys: SigningKeys, issuer: str, user: User, session: Session, now: datetime) -> dict[str, object]:
    """GoTrue's token answer."""
    return {
        "access_token": keys.sign_access_token(issuer, user, session.session_id, session.amr, now),
        "token_type": "bearer",
        "expires_in": ACCESS_SECONDS,
        "expires_at": int(now.timestamp()) + ACCESS_SECONDS,
        "refresh_token": session.refresh_token,
        "user": user.as_gotrue(),
    }
