"""What the embedded provider does by mail: confirm an address, reset a password, sign in by a link, change the address.

Source: supabase/auth internal/api (signup.go, recover.go, magic_link.go, resend.go) for answers and messages. Where
GoTrue lets strangers learn whether an address has an account, all addresses are answered alike here.
"""

from __future__ import annotations

from datetime import datetime

from leadledger.database import Connection, Database
from leadledger.identity.bodies import ChallengeBody, OtpBody, RecoverBody, ResendBody, SignUpBody, UserBody
from leadledger.identity.failures import IdentityError
from leadledger.identity.letters import LinkType, write_letter
from leadledger.identity.one_time import Kind, issue
from leadledger.identity.passwords import read_email
from leadledger.identity.pkce import Challenge, read_challenge
from leadledger.identity.posting import Delivery, PostOffice
from leadledger.identity.provider import IdentityProvider, read_sign_up, refuse_phone
from leadledger.identity.redirects import Redirects
from leadledger.identity.users import User, describe_nobody, fetch_user, find_user_by_email, insert_user
from leadledger.mail import Mail, Mailer

TYPES: dict[Kind, LinkType] = {
    "confirmation": "signup",
    "email_change": "email_change",
    "email_change_current": "email_change",
}


class _Asked:
    """One request for mail: by which client, and where its link should lead in the end."""

    def __init__(self, body: ChallengeBody, redirect_to: str, issuer: str, now: datetime) -> None:
        self._challenge: Challenge | None = read_challenge(body.code_challenge, body.code_challenge_method)
        self._redirect_to = redirect_to
        self._issuer = issuer
        self.now = now

    def write(self, conn: Connection, user: User, kind: Kind, type_: LinkType | None = None) -> Mail:
        """The letter with new credentials of this kind."""
        to = user.new_email if kind == "email_change" and user.new_email else user.email
        credentials = issue(conn, user.user_id, kind, to, self._challenge, self.now)
        fetch_user(conn, "record_mail", {"user_id": user.user_id, "kind": kind, "now": self.now})
        return write_letter(to, self._issuer, type_ or TYPES[kind], credentials, self._redirect_to)

    def write_to_both(self, conn: Connection, user: User) -> list[Mail]:
        """A change of address is agreed to from the old one and from the new one."""
        return [self.write(conn, user, kind) for kind in ("email_change_current", "email_change")]


class MailFlows:
    """Whatever sends a mail; `verifying` takes back what the mail carries."""

    def __init__(self, provider: IdentityProvider, database: Database, mailer: Mailer, redirects: Redirects) -> None:
        self._provider = provider
        self._office = PostOffice(database, mailer)
        self._redirects = redirects

    def sign_up(self, body: SignUpBody, redirect_to: str | None) -> dict[str, object]:
        """A new user: signed in where addresses count as confirmed at once, else waiting for the click.

        A taken address is answered like a free one, and gets no mail.

        Raises:
            IdentityError: as `IdentityProvider.sign_up`; asked too often (429); the mail did not go out (500).
        """
        if self._provider.confirms_at_once:
            return self._provider.sign_up(body)
        asked = self._read(body, redirect_to)
        email, password_hash = read_sign_up(body)
        answer = describe_nobody(email, body.data, asked.now)

        def write(conn: Connection) -> list[Mail]:
            user = insert_user(conn, email, password_hash, body.data, asked.now, is_confirmed=False)
            user = user or find_user_by_email(conn, email)
            if user is None or user.email_confirmed_at is not None:
                return []
            letter = asked.write(conn, user, "confirmation")
            answer.update((find_user_by_email(conn, email) or user).as_gotrue())
            return [letter]

        self._office.ask("signup", email, asked.now, write).finish()
        return answer

    def recover(self, body: RecoverBody, redirect_to: str | None) -> Delivery:
        """Mail a link to choose a new password, if anybody has the address.

        Raises:
            IdentityError: no address; asked too often (429); no mail can go out (500). The same for all addresses.
        """
        email, asked = read_email(body.email), self._read(body, redirect_to)

        def write(conn: Connection) -> list[Mail]:
            user = find_user_by_email(conn, email)
            return [asked.write(conn, user, "recovery", "recovery")] if user else []

        return self._office.ask("recovery", email, asked.now, write)

    def send_link(self, body: OtpBody, redirect_to: str | None) -> Delivery:
        """Mail a link to sign in; an unknown address becomes a user first, unless `create_user` is false.

        Raises:
            IdentityError: as `recover`.
        """
        refuse_phone(body.phone, body.email)
        email, asked = read_email(body.email), self._read(body, redirect_to)

        def write(conn: Connection) -> list[Mail]:
            if body.create_user:
                insert_user(conn, email, "", body.data, asked.now, is_confirmed=self._provider.confirms_at_once)
            user = find_user_by_email(conn, email)
            return [asked.write(conn, user, "recovery", "magiclink")] if user else []

        return self._office.ask("magiclink", email, asked.now, write)

    def resend(self, body: ResendBody, redirect_to: str | None) -> Delivery:
        """Mail a confirmation again, if one is waited for.

        Raises:
            IdentityError: as `recover`, or there is no such type (400).
        """
        if body.type not in ("signup", "email_change"):
            raise IdentityError(400, "validation_failed", "Missing one of these types: signup, email_change")
        refuse_phone(body.phone, body.email)
        email, asked = read_email(body.email), self._read(body, redirect_to)

        def write(conn: Connection) -> list[Mail]:
            user = find_user_by_email(conn, email)
            if user is not None and body.type == "email_change" and user.new_email:
                return asked.write_to_both(conn, user)
            if user is not None and body.type == "signup" and user.email_confirmed_at is None:
                return [asked.write(conn, user, "confirmation")]
            return []

        return self._office.ask(body.type, email, asked.now, write)

    def update_user(self, token: str | None, body: UserBody, redirect_to: str | None) -> User:
        """Change password, metadata or address; the address only once both have agreed, unless that counts as given.

        Raises:
            IdentityError: as `IdentityProvider.update_user`; the mails did not go out (429, 500).
        """
        asked = self._read(body, redirect_to)
        user = self._provider.update_user(token, body)
        if user.new_email is None or user.new_email != body.email.strip().lower():
            return user
        delivery = self._office.ask(
            "email_change", user.new_email, asked.now, lambda conn: asked.write_to_both(conn, user)
        )
        delivery.finish()
        return user

    def _read(self, body: ChallengeBody, redirect_to: str | None) -> _Asked:
        url = self._redirects.choose(redirect_to)
        return _Asked(body, url, self._provider.issuer, self._provider.now())
