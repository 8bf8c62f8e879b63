"""Suppressions in force, and the cleaning of everything that is stored already."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
from psycopg import sql
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from permit_leads.permit import DTYPES, FIELD_BY_NAME
from permit_leads.search import search_words
from permit_leads.store import kept
from permit_leads.store.copying import array_text, copy_frame
from permit_leads.store.queries import load_queries
from permit_leads.suppress import POINT, TEXTS, Redactor, Suppression, likely_patterns

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
BLOCK = 1_000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How many rows were cleaned."""

    permits: int = 0
    versions: int = 0
    leads: int = 0


def read_suppressions(conn: psycopg.Connection) -> list[Suppression]:
    """All that are in force."""
    with conn.cursor(row_factory=class_row(Suppression)) as rows:
        return rows.execute(QUERIES["read"]).fetchall()


def add(conn: psycopg.Connection, one: Suppression, granted_at: datetime) -> None:
    """Put one in force, after every run that is about to commit without knowing of it."""
    conn.execute(QUERIES["wait_for_runs"])
    values = {name: getattr(one, name) for name in Suppression.__dataclass_fields__}
    conn.execute(QUERIES["add"], {**values, "granted_at": granted_at})


def clean_again_unless_known(conn: psycopg.Connection, redactor: Redactor) -> None:
    """Before a run commits: what was granted since it began has to be taken out of its rows as well."""
    conn.execute(QUERIES["wait_for_grants"])
    conn.execute(QUERIES["clean_again"], {"known_ids": list(redactor.ids)})


def clean_pending(conn: psycopg.Connection) -> Cleaned | None:
    """Clean everything of all suppressions if one has not been applied yet, and commit; None: nothing was pending."""
    pending = conn.execute(QUERIES["pending"]).fetchone()
    if pending is None or not pending[0]:
        conn.commit()
        return None
    suppressions = read_suppressions(conn)
    cleaned = clean(conn, suppressions)
    conn.execute(QUERIES["note_applied"], {"known_ids": [one.suppression_id for one in suppressions]})
    conn.commit()
    return cleaned


def clean(conn: psycopg.Connection, suppressions: Sequence[Suppression]) -> Cleaned:
    """Take what is suppressed out of permits, their former versions and leads, and tell it; in one transaction."""
    redactor = Redactor(suppressions)
    if redactor.is_idle:
        return Cleaned()
    likes = [pattern for one in suppressions for pattern in likely_patterns(one)]
    now, run_id = datetime.now(UTC), uuid.uuid4()
    versions = _clean_former_permits(conn, redactor, likes)
    leads = _clean_reasons(conn, redactor, likes)
    permits, homes = _clean_permits(conn, redactor, likes)
    closed = _close_leads(conn, homes, now)
    kept.clean_kept(conn, redactor, likes, [permit_id for permit_id, _, _ in permits])
    redacted = [(name, permit_id, None, version) for permit_id, name, version in permits]
    _tell(conn, "permit.redacted", redacted, run_id, now)
    _tell(conn, "lead.changed", closed, run_id, now)
    return Cleaned(len(permits), versions, leads + len(closed))


