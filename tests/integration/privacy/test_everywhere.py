"""A suppression takes one person out of every exit: after request, replay and restore there is no trace of him."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack

import orjson
import psycopg
import pytest
from psycopg import sql

from permit_leads.restore.command import main as restore
from permit_leads.suppress import MARK
from tests.conftest import _fresh_database
from tests.integration.api.walk.seeding import QUERIES as WALK
from tests.integration.privacy import exits
from tests.integration.privacy.person import traces
from tests.integration.privacy.site import QUERIES, Site

Found = dict[str, list[str]]
# Exits at which he stands before: so the walk would see him there afterwards.
TELLING = {
    *("list_leads", "get_lead", "get_page", "get_permit", "list_permit_versions", "diff_permit", "get_property"),
    *("get_permit_property", "get_contractor", "list_claims", "get_claim", "list_events", "download_export"),
    *("list_inbox", "POST", "claim", "tool", "webhook", "mail", "outbox", "file"),
}
# Tables that hold him by design: what he wrote, and what is in force because of it. No customer may read them.
HOLDING = {"privacy_requests", "suppressions"}
# Folders of the operator: published bytes under their hashes, and files that he exported before the grant.
OPERATORS = ("archive", "before")


def walk(site: Site, since: int = 0) -> Found:
    """Where he stands, of all that leaves the house."""
    ways = (
        *(exits.api(site), exits.searches(site), exits.tools(site), exits.letters(site, since)),
        *(exits.files(site.home, *OPERATORS), exits.said(site)),
    )
    told = {title: traces(text, *own) for title, text, own in itertools.chain(*ways)}
    return {title: seen for title, seen in told.items() if seen}


def tables(owner: psycopg.Connection) -> Found:
    """Where he stands, of all tables there are."""
    found = {}
    for name, statement in owner.execute(QUERIES["everything"]).fetchall():
        rows = [str(row) for (row,) in owner.execute(statement.encode()).fetchall()]
        if seen := sorted({needle for row in rows for needle in traces(row)}):
            found[name] = seen
    return found


def read_as_customers(site: Site) -> Found:
    """Where he stands, of all that a member or a stranger may read by SQL, as Supabase's REST would."""
    claims = {"sub": str(site.person.user_id), "account_id": str(site.person.account_id), "role": "authenticated"}
    found = {}
    for schema, name, *_, readable, _, _ in site.owner.execute(WALK["tables"]).fetchall():
        for role in ("authenticated", "anon"):
            columns = sql.SQL(", ").join(map(sql.Identifier, readable or ["*"]))
            statement = WALK["read_all"].format(columns=columns, table=sql.Identifier(schema, name))
            if readable and (seen := traces(str(list(_attempt(site, role, claims, statement))))):
                found[f"{role} {schema}.{name}"] = seen
    return found


def _attempt(site: Site, role: str, claims: dict[str, str], statement: sql.Composed) -> Iterator[object]:
    try:
        with site.owner.transaction():
            site.owner.execute(WALK["act_as"], {"role": role, "claims": orjson.dumps(claims).decode()})
            rows = site.owner.execute(statement).fetchall()
            site.owner.execute(WALK["act_as_owner"])
    except psycopg.errors.InsufficientPrivilege:
        return
    yield from rows


@pytest.mark.long
def test_after_request_replay_and_restore_nobody_finds_him(
    site: Site, template_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = walk(site)
    assert set(exits.GETS) - site.answered == set(), "say in exits.QUESTIONS how these are asked"
    assert TELLING - {title.split()[0] for title in before} == set()
    assert len(tables(site.owner)) > len(HOLDING)

    since = len(site.receiver.requests)
    site.forget_him()
    site.hurry()
    site.send_again()
    assert walk(site, since) == {}, "after the grant"
    assert set(tables(site.owner)) == HOLDING

    site.publish(" third version")
    site.town.good(site.url, is_replay=True)
    _restore(site, site.url, monkeypatch)
    site.work()
    site.export()
    site.export_for_operator(site.home / "after")
    assert walk(site, since) == {}, "after the publisher's next version, a replay and a restore"
    assert set(tables(site.owner)) == HOLDING
    assert read_as_customers(site) == {}
    assert _tables_of_a_rebuilt_store(site, template_database, monkeypatch) <= HOLDING

    _holds_by_design_what_no_customer_reaches(site)
    _says_that_something_was_removed(site, since)


def _restore(site: Site, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that was archived before his request."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("LEADLEDGER_HOME", str(site.home))
    assert restore(["--file", str(site.archived)]) == 0


def _tables_of_a_rebuilt_store(site: Site, template: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """An empty store knows of nobody; it learns from the archive, before the first row of file or page."""
    with ExitStack() as stack:
        databases = _fresh_database(template)
        stack.callback(lambda: next(databases, None))
        url = next(databases)
        _restore(site, url, monkeypatch)
        site.town.good(url, is_replay=True)
        with psycopg.connect(url) as owner:
            assert owner.execute(QUERIES["count_permits"]).fetchone() != (0,)
            return set(tables(owner))


def _holds_by_design_what_no_customer_reaches(site: Site) -> None:
    held = {title for title, text, _ in exits.files(site.home / "before") if traces(text)}
    assert f"file {site.archived.name}" in held
    suppressions = [text for title, text, _ in exits.files(site.home / "archive") if "suppressions" in title]
    assert any(map(traces, suppressions))
    for path in (site.archived, *(site.home / "archive" / "suppressions").glob("*.json")):
        assert path.stat().st_mode & 0o077 == 0, path
        place = path.relative_to(site.home)
        for address in (f"/{place}", f"/api/{place}", f"/api/pages/{place.name}", f"/api/exports/{place.name}/file"):
            assert site.person.ask("GET", address).status_code in (400, 404), address


def _says_that_something_was_removed(site: Site, since: int) -> None:
    """Who keeps copies is told; searches find nobody, neither by his words nor by those that stand in their place."""
    told = [orjson.loads(one.body) for one in site.receiver.requests[since:] if one.path == "/events"]
    kinds = {event["kind"] for body in told for event in body["data"]["events"]}
    assert "permit.redacted" in kinds
    assert any(MARK in text for title, text, _ in exits.letters(site, since) if title.startswith("mail"))
    for words in exits.HIS_WORDS:
        found = site.person.ask("GET", "/api/leads", params={**exits.ALL, "q": words}).json()
        marked = {*site.known["lead_id"]} & {lead["lead_id"] for lead in found["items"]}
        assert marked == set(), words
