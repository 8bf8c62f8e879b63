"""What is sold: plans, packs, prices of claims, metropolitan areas, as `plans.toml` says; refused whole when unfit."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FILE = Path(__file__).with_suffix(".toml")
TRIAL, LAPSED = "trial", "lapsed"
NOT_SOLD = frozenset({TRIAL, LAPSED})
Channel = Literal["in_app", "email", "sms", "webhook"]
Area = Literal["metro", "states", "us"]
Positive = Annotated[int, Field(gt=0)]
NotNegative = Annotated[int, Field(ge=0)]
County = Annotated[str, Field(pattern=r"^\d{5}$")]
State = Annotated[str, Field(pattern=r"^\d{2}$")]


class PlansError(Exception):
    """`plans.toml` cannot be used; says where and why."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Terms(_Table):
    """What holds for every account."""

    trial_credits: NotNegative
    trial_days: Positive
    grant_days: Positive
    undo_seconds: NotNegative
    undos_a_day: NotNegative
    duplicate_days: Positive
    promised_days: Positive
    evidence_days: Positive
    exclusive_zip_credits: Positive
    exclusive_zip_days: Positive


class ClaimTerms(_Table):
    """What a claim of one trade costs, in credits."""

    credits: Positive
    seats: Positive
    exclusive_credits: Positive
    exclusive_hours: Positive


class Plan(_Table):
    """What an account may do, and the credits it gets each month."""

    name: str
    cents_a_month: NotNegative
    credits_a_month: NotNegative
    seats: Positive
    channels: list[Channel]
    has_api: bool
    area: Area
    states: list[State] = []

    @model_validator(mode="after")
    def _check_area(self) -> Self:
        if (self.area == "states") != bool(self.states):
            raise ValueError("states are named where area is 'states', and only there")
        return self


class Pack(_Table):
    """Credits bought once."""

    name: str
    credits: Positive
    cents: Positive


class Metro(_Table):
    """A metropolitan area and its counties, as FIPS codes."""

    name: str
    counties: list[County] = Field(min_length=1)


class Catalog(_Table):
    """The whole of `plans.toml`."""

    terms: Terms
    claims: dict[str, ClaimTerms]
    plans: dict[str, Plan]
    packs: dict[str, Pack]
    metros: dict[str, Metro]

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        if "any" not in self.claims:
            raise ValueError("claims.any is missing: the price of every trade without its own")
        for needed in (LAPSED, TRIAL):
            if needed not in self.plans:
                raise ValueError(f"plans.{needed} is missing")
        for name, plan in self.plans.items():
            if (name in NOT_SOLD) != (plan.cents_a_month == 0):
                raise ValueError(f"plans.{name}: cents_a_month is 0 for trial and lapsed, and for no other")
        return self

    @property
    def sold(self) -> dict[str, Plan]:
        """The plans that can be bought, from the smallest on."""
        return {name: plan for name, plan in self.plans.items() if name not in NOT_SOLD}


@cache
def load_catalog(path: Path = FILE) -> Catalog:
    """The catalog of a file.

    Raises:
        PlansError: it is no TOML, or says what cannot be sold.
    """
    try:
        with path.open("rb") as file:
            return Catalog.model_validate(tomllib.load(file))
    except tomllib.TOMLDecodeError as error:
        raise PlansError(f"{path.name} is no TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise PlansError(f"{path.name}: {where}: {first['msg']}") from None
