"""Where the sandbox's database is: beside the live one, under a name that says what it was made of.

The name is a hash of the recorded pages and of all code that makes permits and leads of them. So a database is never
changed once it is there: new code looks for another one, while the old code still reads the old.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from leadledger.database import api_url
from leadledger.settings import ApiSettings
from permit_leads.registry import Dataset
from permit_leads.settings import REPOSITORY

HERE = Path(__file__).parent
ARCHIVE = HERE / "archive"
PREFIX = "leadledger_sandbox_"
MADE_OF = (
    HERE,
    REPOSITORY / "permit_leads",
    REPOSITORY / "supabase" / "migrations",
    REPOSITORY / "leadledger" / "leads" / "tallies.sql",
    REPOSITORY / "leadledger" / "plans.toml",
)
SUFFIXES = frozenset({".py", ".sql", ".toml", ".csv", ".json", ".jsonl", ".zst"})


def archive_url() -> str:
    """The recorded pages as an archive's address."""
    return f"file://{ARCHIVE}"


def sample_registry(registry: Mapping[str, Dataset]) -> dict[str, Dataset]:
    """The datasets the sample has pages of."""
    recorded = (path.name.removeprefix("dataset=") for path in (ARCHIVE / "manifest").iterdir())
    return {dataset_id: registry[dataset_id] for dataset_id in sorted(recorded)}


@cache
def database_name() -> str:
    """The name of the database that this code makes of these pages; the same on every machine."""
    made_of = hashlib.sha256()
    for path in sorted(_files()):
        content = path.read_bytes()
        made_of.update(f"{path.relative_to(REPOSITORY)} {len(content)}\n".encode())
        made_of.update(content)
    return PREFIX + made_of.hexdigest()[:16]


def reading_url(settings: ApiSettings) -> str:
    """Where the API reads the sample."""
    if settings.sandbox_database_url is not None:
        return beside(settings.sandbox_database_url.get_secret_value())
    return beside(api_url(settings))


def building_url(settings: ApiSettings, live_url: str) -> str:
    """The server on which the sandbox is built, as a login that may."""
    given = settings.sandbox_database_url
    return given.get_secret_value() if given is not None else live_url


def beside(url: str, name: str | None = None) -> str:
    """The same server and login, but the sandbox's database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name or database_name()}"))


def _files() -> Iterator[Path]:
    for root in MADE_OF:
        yield from (one for one in ([root] if root.is_file() else root.rglob("*")) if one.suffix in SUFFIXES)
