"""What of a permit may be shown. `null` always means that the publisher does not say."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

Money = Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]{2}$", description="US dollars.", examples=["18400.00"])]


class PermitFields(BaseModel):
    """Every field of a permit that may be shown; names of persons are not among them."""

    permit_num: str
    master_permit_num: str | None
    permit_type: str | None
    permit_type_desc: str | None
    permit_class: str | None
    permit_class_mapped: str | None
    work_class: str | None
    work_class_mapped: str | None
    project_name: str | None
    description: str | None
    applied_date: date | None
    issued_date: date | None
    completed_date: date | None
    expires_date: date | None
    status_date: date | None
    status_current: str | None
    status_current_mapped: str | None
    original_address1: str | None
    original_address2: str | None
    original_city: str | None
    original_state: str | None
    original_zip: str | None
    county_fips: str | None
    latitude: float | None
    longitude: float | None
    pin: str | None
    est_project_cost: Money | None
    total_sq_ft: int | None
    added_sq_ft: int | None
    remodel_sq_ft: int | None
    housing_units: int | None
    contractor_trade: str | None
    contractor_company_name: str | None
    contractor_lic_num: str | None
    contractor_phone: str | None
    link: str | None