def _clean_permits(
    conn: psycopg.Connection, redactor: Redactor, likes: list[str]
) -> tuple[list[tuple[str, str, int]], list[str]]:
    """The changed permits (id, dataset, version), and the ids of those whose home opted out."""
    found = _fetch(conn, QUERIES["find_permits"].format(texts=_columns("permit")), likes)
    schema: dict[str, pl.DataType] = {
        **{name: pl.String() for name in ("permit_id", "dataset_id", "original_zip", "permit_num", *TEXTS)},
        **{name: pl.Float64() for name in POINT}, "version": pl.Int32(), "is_searchable": pl.Boolean(),
    }  # fmt: skip
    before = pl.DataFrame(found, schema=schema, orient="row")
    after = redactor.redact(before)
    differs = pl.any_horizontal(*(before[name].ne_missing(after[name]) for name in (*TEXTS, *POINT)))
    changed = after.filter(pl.select(differs).to_series()) if after.height else after
    words = array_text(search_words())
    rows = changed.with_columns(search_words=pl.when("is_searchable").then(words))
    conn.execute(QUERIES["create_redacted"])
    conn.execute(QUERIES["relax_redacted"])
    copy_frame(conn, "redacted_permits", rows.select("permit_id", *TEXTS, *POINT, "search_words"))
    assignments = sql.SQL(", ").join(sql.SQL("{0} = redacted.{0}").format(sql.Identifier(name)) for name in TEXTS)
    conn.execute(QUERIES["redact_permits"].format(assignments=assignments))
    conn.execute(QUERIES["place_leads"])
    conn.execute(QUERIES["drop_redacted"])
    homes = changed.filter("is_opted_out")["permit_id"].to_list()
    return changed.select("permit_id", "dataset_id", "version").rows(), homes


def _clean_former_permits(conn: psycopg.Connection, redactor: Redactor, likes: list[str]) -> int:
    found = _fetch(conn, QUERIES["find_superseded_permits"], likes)
    names = [*TEXTS, *POINT, "original_zip"]
    schema = {name: DTYPES[FIELD_BY_NAME[name].kind] for name in names}
    rows = [{name: row["permit"].get(name) for name in names} for row in found]
    said = pl.DataFrame(rows, schema=schema, orient="row")
    count = 0
    for row, clean_row in zip(found, redactor.redact(said).iter_rows(named=True), strict=True):
        kept = {name: clean_row.get(name, value) for name, value in row["permit"].items()}
        kept = {name: value for name, value in kept.items() if value is not None}
        if kept != row["permit"]:
            about = {"permit_id": row["permit_id"], "version": row["version"], "said": Jsonb(kept)}
            conn.execute(QUERIES["redact_superseded_permit"], about)
            count += 1
    return count


def _clean_reasons(conn: psycopg.Connection, redactor: Redactor, likes: list[str]) -> int:
    """Evidence may quote a permit."""
    count = 0
    for find, change, column in (
        ("find_leads", "redact_lead", "reasons"),
        ("find_superseded_leads", "redact_superseded_lead", "lead"),
    ):
        for row in _fetch(conn, QUERIES[find], likes):
            said = redactor.redact_json(row[column])
            if said != row[column]:
                conn.execute(QUERIES[change], {**row, "said": Jsonb(said)})
                count += 1
    return count


def _close_leads(conn: psycopg.Connection, homes: list[str], now: datetime) -> list[tuple[str, str, str | None, int]]:
    if not homes:
        return []
    about = {"permit_ids": homes, "now": now}
    conn.execute(QUERIES["keep_leads_of_homes"], about)
    return [
        (dataset_id, str(permit_id), str(lead_id), version)
        for dataset_id, permit_id, lead_id, version in conn.execute(QUERIES["close_leads_of_homes"], about).fetchall()
    ]


def _tell(
    conn: psycopg.Connection, kind: str, changed: Iterable[tuple[str, str, str | None, int]], run_id: uuid.UUID,
    now: datetime,
) -> None:  # fmt: skip
    """Events by dataset, in blocks."""
    for dataset_id, group in groupby(sorted(changed), key=lambda one: one[0]):
        rows = list(group)
        for block in (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)):
            about = {"kind": kind, "dataset_id": dataset_id, "run_id": run_id, "now": now}
            lead_ids = [lead_id for _, _, lead_id, _ in block] if kind.startswith("lead.") else None
            ids = {"permit_ids": [row[1] for row in block], "lead_ids": lead_ids}
            conn.execute(QUERIES["tell"], {**about, **ids, "versions": [row[3] for row in block]})


def _fetch(conn: psycopg.Connection, query: sql.SQL | sql.Composed, likes: list[str]) -> list[Row]:
    with conn.cursor(row_factory=dict_row) as rows:
        return rows.execute(query, {"likes": likes}).fetchall()


def _columns(table: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(table, name) for name in TEXTS)
