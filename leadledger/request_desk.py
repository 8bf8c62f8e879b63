"""The commands of a desk where an operator decides what people ask for: `list | show | grant | refuse`."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Mapping


def add_request_commands(parser: argparse.ArgumentParser, desk: str, words: Mapping[str, str], reason: str) -> None:
    """Commands below `python -m leadledger <desk>`: what each does, in words, and what the reason for a decision is."""
    commands = parser.add_subparsers(dest=desk, required=True, metavar="what")
    for name, text in words.items():
        command = commands.add_parser(name, help=text, description=text)
        if name == "list":
            command.add_argument("--all", action="store_true", help="decided requests too")
        else:
            command.add_argument("request_id", type=uuid.UUID, metavar="ID", help="id of the request, as list shows it")
        if name in ("grant", "refuse"):
            command.add_argument("--reason", required=True, help=reason)
