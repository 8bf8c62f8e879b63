"""The script itself: from any folder, killed in the middle, and heard of in the feed of events."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from permit_leads.store.events import events_after
from tests.integration.restore import stores
from tests.integration.restore.conftest import Restore

ROOT = Path(__file__).parents[3]
Archived = tuple[str, Path]
WAITING = "select count(*) from pg_locks where not granted and relation = 'public.leads'::regclass"


def start(path: Path, url: str, folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "DATABASE_URL": url, "LEADLEDGER_HOME": str(folder / "home")}
    command = [sys.executable, str(ROOT / "scripts" / "restore_from_csv.py"), "--file", str(path)]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)


def test_killed_in_the_middle_of_writing_it_leaves_nothing_and_the_next_one_restores_all(
    archived: Archived, database_url: str, tmp_path: Path
) -> None:
    with psycopg.connect(database_url) as blocker, psycopg.connect(database_url, autocommit=True) as watcher:
        blocker.execute("lock table public.leads in access exclusive mode")
        process = start(archived[1], database_url, tmp_path)
        deadline = time.monotonic() + 60
        while watcher.execute(WAITING).fetchone() == (0,):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert set(stores.counts(database_url).values()) == {0}
    assert [each.name for each in tmp_path.iterdir() if each.name != "home"] == []
    again = start(archived[1], database_url, tmp_path)
    told, _ = again.communicate(timeout=60)
    assert again.returncode == 0
    assert f"new        {stores.counts(archived[0])['permit_versions']}\n" in told
    assert stores.fingerprint(database_url) == stores.fingerprint(archived[0])


def test_readers_of_events_hear_of_every_restored_version_once(
    archived: Archived, restore: Restore, database_url: str
) -> None:
    restore("--file", archived[1])
    restore("--file", archived[1])
    with psycopg.connect(database_url) as conn:
        told = events_after(conn, 0, 100_000)
    permits = [(event.permit_id, event.version) for event in told if event.lead_id is None]
    kinds = [event.kind for event in told]
    counts = stores.counts(database_url)
    assert len(set(permits)) == len(permits) == counts["permit_versions"]
    assert (kinds.count("permit.created"), kinds.count("lead.created")) == (counts["permits"], counts["leads"])
    assert all(event.kind == "permit.created" for event in told if event.version == 1 and event.lead_id is None)
