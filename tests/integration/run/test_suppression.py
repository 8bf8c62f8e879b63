"""A person who asked to be forgotten is nowhere: not now, not after a replay, a rebuild, a restore or the next run."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import polars as pl
import pytest

from permit_leads.archive import Archive
from permit_leads.archive.suppressed import SuppressionShelf
from permit_leads.export.archived import archive_day
from permit_leads.normalize.receipts import receipt_columns
from permit_leads.registry import load_registry
from permit_leads.restore.restoring import Asked, restore_archive
from permit_leads.spelled import TooVague
from permit_leads.store import db, suppressions
from permit_leads.suppress import MARK, Suppression
from permit_leads.suppressing import grant
from permit_leads.window import OPERATOR_ZONE, resolve
from simulators.publishers import Simulator, load_snapshot, serve
from tests.conftest import _fresh_database
from tests.integration.run.town import Town, ask, hashes

NEW_YORK, HOST = "nyc_dob_now_permits", "data.cityofnewyork.us"
FREE = (
    "description",
    "project_name",
    "owner_name",
    "applicant_name",
    "contractor_company_name",
    "contractor_full_name",
)
MakeStore = Callable[[], str]
JANE = {"name": "Jane Quimby Doe", "phone": "212-555-0137", "email": "jane.doe@mail.example"}
PLANTED = "JANE Q DOE 212.555.0137 jane.doe@mail.example"
TRACES = ("jane", "doe", "555.0137", "5550137")
EVERYTHING = """
select format('select %L, row_to_json(t)::text from public.%I as t', table_name, table_name)
  from information_schema.tables
 where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('suppressions', 'rejections')
