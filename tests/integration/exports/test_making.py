"""How a file comes to be: through the queue, once, also when the worker dies in the middle of it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from leadledger.exports.making import make_export
from leadledger.exports.tidying import tidy_exports
from leadledger.jobs.export_tasks import add_export_tasks
from leadledger.jobs.queue import open_app
from permit_leads.progress import Progress
from tests.integration.api.people import Person
from tests.integration.exports.conftest import SQL, Site, ask, fetch, look

ROOT = Path(__file__).parents[3]
KILLED = [sys.executable, "-m", "tests.integration.exports.killed"]


def work_off(site: Site) -> None:
    """A worker that makes all exports in the queue."""
    app = open_app(site.url)
    add_export_tasks(app, site.shop, Progress(site.home / "log", sys.stderr))

    async def work() -> None:
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False, delete_jobs="successful")

    asyncio.run(work())


def test_export_waits_in_the_queue_and_a_worker_makes_it(site: Site, person: Person) -> None:
    export = ask(person, "csv", trade=["roofing"])
    assert site.owner.execute(SQL["jobs"], export).fetchall() == [
        ("make_export", f"export {export['export_id']}", 5, "todo")
    ]
    work_off(site)
    assert look(person, export)["state"] == "done"
    assert site.owner.execute(SQL["jobs"], export).fetchall() == []


def test_refused_export_leaves_no_job(site: Site, person: Person) -> None:
    before = site.owner.execute("select count(*) from procrastinate.procrastinate_jobs").fetchone()
    answer = person.ask("POST", "/api/exports", json={"format": "pdf", "filter": {}})
    assert (answer.status_code, answer.json()["field"]) == (422, "format")
    assert site.owner.execute("select count(*) from procrastinate.procrastinate_jobs").fetchone() == before


@pytest.mark.parametrize("pages", [1, 7])
def test_worker_killed_in_the_middle_leaves_no_half_file_and_the_next_makes_the_same(
    site: Site, person: Person, pages: int
) -> None:
    clean, export = ask(person), ask(person)
    site.make(clean)
    dead = subprocess.run(
        [*KILLED, site.url, str(site.home), export["export_id"], str(pages)], cwd=ROOT, timeout=60, check=False
    )
    assert dead.returncode == -9
    seen = look(person, export)
    assert (seen["state"], seen["row_count"], seen["sha256"]) == ("running", 10 * pages, None)
    assert fetch(person, export).json()["code"] == "export_not_ready"
    assert [path for path in site.kept if export["export_id"] in str(path)]
    site.make(export)
    done = look(person, export)
    assert (done["sha256"], done["byte_count"]) == (look(person, clean)["sha256"], len(fetch(person, clean).content))
    assert fetch(person, export).content == fetch(person, clean).content
    assert [path.name for path in site.kept if export["export_id"] in str(path)] == ["2.csv"]


def test_second_make_of_a_finished_export_changes_nothing(site: Site, person: Person) -> None:
    export = ask(person)
    assert site.make(export)
    before = look(person, export)
    assert site.make(export) is None
    assert look(person, export) == before


def test_older_try_that_wakes_up_late_neither_finishes_nor_removes(site: Site, person: Person) -> None:
    export = ask(person)

    def overtake() -> None:
        if look(person, export)["state"] == "running":
            assert site.make(export)

    assert make_export(site.shop, UUID(export["export_id"]), overtake) is None
    assert look(person, export)["state"] == "done"
    assert fetch(person, export).status_code == 200
    assert [path.name for path in site.kept if export["export_id"] in str(path)] == ["2.csv"]


def test_cancelled_export_ends_at_its_next_page_and_leaves_nothing(site: Site, person: Person) -> None:
    export = ask(person)
    pages = 0

    def cancel() -> None:
        nonlocal pages
        pages += 1
        answer = person.ask("DELETE", f"/api/exports/{export['export_id']}")
        assert answer.status_code == (204 if pages == 1 else 409)

    assert make_export(site.shop, UUID(export["export_id"]), cancel) is None
    assert (pages, look(person, export)["state"]) == (1, "cancelled")
    assert look(person, export)["reason"] == "by a member"
    assert [path for path in site.kept if export["export_id"] in str(path)] == []
    assert site.make(export) is None


def test_export_beyond_the_limit_fails_instead_of_being_cut(site: Site, person: Person) -> None:
    export = ask(person)
    assert site.make(export, max_rows=60) is None
    failed = look(person, export)
    assert (failed["state"], failed["sha256"]) == ("failed", None)
    assert failed["reason"].startswith("more than 60 leads fit")


def test_export_of_who_left_the_account_is_not_made(site: Site, person: Person) -> None:
    export = ask(person)
    about = {"account_id": person.account_id, "user_id": person.user_id}
    site.owner.execute(SQL["join_as_owner"], about)
    site.owner.execute(SQL["leave"], about)
    assert site.make(export) is None
    reason = site.owner.execute("select state, reason from exports where export_id = %(export_id)s", export).fetchone()
    assert reason == ("failed", "whoever asked for it may no longer export for this account")


def test_filter_the_search_no_longer_takes_fails_with_a_reason(site: Site, person: Person) -> None:
    export = ask(person)
    site.owner.execute(SQL["make_stale"], export)
    site.make(export)
    state, reason = site.owner.execute(
        "select state, reason from exports where export_id = %(export_id)s", export
    ).fetchone() or ("", "")
    assert state == "failed"
    assert "no such trade" in reason


def test_export_keeps_the_territory_as_it_stood_when_it_was_asked_for(site: Site, person: Person) -> None:
    territory = person.ask("POST", "/api/territories", json={"name": "South", "zips": ["78704"]}).json()
    path = f"/api/territories/{territory['territory_id']}"
    export = ask(person, territory_id=territory["territory_id"])
    shown = person.ask("GET", "/api/leads", params={"territory_id": territory["territory_id"]}).json()
    assert person.ask("DELETE", path).status_code == 204
    assert site.make(export) == shown["total"]["value"] > 0


def test_export_that_never_ends_is_given_up(site: Site, person: Person) -> None:
    export = ask(person)
    site.owner.execute(SQL["attempts"], export)
    assert site.make(export) is None
    assert "10 times" in look(person, export)["reason"]


def test_old_files_are_removed_and_forgotten_exports_have_failed(site: Site, person: Person) -> None:
    old, forgotten, fresh = ask(person), ask(person), ask(person)
    site.make(old)
    site.make(fresh)
    site.owner.execute(SQL["run_out"], old)
    site.owner.execute(SQL["forget_job"], forgotten)
    tidied = tidy_exports(site.shop)
    assert tidied.forgotten_count == 1
    assert look(person, old)["state"] == "expired"
    assert (look(person, forgotten)["state"], look(person, fresh)["state"]) == ("failed", "done")
    assert fetch(person, old).status_code == 404
    assert fetch(person, fresh).status_code == 200
    assert [path for path in site.kept if old["export_id"] in str(path)] == []
    assert tidy_exports(site.shop).removed_count == 0


def test_granted_privacy_request_takes_away_every_file_made_before_it(site: Site, person: Person) -> None:
    made, begun, waiting = ask(person), ask(person), ask(person)
    site.make(made)
    suppression = {"suppression_id": uuid4()}
    make_export(site.shop, UUID(begun["export_id"]), lambda: grant(site, suppression))
    assert [look(person, one)["state"] for one in (made, begun, waiting)] == ["expired", "failed", "queued"]
    assert "privacy request" in look(person, made)["reason"]
    assert fetch(person, made).status_code == 404
    site.make(waiting)
    site.owner.execute(SQL["note_applied"], suppression)
    assert look(person, waiting)["state"] == "expired"  # it may have been read before the rows were clean


def grant(site: Site, suppression: dict[str, UUID]) -> None:
    site.owner.execute(SQL["suppress"], suppression)
