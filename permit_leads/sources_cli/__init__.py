"""`python -m permit_leads sources list | show | probe | doctor`: what the registry says, and what is really there.

Exit codes: 0 done and well, 1 a source is not well, 2 usage, 3 the database cannot be read.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

from permit_leads import probe
from permit_leads.errors import DatabaseUnavailable, RegistryError, UsageError
from permit_leads.freshness import patience_days
from permit_leads.registry import Dataset, load_registry, resolved_url
from permit_leads.registry_cadence import can_be_reconciled
from permit_leads.selection import as_supervised, choose_sources, find_obstacle, suggest
from permit_leads.settings import Settings, load_settings
from permit_leads.sources_cli import doctor
from permit_leads.state_view import view_source
from permit_leads.store import db, feeds, profiles, state

WELL, SICK, USAGE, DATABASE = 0, 1, 2, 3
EXAMPLES = "for example: sources list, sources show austin_issued_permits, or sources probe austin_issued_permits"

Registry = dict[str, Dataset]


class Parser(argparse.ArgumentParser):
    """Raises what is wrong instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError with argparse's message."""
        raise UsageError(f"{message}; {EXAMPLES}")


def main(argv: Sequence[str]) -> int:
    """Run one command; what it prints is complete, or nothing is printed."""
    try:
        seen = _parse(argv)
        settings, registry = as_supervised(load_settings()), load_registry()
        for name in seen.source or ():
            if name not in registry:
                raise UsageError(f"source {name!r} is unknown{suggest(name, registry)}; {EXAMPLES}")
        text, code = COMMANDS[seen.command](seen, settings, registry)
    except (UsageError, RegistryError) as error:
        return _complain(error, USAGE)
    except DatabaseUnavailable as error:
        return _complain(error, DATABASE)
    print(text, flush=True)
    return code


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = Parser(prog="python -m permit_leads sources", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="{list,show,probe,doctor}")
    for name, help_text, count in (
        ("list", "every source, whether it is enabled, and why not", None),
        ("show", "one source as its file is understood, its next window and its last run", 1),
        ("probe", "ask the publisher as a run would, and store nothing", 1),
        ("doctor", "probe, state and last run together: a verdict in words; without names, all that can run", "*"),
    ):
        command = commands.add_parser(name, help=help_text, description=help_text, allow_abbrev=False)
        command.add_argument("--json", action="store_true", help="one JSON document")
        if count is None:
            command.set_defaults(source=[])
        else:
            command.add_argument("source", metavar="ID", nargs=count)
    return parser.parse_args(argv)


def _list(seen: argparse.Namespace, settings: Settings, registry: Registry) -> tuple[str, int]:
    rows = [
        {
            "source": dataset.id,
            "is_enabled": dataset.is_enabled,
            "obstacle": find_obstacle(dataset, settings),
            "can_be_reconciled": can_be_reconciled(dataset),
            "protocol": dataset.protocol,
            "state": dataset.publisher.state,
            "publisher": dataset.publisher.name,
        }
        for dataset in registry.values()
    ]
    if seen.json:
        return _dump({"sources": rows}), WELL
    width = max(len(str(row["source"])) for row in rows)
    lines = [
        f"{row['source']:<{width}}  {row['state']}  {row['protocol']:<8}  {row['obstacle'] or 'enabled'}"
        for row in rows
    ]
    return "\n".join(lines), WELL


def _show(seen: argparse.Namespace, settings: Settings, registry: Registry) -> tuple[str, int]:
    dataset = registry[seen.source[0]]
    with closing(db.connect(db.database_url(settings))) as conn:
        row, runs = state.read(conn, dataset.id), state.recent_runs(conn, dataset.id, 1)
    today = datetime.now(ZoneInfo(dataset.publisher.time_zone)).date()
    window = state.next_window(row, dataset, today)
    last = runs[0] if runs else None
    next_window = {"since": window.since, "until": window.until}
    last_run = last and {"run_id": last.run_id, "kind": last.kind, "status": last.status, "started_at": last.started_at}
    understood = dataset.model_dump(mode="json", exclude_defaults=not seen.json)
    document = {**understood, "next_window": next_window, "last_run": last_run}
    if seen.json:
        return _dump(document), WELL
    return "\n".join(f"{key}: {_word(value)}" for key, value in document.items()), WELL


def _probe(seen: argparse.Namespace, settings: Settings, registry: Registry) -> tuple[str, int]:
    dataset = registry[seen.source[0]]
    if obstacle := find_obstacle(dataset, settings):
        raise UsageError(f"source {dataset.id!r} {obstacle}; {EXAMPLES}")
    found = _ask(dataset, settings)
    render = probe.as_json if seen.json else probe.as_text
    return render(found), WELL if found.problem is None else SICK


def _doctor(seen: argparse.Namespace, settings: Settings, registry: Registry) -> tuple[str, int]:
    chosen = choose_sources(tuple(seen.source), settings, registry, is_replay=False)
    with closing(db.connect(db.database_url(settings))) as conn:
        rows = {row.source: row for row in state.list_states(conn)}
        known = feeds.read_feeds(conn, datetime.now(UTC))
        kept = {name: profiles.last_profile(conn, name) for name in chosen}
    verdicts: list[doctor.Verdict] = []
    for name in chosen:
        now, dataset = datetime.now(UTC), registry[name]
        problem = view_source(name, dataset, rows.get(name), known.get(name), True, now).problem
        found = _ask(dataset, settings)
        verdicts.append(doctor.examine(found, kept[name], problem, dataset.freshness_hours, now.date()))
    code = WELL if all(verdict.is_well for verdict in verdicts) else SICK
    if seen.json:
        return _dump({"is_well": code == WELL, "sources": [doctor.as_document(verdict) for verdict in verdicts]}), code
    return "\n".join(doctor.as_text(verdict) for verdict in verdicts), code


COMMANDS = {"list": _list, "show": _show, "probe": _probe, "doctor": _doctor}


def _ask(dataset: Dataset, settings: Settings) -> probe.Probe:
    there = dataset.model_copy(update={"url": resolved_url(dataset, os.environ)})
    return probe.probe(there, settings, datetime.now(UTC), patience_days(dataset.freshness_hours))


def _word(value: object) -> str:
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _dump(document: object) -> str:
    return json.dumps(document, default=str, ensure_ascii=False, indent=2)


def _complain(reason: object, code: int) -> int:
    print(f"permit_leads sources: {reason}", file=sys.stderr)
    return code
