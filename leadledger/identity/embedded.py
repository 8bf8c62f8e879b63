"""Puts the provider together and under /auth/v1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import FastAPI

from leadledger.database import Database
from leadledger.identity.apikey import ensure_publishable_key
from leadledger.identity.ended import EndedSessions
from leadledger.identity.mailing import MailFlows
from leadledger.identity.provider import IdentityProvider
from leadledger.identity.redirects import Redirects
from leadledger.identity.routes import build_identity_app
from leadledger.identity.verifying import Verifying
from leadledger.mail import make_mailer
from leadledger.settings import ApiSettings


@dataclass(frozen=True, slots=True)
class Issuer:
    """What the API needs of whoever issues its tokens."""

    fetch_keys: Callable[[], Mapping[str, object]]
    api_keys: Sequence[str]
    has_ended: Callable[[object], bool] | None


def mount_identity(app: FastAPI, settings: ApiSettings, database: Database, api_keys: Sequence[str]) -> Issuer:
    """The provider that `app` now serves; it lets `api_keys` in, else one made for this home."""
    provider = IdentityProvider(settings.issuer, database, confirms_at_once=settings.confirms_at_once)
    redirects = Redirects(settings.frontend_url)
    flows = MailFlows(provider, database, make_mailer(settings), redirects)
    verifying = Verifying(provider, database, redirects)
    keys = api_keys or [ensure_publishable_key(settings.home)]
    app.mount("/auth/v1", build_identity_app(provider, flows, verifying, keys, settings.sign_in_burst))
    return Issuer(provider.public_keys, keys, EndedSessions(database))
