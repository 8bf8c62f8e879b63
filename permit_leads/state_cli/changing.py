"""The commands that change the state by hand, each with a trace of who and why: update and init."""

from __future__ import annotations

import sys
from dataclasses import asdict

from permit_leads.selection import suggest
from permit_leads.state_cli.desk import Desk, actor
from permit_leads.store import state


def update(desk: Desk) -> str:
    """Give a source another status; failure rewinds its next run."""
    seen, dataset = desk.seen, desk.registry.get(desk.seen.source)
    records = None if seen.records is None else int(seen.records)
    change = state.Change(seen.status, actor(), seen.error, records, seen.force)
    if dataset is not None:
        state.register(desk.conn, seen.source, change.actor)
    row = state.mark(desk.conn, seen.source, change, dataset.overlap_days if dataset else state.UNKNOWN_OVERLAP_DAYS)
    if row is None:
        raise desk.unknown(seen.source)
    rewind = f"; the next run starts again at {row.replay_from}" if row.replay_from else ""
    told = f"{seen.source}: {row.status}{rewind} (recorded as changed by {change.actor})"
    return desk.answer(told, asdict(row))


def init(desk: Desk) -> str:
    """Give a source its state; one that has a state keeps it."""
    source = desk.seen.source
    if source not in desk.registry:
        hint = suggest(source, desk.registry)
        print(f"warning: the registry has no source {source!r}{hint}; no run will fetch it", file=sys.stderr)
    is_new = state.register(desk.conn, source, actor())
    row = state.read(desk.conn, source)
    assert row is not None
    told = f"{source}: initialised, never ran"
    if not is_new:
        told = f"{source}: was there already and stays as it is ({row.status})"
    return desk.answer(told, {"is_new": is_new, **asdict(row)})
