"""Brings what `plans.toml` says into the database, where prices are read from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from leadledger.plans import Catalog
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


def write_catalog(conn: psycopg.Connection[Any], catalog: Catalog) -> None:
    """Write the whole catalog in one transaction; a plan or metro that is no longer named stays for who has it."""
    with conn.transaction(), conn.cursor() as rows:
        rows.execute(QUERIES["write_terms"], catalog.terms.model_dump())
        names = ["*" if trade == "any" else trade for trade in catalog.claims]
        rows.execute(QUERIES["forget_claim_terms"], {"trades": names})
        for name, terms in zip(names, catalog.claims.values(), strict=True):
            rows.execute(QUERIES["write_claim_terms"], {"trade": name, **terms.model_dump()})
        rows.execute(QUERIES["stop_selling"])
        sold = catalog.sold
        for place, (name, plan) in enumerate(catalog.plans.items()):
            values = {"plan": name, "place": place, "is_sold": name in sold, **plan.model_dump()}
            rows.execute(QUERIES["write_plan"], values)
        rows.execute(QUERIES["forget_packs"], {"packs": list(catalog.packs)})
        for name, pack in catalog.packs.items():
            rows.execute(QUERIES["write_pack"], {"pack": name, **pack.model_dump()})
        for name, metro in catalog.metros.items():
            rows.execute(QUERIES["write_metro"], {"metro": name, **metro.model_dump()})
