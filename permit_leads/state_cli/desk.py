"""What every command on the state works with, and what its words are checked against."""

from __future__ import annotations

import argparse
import getpass
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from permit_leads.errors import UsageError
from permit_leads.registry import Dataset
from permit_leads.selection import suggest
from permit_leads.settings import Settings
from permit_leads.store import state

EXAMPLES = (
    "for example: etl_state_helper.py get --source austin_issued_permits, or etl_state_helper.py update "
    '--source austin_issued_permits --status failure --error "Manual reset for replay"'
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with: the words typed, the database, and what the registry and the environment say."""

    seen: argparse.Namespace
    conn: psycopg.Connection
    registry: dict[str, Dataset]
    settings: Settings

    def answer(self, text: str, document: Mapping[str, object]) -> str:
        """What was done: a sentence, or with --json the document."""
        return json.dumps(document, default=str, ensure_ascii=False, indent=2) if self.seen.json else text

    def unknown(self, name: str) -> UsageError:
        """Neither the registry nor the state knows the source; says the closest names."""
        names = {*self.registry, *(row.source for row in state.list_states(self.conn))}
        return UsageError(f"--source {name!r} is unknown{suggest(name, sorted(names))}; {EXAMPLES}")


def actor() -> str:
    """Who is at the keyboard: ETL_ACTOR, else the account of the operating system."""
    try:
        return os.environ.get("ETL_ACTOR", "").strip() or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
