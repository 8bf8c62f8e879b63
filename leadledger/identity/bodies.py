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


class SignUpBody(BaseModel):
    """POST /signup."""

    email: str = Field(default="", description="Kept in lower case.", examples=["owner@example.com"])
    phone: str = Field(default="", description="Not supported here.")
    password: str = Field(default="", description="At least 8 characters.", examples=["correct horse battery"])
    data: dict[str, Any] | None = Field(default=None, description="Becomes user_metadata; the user may change it.")

    _check_data = field_validator("data")(check_metadata)


class TokenBody(BaseModel):
    """POST /token, for either grant."""

    email: str = Field(default="", description="For grant_type=password.", examples=["owner@example.com"])
    phone: str = Field(default="", description="Not supported here.")
    password: str = Field(default="", description="For grant_type=password.")
    refresh_token: str = Field(default="", description="For grant_type=refresh_token; good once.")


class UserBody(BaseModel):
    """PUT /user."""

    email: str = Field(default="", description="Cannot be changed here: no mail can be sent to confirm it.")
    password: str | None = Field(default=None, description="New password; other sessions are signed out.")
    data: dict[str, Any] | None = Field(default=None, description="Merged into user_metadata; null removes a key.")

    _check_data = field_validator("data")(check_metadata)


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
