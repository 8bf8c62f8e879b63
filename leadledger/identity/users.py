"""A user of the embedded provider, and how GoTrue shows one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class User:
    """One row of identity.users."""

    user_id: UUID
    email: str = field(repr=False)
    password_hash: str = field(repr=False)
    email_confirmed_at: datetime | None
    last_sign_in_at: datetime | None
    app_metadata: Mapping[str, Any]
    user_metadata: Mapping[str, Any] = field(repr=False)
    created_at: datetime
    updated_at: datetime

    def as_gotrue(self) -> dict[str, object]:
        """The user object of GoTrue's API."""
        return {
            "id": str(self.user_id),
            "aud": "authenticated",
            "role": "authenticated",
            "email": self.email,
            "email_confirmed_at": self.email_confirmed_at,
            "phone": "",
            "confirmed_at": self.email_confirmed_at,
            "last_sign_in_at": self.last_sign_in_at,
            "app_metadata": self.app_metadata,
            "user_metadata": self.user_metadata,
            "identities": [self._email_identity()],
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "is_anonymous": False,
        }

    def _email_identity(self) -> dict[str, object]:
        user_id = str(self.user_id)
        return {
            "identity_id": user_id,
            "id": user_id,
            "user_id": user_id,
            "identity_data": {"email": self.email, "email_verified": False, "phone_verified": False, "sub": user_id},
            "provider": "email",
            "last_sign_in_at": self.last_sign_in_at,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "email": self.email,
        }
