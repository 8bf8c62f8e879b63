"""Statements about permits of one address or one company."""

from __future__ import annotations

from pathlib import Path

from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
PARTS = {"columns": QUERIES["listed_columns"], "joins": QUERIES["listed_joins"]}
