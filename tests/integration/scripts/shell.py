"""A shell in which the runbook's lines are typed, and a state for them to look at."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import psycopg

from permit_leads.store import state

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "scripts" / "etl_state_helper.py"
SOURCE = "austin_issued_permits"


@dataclass
class Shell:
    """Runs one line of the runbook with the test's database, from the repository's root unless told otherwise."""

    database_url: str
    home: Path

    def run(self, line: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
        known = {"DATABASE_URL": self.database_url, "LEADLEDGER_HOME": str(self.home), "ETL_ACTOR": "ada"}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "-c", line],
            cwd=cwd,
            env={**os.environ, **known, "PATH": path, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self, line: str) -> subprocess.Popen[str]:
        known = {"DATABASE_URL": self.database_url, "LEADLEDGER_HOME": str(self.home)}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        pipe = subprocess.PIPE
        environment = {**os.environ, **known, "PATH": path}
        return subprocess.Popen(["bash", "-c", line], cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)


def sync(
    conn: psycopg.Connection,
    watermark: date = date(2026, 11, 20),
    newest: date | None = None,
    note: str | None = None,
) -> None:
    """A run that went well; its newest permit is of today, or of the day named."""
    run_id = uuid4()
    state.begin(conn, SOURCE, run_id, "test")
    state.finish_success(conn, SOURCE, run_id, watermark, records=12)
    conn.execute(
        "insert into public.etl_runs"
        " (run_id, dataset_id, kind, status, window_since, window_until, started_at, finished_at, simulated_note)"
        " values (%s, %s, 'sync', 'success', '2026-10-01', '2026-11-20', now(), now(), %s)",
        (run_id, SOURCE, note),
    )
    add_permit(conn, newest or datetime.now(UTC).date())
    conn.commit()


def add_permit(conn: psycopg.Connection, issued: date) -> None:
    """One synthetic permit."""
    conn.execute(
        "insert into public.permits (permit_id, dataset_id, permit_key, version, content_hash, page_sha256, page_row,"
        " first_recorded_at, recorded_at, permit_num, issued_date)"
        " values (%(permit_id)s, %(source)s, %(key)s, 1, %(permit_id)s, 'ab', 0, now(), now(), %(key)s, %(issued)s)",
        {"permit_id": uuid4(), "source": SOURCE, "key": f"P-{uuid4()}", "issued": issued},
    )
