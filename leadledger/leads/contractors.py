"""What permits say of one company, whatever the spelling of its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.errors import InvalidParameter, NotFound
from leadledger.leads.coverage import Snapshot, cover_datasets
from leadledger.leads.folding import fold_company, fold_licence
from leadledger.leads.permit_list_models import ContractorQuestion
from leadledger.leads.permit_lists import PARTS, QUERIES
from leadledger.leads.places import county_name
from leadledger.validation import nearest
from permit_leads.normalize.trades import trade_labels
from permit_leads.search import query_words
from permit_leads.suppress import MARK

LABELS = trade_labels()
LOOKED_THROUGH = 50_000
PARTS_OF_IT = ("names", "licences", "trades", "counties", "months")


def describe_contractor(conn: Connection, snapshot: Snapshot, asked: ContractorQuestion) -> dict[str, Any]:
    """ContractorProfile.

    Raises:
        InvalidParameter: neither name nor licence is given.
        NotFound: no permit names such a company.
    """
    licence_key = fold_licence(asked.contractor_lic_num) if asked.contractor_lic_num else None
    folds = _find_folds(conn, asked, licence_key)
    values: dict[str, Any] = {
        "word_lists": sorted({" ".join(query_words(fold)) for fold in folds}),
        "limit": LOOKED_THROUGH,
        "licence_key": licence_key,
    }
    with conn.cursor(row_factory=dict_row) as cursor:
        candidates = cursor.execute(QUERIES["find_names"], values).fetchall()
        values["names"] = [
            name
            for name in (one["contractor_company_name"] for one in candidates)
            if fold_company(name) in folds and MARK not in name
        ]
        row = cursor.execute(QUERIES["profile"], values).fetchone() if values["names"] else None
        if row is None or row["permit_count"] == 0:
            raise _not_found(asked, candidates)
        listed = cursor.execute(QUERIES["list_permits"].format(**PARTS), {"permit_ids": row["newest_ids"]}).fetchall()
    looked_through = sum(one["permit_count"] for one in candidates)
    return _describe(snapshot, min(folds), row, listed) | {"is_cut_off": looked_through >= LOOKED_THROUGH}


def _find_folds(conn: Connection, asked: ContractorQuestion, licence_key: str | None) -> set[str]:
    """The names to look for: the one given, or those the licence stands beside."""
    if asked.name:
        return {fold_company(asked.name)}
    if licence_key is None:
        raise InvalidParameter("neither name nor contractor_lic_num is given; expected one of them", field="name")
    rows = conn.execute(QUERIES["find_licensed"], {"licence_key": licence_key}).fetchall()
    folds = {fold_company(name) for (name,) in rows if MARK not in name}
    if not folds:
        raise NotFound("no permit prints this licence number beside a company", field="contractor_lic_num")
    return folds


def _not_found(asked: ContractorQuestion, candidates: Sequence[Mapping[str, Any]]) -> NotFound:
    if asked.name is None:
        return NotFound("no permit prints this licence number beside a company", field="contractor_lic_num")
    meant = nearest(asked.name, [one["contractor_company_name"] for one in candidates])
    hint = f"; did you mean '{meant}'?" if meant else ""
    return NotFound(f"no permit names such a company{hint}", field="name")


def _describe(
    snapshot: Snapshot, name: str, row: Mapping[str, Any], listed: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    parts = {part: row[part] or [] for part in PARTS_OF_IT}
    plain = {field: value for field, value in row.items() if field not in (*PARTS_OF_IT, "dataset_ids", "newest_ids")}
    silent = [
        one["dataset_id"]
        for one in snapshot.datasets
        if one["last_success"] is not None and "contractor_company_name" in one["not_published_fields"]
    ]
    return {
        "name": name,
        **plain,
        **parts,
        "trades": [{**one, "trade_label": LABELS.get(one["trade"], one["trade"])} for one in parts["trades"]],
        "counties": [{**one, "county_name": county_name(one["county_fips"])} for one in parts["counties"]],
        "newest_permits": listed,
        "coverage": cover_datasets(snapshot, set(row["dataset_ids"])),
        "silent_dataset_ids": silent,
    }
