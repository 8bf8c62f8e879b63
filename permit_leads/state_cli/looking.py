"""The commands that only look: list, get, and audit."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from permit_leads.selection import find_obstacle
from permit_leads.state_cli.desk import Desk
from permit_leads.state_view import (
    SourceView,
    audit_as_json,
    audit_as_text,
    list_as_json,
    list_as_text,
    source_as_json,
    source_as_text,
    source_in_brief,
    view_source,
)
from permit_leads.store import feeds, state


def show_list(desk: Desk) -> str:
    """One line a source of the registry, and of those that only the state knows."""
    rows = {row.source: row for row in state.list_states(desk.conn)}
    names = [*desk.registry, *(name for name in rows if name not in desk.registry)]
    now = datetime.now(UTC)
    known = feeds.read_feeds(desk.conn, now)
    views = [_view(name, rows.get(name), known.get(name), desk, now) for name in names]
    return list_as_json(views) if desk.seen.json else list_as_text(views)


def show_source(desk: Desk, *, is_brief: bool = False) -> str:
    """One source in full; brief is one line, for a watch that appends."""
    source = desk.seen.source
    row = state.read(desk.conn, source)
    dataset = desk.registry.get(source)
    if row is None and dataset is None:
        raise desk.unknown(source)
    now = datetime.now(UTC)
    view = _view(source, row, feeds.read_feeds(desk.conn, now, source).get(source), desk, now)
    if is_brief:
        return source_in_brief(view)
    window = None
    if dataset is not None:
        window = state.next_window(row, dataset, now.astimezone(ZoneInfo(dataset.publisher.time_zone)).date())
    runs = state.recent_runs(desk.conn, source, desk.seen.runs)
    render = source_as_json if desk.seen.json else source_as_text
    return render(view, window, runs)


def show_audit(desk: Desk) -> str:
    """What was changed by hand, newest first: when, by whom, what and why."""
    source = desk.seen.source
    if source is not None and source not in desk.registry and state.read(desk.conn, source) is None:
        raise desk.unknown(source)
    entries = state.audit_entries(desk.conn, source, desk.seen.last)
    return audit_as_json(entries) if desk.seen.json else audit_as_text(entries)


def _view(name: str, row: state.StateRow | None, feed: feeds.FeedRow | None, desk: Desk, now: datetime) -> SourceView:
    dataset = desk.registry.get(name)
    is_chosen = not desk.settings.sources or name in desk.settings.sources
    is_active = is_chosen and dataset is not None and find_obstacle(dataset, desk.settings) is None
    return view_source(name, dataset, row, feed, is_active, now)
