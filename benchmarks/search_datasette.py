"""The peer: Datasette over a SQLite file of the same rows, with an index for each of the ten searches."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from benchmarks.search_api import started
from benchmarks.search_floor import Plain
from benchmarks.search_load import Request, write_request
from leadledger.processes import choose_port
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
# Datasette's own limit is a second; a peer that gives up answers nothing.
SETTINGS = {"sql_time_limit_ms": "60000", "num_sql_threads": "3", "default_cache_ttl": "0"}
NOTE = (
    "Datasette 0.65 over SQLite, the file opened as immutable, SQL by its JSON API; no sign-in, no total, no coverage; "
    "a box in place of drawn areas"
)


def is_installed() -> bool:
    """It is one of the benchmarks' own requirements (`make bench` installs them)."""
    return find_spec("datasette") is not None


def write_file(url: str, path: Path) -> None:
    """The same leads, and the permits that have any, in SQLite."""
    with psycopg.connect(url) as rows, closing(sqlite3.connect(path)) as file:
        file.executescript("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -500000;")
        file.executescript(_text("make_tables"))
        for read, put in (("read_permits", "put_permit"), ("read_leads", "put_lead")):
            with rows.cursor(name=read) as cursor:
                cursor.itersize = 20_000
                cursor.execute(QUERIES[read])
                file.executemany(_text(put), cursor)
        file.execute(_text("put_words"))
        file.executescript(_text("make_indexes"))
        file.commit()


@contextmanager
def served_datasette(path: Path) -> Iterator[str]:
    """Its origin."""
    port = choose_port(0)
    settings = [part for name, value in SETTINGS.items() for part in ("--setting", name, value)]
    command = [sys.executable, "-m", "datasette", "serve", "-i", str(path), "--port", str(port), *settings]
    with started(command, os.environ, port, "/-/versions.json") as origin:
        yield origin


def ask_datasette(origin: str, path: Path, plain: Sequence[Plain]) -> list[Request]:
    """The same searches as requests of its JSON API."""
    return [_request(origin, path.stem, one) for one in plain]


def _request(origin: str, database: str, plain: Plain) -> Request:
    values = {name: json.dumps(value) if isinstance(value, list) else value for name, value in plain.values.items()}
    if "stems" in plain.values:
        values["match"] = " ".join(f'"{stem}"' for stem in plain.values["stems"])
        values["like"] = f"% {plain.values['stems'][0]} %"
    if "since" in plain.values:
        values["since_epoch"] = plain.values["since"].timestamp()
    query = urlencode({"sql": _text(plain.name), "_shape": "arrays", **values})
    return write_request(origin, None, plain.name, f"/{database}.json?{query}")


def _text(title: str) -> str:
    """The statement, comments left out."""
    lines = QUERIES[title].as_string(None).splitlines()
    return "\n".join(line for line in lines if not line.startswith("--")).rstrip(";")
