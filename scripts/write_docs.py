"""Writes what comes out of the code: data dictionary, sources, openapi.json, .env.example and the table of ZIPs.

`--check` writes nothing and fails when one of them is not what the code says today.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from leadledger.app import build_app
from leadledger.database import Database
from leadledger.settings import ApiSettings
from permit_leads.normalize.geo import ZIPS_CSV
from permit_leads.permit import FIELDS
from permit_leads.registry import Dataset, load_registry
from permit_leads.settings import Settings
from scripts.zip_list import render_zips

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = "Written by `make docs`; edit the code it comes from."
# Read by `make up` alone, or by the web app, so no settings class has them.
OTHER_VARIABLES = {
    "DEMO": "`make up` only: 0 fetches from the publishers themselves instead of the simulator.",
    "FRONTEND_PORT": "`make up` only: port of the web app (3000).",
    "STRIPE_SIMULATOR_PORT": "`make up` only: port of the simulated Stripe (8802).",
    "SIMULATOR_PORT": "`make up` only: port of the publisher simulator (8801).",
    "LEADLEDGER_API_URL": "`python -m leadledger.mcp` only: the API it asks (http://127.0.0.1:8000).",
    "LEADLEDGER_API_KEY": "`python -m leadledger.mcp` only: the account's API key, with the scope read.",
    "TEST_DATABASE_URL": "Tests only: a server where databases may be created, instead of the embedded one.",
}


def main(arguments: Sequence[str]) -> int:
    """Write all documents, or with --check name those that are out of date; the exit status is 0 when none is."""
    stale = [path for path, render in DOCUMENTS.items() if not _is_current(path, render())]
    if "--check" not in arguments:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(DOCUMENTS[path](), encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")
        return 0
    for path in stale:
        print(f"{path.relative_to(ROOT)} is out of date; run `make docs`", file=sys.stderr)
    return 1 if stale else 0


def render_data_dictionary() -> str:
    """Every field of a permit, from permit_leads.permit.FIELDS."""
    remark = {True: " Personal.", False: ""}
    rows = [f"| `{f.name}` | `{f.blds}` | {f.kind} | {f.comment}{remark[f.is_personal]} |" for f in FIELDS]
    head = ["# Data dictionary", "", f"{WRITTEN} (permit_leads/permit.py)", ""]
    note = ["A null always means that the publisher does not say. Personal fields are not shown before a claim.", ""]
    return "\n".join([*head, *note, "| field | BLDS | kind | meaning |", "|---|---|---|---|", *rows, ""])


def render_sources() -> str:
    """Every dataset of the registry."""
    datasets = sorted(load_registry().values(), key=lambda dataset: (dataset.publisher.state, dataset.id))
    head = ["# Sources", "", f"{WRITTEN} (permit_leads/sources)", ""]
    table = [
        "| dataset | publisher | state | protocol | address | licence | state of it |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *table, *(_describe_source(dataset) for dataset in datasets), ""])


def render_openapi() -> str:
    """The API's own description, without starting anything."""
    app = build_app(ApiSettings(), {"live": Database("postgresql://127.0.0.1:1/none")})
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def render_environment() -> str:
    """Every variable anybody reads, with what it means; nothing is set."""
    lines = [
        "# Copy to .env and set what differs from the embedded default. Everything is optional.",
        f"# {WRITTEN}",
        "",
    ]
    for title, model in (("the ETL, and everything else", Settings), ("the API", ApiSettings)):
        own = {
            name: field
            for name, field in model.model_fields.items()
            if model is Settings or name not in Settings.model_fields
        }
        lines += [f"# --- {title} ---", *(line for field in own.values() for line in _describe_variable(field))]
    lines += ["# --- addresses of publishers ---"]
    for dataset in load_registry().values():
        if dataset.url_env:
            lines += [f"# Address of {dataset.id} instead of the registry's.", f"#{dataset.url_env}=", ""]
    lines += ["# --- make up, agents, tests ---"]
    for name, comment in OTHER_VARIABLES.items():
        lines += [f"# {comment}", f"#{name}=", ""]
    return "\n".join(lines)


def _describe_source(dataset: Dataset) -> str:
    publisher = dataset.publisher
    if not dataset.is_enabled:
        state = f"off: {dataset.disabled_reason}"
    else:
        state = "recorded rows only" if dataset.is_recorded_only else "on"
    licence = publisher.licence.name or "not published"
    cells = (f"`{dataset.id}`", publisher.name, publisher.state, dataset.protocol, dataset.url, licence, state)
    return f"| {' | '.join(cells)} |"


def _describe_variable(field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    if not isinstance(alias, AliasChoices):
        raise TypeError(f"a setting without its variable's name: {field}")
    return [f"# {field.description}", f"#{alias.choices[0]}=", ""]


def _is_current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


DOCUMENTS: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "data-dictionary.md": render_data_dictionary,
    ROOT / "docs" / "sources.md": render_sources,
    ROOT / "docs" / "openapi.json": render_openapi,
    ROOT / ".env.example": render_environment,
    ZIPS_CSV: render_zips,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
