"""Hands the provider's letters to the mailer, so that nobody learns from it which addresses have an account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from leadledger.database import Connection, Database, Role
from leadledger.errors import Unavailable
from leadledger.identity.failures import IdentityError
from leadledger.identity.one_time import claim_request, forget_request
from leadledger.mail import Line, Mail, MailDelayed, Mailer, MailError

ROLE: Role = "identity_provider"
log = structlog.get_logger()


class PostOffice:
    """Letters asked for, each at most once a minute for a purpose and an address."""

    def __init__(self, database: Database, mailer: Mailer) -> None:
        self._database = database
        self._mailer = mailer

    def ask(self, purpose: str, email: str, now: datetime, write: Callable[[Connection], Sequence[Mail]]) -> Delivery:
        """A delivery of what `write` writes, which may be nothing; it must be finished.

        The line to the mail server is opened either way: it takes as long, and fails alike, for an unknown address.

        Raises:
            IdentityError: asked less than a minute ago (429), or the mail server cannot be reached (500).
        """
        with self._database.acting_as(ROLE) as conn:
            request_hash = claim_request(conn, purpose, email, now)
            letters = write(conn)

        def forget() -> None:
            with suppress(Unavailable), self._database.acting_as(ROLE) as conn:
                forget_request(conn, request_hash, now)

        try:
            return Delivery(self._mailer.connect(), letters, purpose, forget)
        except MailDelayed as error:
            forget()
            raise _not_sent(purpose, error) from None


class Delivery:
    """Letters on an open line."""

    def __init__(self, line: Line, letters: Sequence[Mail], purpose: str, forget: Callable[[], None]) -> None:
        self._line = line
        self._letters = letters
        self._purpose = purpose
        self._forget = forget

    def finish(self) -> None:
        """Send them and hang up.

        Raises:
            IdentityError: one was not taken (500); it may be asked for again at once.
        """
        try:
            for letter in self._letters:
                self._line.send(letter)
        except MailError as error:
            self._forget()
            raise _not_sent(self._purpose, error) from None
        finally:
            self._line.close()

    def finish_quietly(self) -> None:
        """The same after the answer went out; a failure stands in the log and nowhere else."""
        with suppress(IdentityError):
            self.finish()


def _not_sent(purpose: str, error: MailError) -> IdentityError:
    log.warning("identity.mail_failed", purpose=purpose, reason=str(error))
    return IdentityError(500, "unexpected_failure", f"Error sending {purpose} email")
