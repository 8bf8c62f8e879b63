"""The canonical permit: BLDS terms in snake_case, and what each of them means.

Source: BLDS core permits dataset requirements (open-data-standards/permitdata.org, wiki).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

Kind = Literal["text", "date", "money", "integer", "number"]

DTYPES: dict[Kind, pl.DataType] = {
    "text": pl.String(),
    "date": pl.Date(),
    "money": pl.Decimal(14, 2),
    "integer": pl.Int64(),
    "number": pl.Float64(),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a permit: our name, BLDS's name, how it is typed, and whether it names a person."""

    name: str
    blds: str
    kind: Kind
    comment: str
    is_personal: bool = False


# fmt: off
FIELDS: tuple[Field, ...] = (
    Field("permit_num", "PermitNum", "text", "The publisher's permit number, as written."),
    Field("master_permit_num", "MasterPermitNum", "text", "Number of the permit this one hangs under."),
    Field("permit_type", "PermitType", "text", "The publisher's permit type, as written."),
    Field("permit_type_desc", "PermitTypeDesc", "text", "The publisher's wording of the permit type."),
    Field("permit_class", "PermitClass", "text", "The publisher's property class, as written."),
    Field("permit_class_mapped", "PermitClassMapped", "text", "Residential or Commercial; null when not published."),
    Field("work_class", "WorkClass", "text", "The publisher's kind of work (New, Remodel, Change Out), as written."),
    Field("work_class_mapped", "WorkClassMapped", "text", "New, Existing or Demolition; null when not published."),
    Field("project_name", "ProjectName", "text", "Project name or permit location, as written."),
    Field("description", "Description", "text", "What is to be done, in the publisher's words."),
    Field("applied_date", "AppliedDate", "date", "Day of application in the publisher's calendar."),
    Field("issued_date", "IssuedDate", "date", "Day of issue in the publisher's calendar."),
    Field("completed_date", "CompletedDate", "date", "Day of completion in the publisher's calendar."),
    Field("expires_date", "ExpiresDate", "date", "Day of expiry in the publisher's calendar."),
    Field("status_date", "StatusDate", "date", "Day of the last status change in the publisher's calendar."),
    Field("status_current", "StatusCurrent", "text", "The publisher's status word, as written."),
    Field("status_current_mapped", "StatusCurrentMapped", "text",
          "Application Accepted, In Review, Permit Issued, Inspection Phase, Permit Finaled or Permit Cancelled."),
    Field("original_address1", "OriginalAddress1", "text", "Street address of the work."),
    Field("original_address2", "OriginalAddress2", "text", "Unit, suite or building."),
    Field("original_city", "OriginalCity", "text", "City of the work."),
    Field("original_state", "OriginalState", "text", "Two-letter state of the work."),
    Field("original_zip", "OriginalZip", "text", "Five-digit ZIP of the work."),
    Field("county_fips", "CountyFips", "text", "Five-digit county FIPS code: published, or by ZIP, or the dataset's."),
    Field("latitude", "Latitude", "number", "Degrees north, WGS 84."),
    Field("longitude", "Longitude", "number", "Degrees east, WGS 84."),
    Field("pin", "PIN", "text", "Parcel number, as written."),
    Field("est_project_cost", "EstProjectCost", "money", "Declared cost of the work in US dollars."),
    Field("total_sq_ft", "TotalSqFt", "integer", "Existing square feet."),
    Field("added_sq_ft", "AddedSqFt", "integer", "Square feet added or built new."),
    Field("remodel_sq_ft", "RemodelSqFt", "integer", "Square feet remodelled or repaired."),
    Field("housing_units", "HousingUnits", "integer", "Housing units of the permit."),
    Field("contractor_trade", "ContractorTrade", "text", "The contractor's trade as the publisher gives it."),
    Field("contractor_company_name", "ContractorCompanyName", "text", "Company named on the permit."),
    Field("contractor_full_name", "ContractorFullName", "text", "Person named as contractor.", is_personal=True),
    Field("contractor_lic_num", "ContractorLicNum", "text", "Licence number of the contractor."),
    Field("contractor_phone", "ContractorPhone", "text", "Business telephone printed as the contractor's."),
    Field("applicant_name", "ApplicantName", "text", "Applicant; may be a person.", is_personal=True),
    Field("owner_name", "OwnerName", "text", "Owner; may be a person.", is_personal=True),
    Field("link", "Link", "text", "The publisher's own page of this permit."),
)
# fmt: on

FIELD_BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
FIELD_BY_BLDS: dict[str, Field] = {field.blds: field for field in FIELDS}

# Identity and provenance travel beside the fields in every frame of permits.
PERMIT_KEY = "permit_key"  # natural key of the dataset, parts joined by "|"
PAGE_SHA256 = "page_sha256"  # sha-256 (hex) of the archived page the row stands in
PAGE_ROW = "page_row"  # zero-based position of the row in that page

PERMIT_SCHEMA: dict[str, pl.DataType] = {
    PERMIT_KEY: pl.String(),
    PAGE_SHA256: pl.String(),
    PAGE_ROW: pl.Int32(),
    **{field.name: DTYPES[field.kind] for field in FIELDS},
}

REJECTION_SCHEMA: dict[str, pl.DataType] = {
    PERMIT_KEY: pl.String(),
    PAGE_SHA256: pl.String(),
    PAGE_ROW: pl.Int32(),
    "field": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "is_fatal": pl.Boolean(),  # true: the whole row is no permit; false: only this field is left empty
}

STATUSES_MAPPED: tuple[str, ...] = (
    "Application Accepted",
    "In Review",
    "Permit Issued",
    "Inspection Phase",
    "Permit Finaled",
    "Permit Cancelled",
)
