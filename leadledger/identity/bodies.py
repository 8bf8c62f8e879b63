"""Request bodies of the provider; what GoTrue ignores, we ignore."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel, Field, field_validator

METADATA_LIMIT = 16_384


def check_metadata(data: dict[str, Any] | None) -> dict[str, Any] | None:
    """Only what PostgreSQL can keep as jsonb: real text, numbers in range, and not too much of it."""
    if data is None:
        return None
    try:
        encoded = orjson.dumps(data)
    except TypeError:
        raise ValueError("data holds something that JSON cannot") from None
    if len(encoded) > METADATA_LIMIT or b"\\u0000" in encoded:
        raise ValueError(f"data is larger than {METADATA_LIMIT} bytes or holds a null character")
    return data


class ChallengeBody(BaseModel):
    """What a client adds that wants the mail's link to give it a code (PKCE)."""

    code_challenge: str | None = Field(default=None, description="43 to 128 characters (RFC 7636).")
    code_challenge_method: str | None = Field(default=None, description="s256 or plain.")


class SignUpBody(ChallengeBody):
    """POST /signup."""

    email: str = Field(default="", description="Kept in lower case.", examples=["owner@example.com"])
    phone: str = Field(default="", description="Not supported here.")
    password: str = Field(default="", description="At least 8 characters.", examples=["correct horse battery"])
    data: dict[str, Any] | None = Field(default=None, description="Becomes user_metadata; the user may change it.")

    _check_data = field_validator("data")(check_metadata)


class TokenBody(BaseModel):
    """POST /token, for any grant."""

    email: str = Field(default="", description="For grant_type=password.", examples=["owner@example.com"])
    phone: str = Field(default="", description="Not supported here.")
    password: str = Field(default="", description="For grant_type=password.")
    refresh_token: str = Field(default="", description="For grant_type=refresh_token; good once.")
    auth_code: str = Field(default="", description="For grant_type=pkce; good once.")
    code_verifier: str = Field(default="", description="For grant_type=pkce: what the challenge was made of.")


class UserBody(ChallengeBody):
    """PUT /user."""

    email: str = Field(default="", description="Changes once both addresses have confirmed it.")
    password: str | None = Field(default=None, description="New password; other sessions are signed out.")
    data: dict[str, Any] | None = Field(default=None, description="Merged into user_metadata; null removes a key.")

    _check_data = field_validator("data")(check_metadata)


class OtpBody(ChallengeBody):
    """POST /otp and /magiclink."""

    email: str = Field(default="", examples=["owner@example.com"])
    phone: str = Field(default="", description="Not supported here.")
    create_user: bool = Field(default=True, description="Whether an unknown address becomes a user.")
    data: dict[str, Any] | None = Field(default=None, description="user_metadata of a new user.")

    _check_data = field_validator("data")(check_metadata)


class RecoverBody(ChallengeBody):
    """POST /recover."""

    email: str = Field(default="", examples=["owner@example.com"])


class ResendBody(ChallengeBody):
    """POST /resend."""

    type: str = Field(default="", description="signup or email_change.", examples=["signup"])
    email: str = Field(default="", examples=["owner@example.com"])
    phone: str = Field(default="", description="Not supported here.")


class VerifyBody(BaseModel):
    """POST /verify: the token of a link alone, or the code of a mail with its address."""

    type: str = Field(default="", description="signup, magiclink, recovery, email or email_change.")
    token_hash: str = Field(default="", description="The link's `token`.")
    token: str = Field(default="", description="The six digits.", examples=["123456"])
    email: str = Field(default="", description="Where they were sent.", examples=["owner@example.com"])
    phone: str = Field(default="", description="Not supported here.")


class UserAnswer(BaseModel):
    """A user, as GoTrue shows one."""

    id: str
    aud: str
    role: str
    email: str
    phone: str
    app_metadata: dict[str, Any]
    user_metadata: dict[str, Any]
    identities: list[dict[str, Any]]
    email_confirmed_at: str | None
    confirmed_at: str | None
    last_sign_in_at: str | None
    created_at: str
    updated_at: str
    is_anonymous: bool


class TokenAnswer(BaseModel):
    """A session: access token, and the refresh token that continues it."""

    access_token: str
    token_type: str
    expires_in: int
    expires_at: int
    refresh_token: str
    user: UserAnswer
