"""What a Supabase client asks of the provider, for tests that speak HTTP themselves."""

from __future__ import annotations

from typing import Any

import httpx

PASSWORD = "correct horse"


def sign_up(auth: httpx.Client, email: str, **more: Any) -> dict[str, Any]:
    answer = auth.post("signup", json={"email": email, "password": PASSWORD, **more})
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


def refresh(auth: httpx.Client, token: str) -> httpx.Response:
    return auth.post("token", params={"grant_type": "refresh_token"}, json={"refresh_token": token})


def bearer(session: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['access_token']}"}
