"""One person who does not exist, and the places where a publisher could print him: synthetic, in real recorded rows."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tests.integration.run.town import Town

REQUEST = {
    "kind": "deletion",
    "name": "Zebedee Quillfeather",
    "phone": "(212) 555-0137",
    "email": "zebedee@quillfeather.example",
    "address": "4711 Quagmire Court",
    "contact_email": "counsel@law.example",
    "note": "He asks to be forgotten.",
}
NEEDLES = ("zebedee", "quillfeather", "quagmire", "555-0137", "555.0137", "555 0137", "5550137")
EVERYTHING = (
    "for Zebedee Q. Quillfeather, 4711 QUAGMIRE CT {zip}, (212)555-0137x2, 212.555.0137, zebedee@quillfeather.example"
)
CURSOR = re.compile(r'"[a-z_]*cursor": ?"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Print:
    """What a publisher prints: at his home, where he is the contractor, and in a row that names him in every text."""

    dataset_id: str
    host: str
    zip: str
    key: str
    date: str
    home: Mapping[str, str | None]
    contractor: Mapping[str, str | None]
    texts: tuple[str, ...]

    @property
    def request(self) -> dict[str, str]:
        """What he asks for."""
        return {**REQUEST, "zip": self.zip}

    def plant(self, town: Town, mark: str = "") -> None:
        """Put him into the first three rows."""
        everything = EVERYTHING.format(zip=self.zip) + mark
        table = town.resource.table
        for row, values in enumerate((self.home, self.contractor, dict.fromkeys(self.texts, everything))):
            filled = {name: text and text.format(everything=everything, mark=mark) for name, text in values.items()}
            table = table.changed([row], {name: pl.lit(text, pl.String) for name, text in filled.items()})
        town.resource.table = table


AUSTIN = Print(
    dataset_id="austin_issued_permits",
    host="data.austintexas.gov",
    zip="78704",
    key="permit_number",
    date="issue_date",
    home={
        "original_address1": "4711 QUAGMIRE CT",
        "permit_location": "4711 QUAGMIRE CT, ZEBEDEE QUILLFEATHER RESIDENCE",
        "original_zip": "78704",
        "description": "Re-roof {everything}",
        "applicant_full_name": "QUILLFEATHER, ZEBEDEE",
        "applicant_org": "Zebedee Quillfeather",
        "applicant_phone": "2125550137",
        "applicant_address1": "4711 Quagmire Court",
        "contractor_company_name": None,
        "contractor_full_name": None,
        "contractor_phone": None,
        "tcad_id": "0137 4711 QUAGMIRE",
        "legal_description": "Quagmire Addition, Quillfeather tract",
        "link": '{{"url":"https://publisher.example/permit?owner=Zebedee%20Quillfeather&at=4711%20Quagmire%20Ct"}}',
    },
    contractor={
        "contractor_company_name": "QUILLFEATHER ZEBEDEE A",
        "contractor_full_name": "Zebedee Quillfeather",
        "contractor_phone": "1 (212)555-0137",
        "contractor_address1": "4711 QUAGMIRE CT",
        "contractor_zip": "78704",
        "description": "Water heater, bill to 4711 Quagmire Ct, Zebedee Quillfeather{mark}",
    },
    texts=(
        *("permit_class", "work_class", "permit_location", "description", "status_current", "tcad_id"),
        *("contractor_trade", "contractor_company_name", "contractor_full_name", "contractor_phone"),
        *("applicant_full_name", "applicant_org", "legal_description", "permit_type_desc"),
        *("total_job_valuation", "housing_units", "condominium"),
    ),
)
NEW_YORK = Print(
    dataset_id="nyc_dob_now_permits",
    host="data.cityofnewyork.us",
    zip="11215",
    key="tracking_number",
    date="issued_date",
    home={
        "house_no": "4711",
        "street_name": "QUAGMIRE COURT",
        "zip_code": "11215",
        "job_description": "Roofing {everything}",
        "work_type": "Plumbing",
        "owner_name": "ZEBEDEE QUILLFEATHER",
        "owner_business_name": "Zebedee Quillfeather",
        "owner_street_address": "4711 QUAGMIRE COURT",
        "owner_zip_code": "11215",
        "applicant_first_name": "ZEBEDEE",
        "applicant_middle_name": "Q",
        "applicant_last_name": "QUILLFEATHER",
        "applicant_business_name": None,
        "permit_status": "Permit Issued",
        "bbl": "4711-QUAGMIRE",
    },
    contractor={
        "applicant_first_name": "Zebedee Quimby",
        "applicant_last_name": "Quillfeather",
        "applicant_business_name": "Quillfeather, Zebedee",
        "applicant_business_address": "4711 Quagmire Ct",
        "applicant_license": "PE 0042",
        "job_description": "Plumbing by Quillfeather, Zebedee of 4711 Quagmire Court{mark}",
        "filing_representative_first_name": "Zebedee",
        "filing_representative_last_name": "Quillfeather",
    },
    texts=(
        *("job_description", "filing_reason", "permit_status", "apt_condo_no_s", "bbl", "borough"),
        *("owner_name", "owner_business_name", "applicant_business_name", "permittee_s_license_type"),
        *("work_on_floor", "estimated_job_costs", "applicant_license"),
    ),
)


def traces(text: str, *own: str) -> list[str]:
    """What of him stands in a text, cursors opened; what the asker himself said may come back."""
    opened = " ".join([text, *map(_open, CURSOR.findall(text))]).casefold()
    said = " ".join(own).casefold()
    return [needle for needle in NEEDLES if needle in opened and needle not in said]


def _open(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor + "===").decode("utf-8", "replace")
    except binascii.Error:
        return ""
