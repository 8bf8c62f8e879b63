"""A page as Austin's portal gives it: synthetic rows, among them what must never be shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from permit_leads.page import Page

ROWS = [
    {"permit_number": "P-0", "permittype": "BP", "description": "Patio", "issue_date": "2026-11-20T00:00:00.000"},
    {
        "permit_number": "P-1",
        "permittype": "MP",
        "permit_type_desc": "Mechanical Permit",
        "description": "Replace furnace, call (512) 555-0100",
        "work_class": "Change Out",
        "issue_date": "2026-11-21T00:00:00.000",
        "status_current": "Active",
        "original_address1": "1 EXAMPLE ST",
        "original_zip": "78704",
        "total_job_valuation": "18400",
        "contractor_company_name": "EXAMPLE BUILDERS LLC",
        "contractor_full_name": "PERSON CONTRACTOR",
        "applicant_full_name": "PERSON APPLICANT",
        "applicant_phone": "512 555 0101",
        "link": {"url": "https://publisher.example.test/permit/1"},
    },
    {"permit_number": "P-2", "permittype": "PP", "description": "Repipe", "issue_date": "2026-11-22T00:00:00.000"},
]  # fmt: skip
ROWS_BODY = json.dumps(ROWS).encode()


def rows_page() -> Page:
    """The page as the ETL would have received it."""
    return Page(
        kind="rows",
        url="https://publisher.example.test/resource/zzzz-0001.json",
        method="GET",
        request_body=None,
        status=200,
        headers={"Content-Type": "application/json"},
        body=ROWS_BODY,
        fetched_at=datetime.now(UTC),
        elapsed_ms=12,
        row_count=len(ROWS),
    )
