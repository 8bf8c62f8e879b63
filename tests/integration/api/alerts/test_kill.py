"""A worker that is killed at any moment loses nothing, and what it repeats is the same mail."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter

from tests.integration.api.alerts.conftest import Site
from tests.integration.api.people import Person
from tests.integration.mailbox import read_mail

ALERTS = 45  # the largest plan has 50 seats
KILLS = 3


def work(site: Site, seconds: float | None) -> bool:
    """A worker that may live so long; whether it came to its end."""
    command = [sys.executable, "-m", "tests.integration.api.alerts.doomed", site.url, str(site.mailbox.port)]
    with subprocess.Popen(command) as worker:
        try:
            return worker.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            worker.kill()
            return False


def test_killed_workers_lose_nothing_and_repeat_only_the_same_mail(site: Site, person: Person) -> None:
    site.change("give_plan", account_id=person.account_id, plan="enterprise")
    site.change("put_readers", account_id=person.account_id, count=ALERTS)
    site.change("put_mail_alerts", account_id=person.account_id, user_id=person.user_id, count=ALERTS)
    site.happen()
    dice = random.Random(7)
    for _ in range(KILLS):
        work(site, dice.uniform(0.7, 1.6))
        site.change("let_lease_run_out")
    assert work(site, 60)
    counted: Counter[str] = Counter()
    by_reader: dict[str, set[str]] = {}
    while not site.mailbox.is_empty:
        envelope = site.mailbox.next_envelope()
        mail = read_mail(envelope.original_content or b"")
        counted[mail["Message-ID"]] += 1
        by_reader.setdefault(envelope.rcpt_tos[0], set()).add(mail["Message-ID"])
    assert len(by_reader) == ALERTS
    assert all(len(ids) == 1 for ids in by_reader.values())
    statuses = site.ask("statuses")
    assert statuses == [("sent", ALERTS)]
    assert max(counted.values()) <= 2