"""


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(load_snapshot(only=[NEW_YORK])) as running:
        yield running


@pytest.fixture
def new_store(template_database: str) -> Iterator[MakeStore]:
    with ExitStack() as stack:

        def make() -> str:
            databases = _fresh_database(template_database)
            stack.callback(lambda: next(databases, None))
            return next(databases)

        yield make


@pytest.fixture
def town(simulator: Simulator, tmp_path: Path) -> Town:
    """Thirty permits; every text that the publisher prints freely names the same person on each of them."""
    simulator.restore()
    town = Town(simulator, NEW_YORK, HOST, tmp_path, 30)
    dataset, there = load_registry()[NEW_YORK], town.resource.table.rows.columns
    printed = {column for name in FREE for column in receipt_columns(dataset, name) if column in there}
    assert len(printed) >= 3
    town.change_columns({column: pl.lit(PLANTED) for column in printed})
    return town


def traces(url: str) -> list[tuple[str, str]]:
    """Table and word of every trace of the person in any row of any table."""
    found = []
    for (query,) in ask(url, EVERYTHING):
        for table, row in ask(url, query):
            found += [(table, word) for word in TRACES if word in row.casefold()]
    return found


def suppress(town: Town, url: str, **about: str) -> suppressions.Cleaned | None:
    """As an operator grants it."""
    with closing(db.connect(url)) as conn:
        kind: Literal["opt_out", "deletion"] = "opt_out" if "address" in about else "deletion"
        grant(conn, town.settings(url).archive_url, Suppression(str(uuid.uuid4()), kind, **about))
        conn.commit()
        return suppressions.clean_pending(conn)


def test_deleted_person_stays_gone(town: Town, new_store: MakeStore, tmp_path: Path) -> None:
    url = new_store()
    town.good(url)
    town.change_columns({"job_description": pl.lit(f"second version for {PLANTED}")})
    town.good(url)
    assert {table for table, _ in traces(url)} >= {"permits", "superseded_permits"}
    before = hashes(url)["permit_versions"]
    cleaned = suppress(town, url, **JANE)
    assert cleaned is not None
    assert (cleaned.permits, cleaned.versions) == (30, 30)
    assert traces(url) == []
    assert ask(url, "select count(*) from permits where description like '%second version%removed on request%'") == [
        (30,)
    ]
    assert ask(url, "select kind, sum(cardinality(permit_ids)) from events where kind like '%redacted' group by 1") == [
        ("permit.redacted", 30)
    ]
    town.good(url)
    town.good(url, is_replay=True)
    assert traces(url) == []
    assert hashes(url)["permit_versions"] == before  # nothing is taken for a change of the publisher's

    rebuilt = new_store()
    town.good(rebuilt, is_replay=True)
    assert traces(rebuilt) == []
    assert ask(rebuilt, "select count(*) from permits") == [(30,)]

    day = datetime.now(UTC).astimezone(OPERATOR_ZONE).date()
    file, restored = tmp_path / f"archived_permits_{day:%Y%m%d}.csv", new_store()
    with closing(db.connect(url)) as conn:
        archive_day(conn, file, resolve(day.isoformat(), day.isoformat(), datetime.now(UTC)))
    assert not [word for word in TRACES if word in file.read_text(encoding="utf-8").casefold()]
    with closing(db.connect(restored)) as conn:
        asked = Asked(file, None, False, False, datetime.now(UTC))
        told = restore_archive(conn, Archive(town.settings(url).archive_url), load_registry(), asked, lambda _: None)
    assert (told.counts.rejected, told.is_written) == (0, True)
    assert traces(restored) == []


def test_file_archived_before_brings_nobody_back(town: Town, new_store: MakeStore, tmp_path: Path) -> None:
    url, restored = new_store(), new_store()
    town.good(url)
    day = datetime.now(UTC).astimezone(OPERATOR_ZONE).date()
    file = tmp_path / f"archived_permits_{day:%Y%m%d}.csv"
    with closing(db.connect(url)) as conn:
        archive_day(conn, file, resolve(day.isoformat(), day.isoformat(), datetime.now(UTC)))
    suppress(town, restored, **JANE)
    with closing(db.connect(restored)) as conn:
        asked = Asked(file, None, False, False, datetime.now(UTC))
        told = restore_archive(conn, Archive(town.settings(url).archive_url), load_registry(), asked, lambda _: None)
    assert told.is_written
    assert traces(restored) == []


def test_home_that_opted_out_has_no_lead(town: Town, new_store: MakeStore) -> None:
    url = new_store()
    town.good(url)
    ((permit_id, address, zip5),) = ask(
        url,
        "select permit_id, original_address1, coalesce(permits.original_zip, '10001')"
        " from permits join leads using (permit_id)"
        " where openness <> 'closed' and original_address1 ~ '^[0-9]+ ' limit 1",
    )
    suppress(town, url, address=address, zip=zip5)
    about = f"from permits join leads using (permit_id) where permit_id = '{permit_id}'"
    hidden = "original_address1, permits.latitude, leads.latitude, leads.cell, openness"
    assert set(ask(url, f"select {hidden} {about}")) == {(MARK, None, None, None, "closed")}
    assert ask(url, f"select count(*) from events where kind = 'lead.changed' and '{permit_id}' = any(permit_ids)") == [
        (1,)
    ]
    rebuilt = new_store()
    town.good(rebuilt, is_replay=True)
    assert set(ask(rebuilt, f"select original_address1, openness {about}")) <= {(MARK, "closed")}


def test_grant_during_a_run_cleans_what_the_run_brings(town: Town, new_store: MakeStore) -> None:
    """The run has read who is suppressed already when the grant comes; its rows come after the cleaning."""
    url = new_store()
    one = Suppression(str(uuid.uuid4()), "deletion", **JANE)
    told = town.told.event

    def grant_at_first_page(name: str, **fields: object) -> None:
        told(name, **fields)
        if name == "page" and not ask(url, "select 1 from suppressions"):
            suppress_one(town, url, one)

    town.told.event = grant_at_first_page  # type: ignore[method-assign]
    town.good(url)
    assert ask(url, "select 1 from suppressions") == [(1,)]
    assert traces(url)
    jobs = "from procrastinate.procrastinate_jobs where status = 'todo' and task_name = 'apply_suppressions'"
    assert ask(url, f"select count(*) {jobs}") == [(2,)]  # the grant's own, and one for what came with the run
    with closing(db.connect(url)) as conn:
        suppressions.clean_pending(conn)
    assert traces(url) == []


def suppress_one(town: Town, url: str, one: Suppression) -> None:
    with closing(db.connect(url)) as conn:
        grant(conn, town.settings(url).archive_url, one)
        conn.commit()
        suppressions.clean_pending(conn)


def test_vague_request_is_refused_and_leaves_no_trace(town: Town, new_store: MakeStore) -> None:
    url = new_store()
    with pytest.raises(TooVague):
        suppress(town, url, name="Smith")
    assert ask(url, "select count(*) from suppressions") == [(0,)]
    assert SuppressionShelf(town.settings(url).archive_url).read(frozenset()) == []
