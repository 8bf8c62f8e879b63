"""Removes files nobody may fetch any more, and says of exports nobody works on that they have failed."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass

from leadledger.exports.making import Workshop
from leadledger.exports.rows import QUERIES
from permit_leads.store import db


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was done."""

    removed_count: int
    forgotten_count: int


def tidy_exports(shop: Workshop) -> Tidied:
    """Safe to repeat, and to end anywhere: what is not noted as removed is removed again."""
    with closing(db.connect(shop.url)) as conn:
        conn.execute(QUERIES["expire"])
        forgotten = conn.execute(QUERIES["fail_forgotten"]).fetchall()
        removable = conn.execute(QUERIES["find_removable"]).fetchall()
        unfinished = {str(export_id) for (export_id,) in conn.execute(QUERIES["find_unfinished"])}
        conn.commit()
        for export_id, account_id in removable:
            for name in shop.files.names(account_id, export_id):
                shop.files.remove(account_id, export_id, name)
            conn.execute(QUERIES["note_removed"], {"export_id": export_id})
            conn.commit()
    for left in shop.folder.glob("*.*"):
        if left.name.partition(".")[0] not in unfinished:
            shutil.rmtree(left, ignore_errors=True)
    return Tidied(len(removable), len(forgotten))
