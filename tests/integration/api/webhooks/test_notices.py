"""Owners and admins hear once of an endpoint that was stopped, nobody else; what is written in it acts on nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from email.message import EmailMessage
from io import StringIO
from pathlib import Path

import pytest

from leadledger.jobs.queue import open_app
from leadledger.jobs.tasks import Place
from leadledger.jobs.webhook_tasks import add_webhook_tasks
from leadledger.mail import outbox_folder
from leadledger.webhooks.notices import SUBJECT
from permit_leads.progress import Progress
from tests.conftest import as_api
from tests.integration.api.conftest import make_settings
from tests.integration.api.people import Person, enter, join
from tests.integration.api.receiver import Receiver, Reply
from tests.integration.api.webhooks.conftest import Site, path_of, put_endpoint
from tests.integration.mailbox import Mailbox, read_mail, running_mailbox, text_of


def fail_for_days(site: Site, receiver: Receiver, status: int = 502) -> None:
    site.change("forget_jobs")
    receiver.decide = lambda _: Reply(status, body=b"<script>alert(1)</script>")
    site.happen(1)
    site.deliver()
    site.change("make_due")
    site.change("fail_since", days=6)
    site.deliver()


def work_off(site: Site, home: Path, **smtp: object) -> None:
    """What a worker does with the jobs that are there."""
    settings = make_settings(as_api(site.url), home, **smtp)

    async def work() -> None:
        app = open_app(site.url)
        add_webhook_tasks(app, Place(site.url, Progress(home / "worker.log", StringIO()), home), settings)
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="successful")

    asyncio.run(work())


def mails(home: Path) -> list[EmailMessage]:
    return [read_mail(path.read_bytes()) for path in sorted(outbox_folder(home).glob("*.eml"))]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with running_mailbox() as running:
        yield running


def test_each_owner_and_admin_gets_one_mail(site: Site, person: Person, receiver: Receiver, tmp_path: Path) -> None:
    admin, member = enter(site.client), enter(site.client)
    join(site.owner, admin, person.account_id, "admin")
    join(site.owner, member, person.account_id, "member")
    site.change("note_email", user_id=admin.user_id, email="admin@example.com")
    site.change("note_email", user_id=member.user_id, email="member@example.com")
    site.change("name_account", account_id=person.account_id, name="Roofs\r\nBcc: x@example.com <b>&")
    made = put_endpoint(person, f"{receiver.url}/hook?token=secret")
    fail_for_days(site, receiver)
    work_off(site, tmp_path)
    written = mails(tmp_path)
    owner_email = person.ask("GET", "/api/account/members").json()["members"][0]["email"]
    assert {mail["To"] for mail in written} == {owner_email, "admin@example.com"}
    for mail in written:
        assert (mail["Subject"], mail["Auto-Submitted"], mail["Bcc"]) == (SUBJECT, "auto-generated", None)
        text, html = text_of(mail), text_of(mail, "html")
        assert "it has failed for 5 days: the endpoint answers 502" in text
        assert f"{receiver.url}/hook\n" in text
        assert made["webhook_endpoint_id"] in text
        assert "Account: Roofs Bcc: x@example.com <b>&\n" in text
        assert "Roofs Bcc: x@example.com &lt;b&gt;&amp;" in html
        assert not [words for words in ("secret", "<script", "<b>") if words in html]
    site.deliver()
    work_off(site, tmp_path)
    assert len(mails(tmp_path)) == 2


def test_endpoint_that_a_member_stops_needs_no_mail(site: Site, person: Person, receiver: Receiver) -> None:
    made = put_endpoint(person, receiver.url)
    site.change("forget_jobs")
    assert person.ask("PATCH", path_of(made), json={"is_enabled": False}).status_code == 200
    assert site.ask("notices") == [(0,)]


def test_endpoint_that_runs_again_is_told_of_no_more(
    site: Site, person: Person, receiver: Receiver, tmp_path: Path
) -> None:
    made = put_endpoint(person, receiver.url)
    fail_for_days(site, receiver, 410)
    assert site.ask("notices") == [(1,)]
    person.ask("PATCH", path_of(made), json={"is_enabled": True})
    work_off(site, tmp_path)
    assert mails(tmp_path) == []


def test_mail_that_cannot_go_waits_and_one_that_never_can_is_given_up(
    site: Site, person: Person, receiver: Receiver, tmp_path: Path, mailbox: Mailbox
) -> None:
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_security": "none", "mail_from": "a@example.com"}
    put_endpoint(person, receiver.url)
    fail_for_days(site, receiver)
    mailbox.refusals["DATA"] = "451 4.3.0 later"
    work_off(site, tmp_path, **smtp)
    assert site.ask("notices") == [(1,)]
    mailbox.refusals["DATA"] = "550 5.1.1 never"
    site.change("hurry_jobs")
    work_off(site, tmp_path, **smtp)
    assert site.ask("notices") == [(0,)]
    assert mailbox.is_empty
