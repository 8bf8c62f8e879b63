"""Where a link of a mail may lead: only to pages of the configured sites."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from leadledger.identity.failures import IdentityError

URL_MAX_LENGTH = 2_048
# Nothing that browsers read in another way than we do: no backslash, space or control character.
PLAIN = re.compile(r"[!#-\[\]-~]+")
IN_FRAGMENT = ("access_token", "expires_at", "expires_in", "refresh_token", "token_type")


class Redirects:
    """The sites whose pages may be given a session; the first is where everybody else is sent."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = tuple(origins)

    def choose(self, asked: str | None) -> str:
        """The address asked for if it is on one of the sites, else the first site; never with a fragment."""
        if asked and len(asked) <= URL_MAX_LENGTH and PLAIN.fullmatch(asked):
            try:
                parts = urlsplit(asked)
            except ValueError:
                return self._origins[0]
            if f"{parts.scheme}://{parts.netloc}" in self._origins:
                return urlunsplit(parts._replace(fragment=""))
        return self._origins[0]


def add_session(url: str, answer: Mapping[str, object], kind: str) -> str:
    """The page with the session in its fragment, which no server sees (implicit flow)."""
    return f"{url}#{urlencode({**{name: answer[name] for name in IN_FRAGMENT}, 'type': kind})}"


def add_code(url: str, code: str) -> str:
    """The page with a code in its query, for the client that holds the verifier (PKCE)."""
    return _add_query(url, {"code": code})


def add_message(url: str, message: str, *, is_pkce: bool) -> str:
    """The page with a sentence for its reader."""
    return _add_query(url, {"message": message}) if is_pkce else f"{url}#{urlencode({'message': message})}"


def add_error(url: str, error: IdentityError, *, is_pkce: bool) -> str:
    """The page with what went wrong: in the fragment, and for PKCE in the query too, as GoTrue does."""
    name = "server_error" if error.status >= 500 else "access_denied"
    told = {"error": name, "error_code": error.code, "error_description": error.message}
    return f"{_add_query(url, told) if is_pkce else url}#{urlencode(told)}"


def _add_query(url: str, more: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in more]
    return urlunsplit(parts._replace(query=urlencode([*kept, *more.items()])))
