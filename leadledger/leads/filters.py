"""What a caller may ask the list of leads for."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import Annotated, Literal

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from leadledger.leads.cursor import CURSOR_PATTERN
from leadledger.validation import nearest
from permit_leads.normalize.trades import trade_labels

ISO_DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
HIGHEST_COST = 1_000_000_000_000
TRADES = list(trade_labels())
OPEN: tuple[Literal["open", "likely"], ...] = ("open", "likely")


def check_trade(trade: str) -> str:
    """A trade we know.

    Raises:
        ValueError: names the nearest one.
    """
    if trade not in TRADES:
        meant = nearest(trade, TRADES)
        raise ValueError(f"no such trade; did you mean '{meant}'?" if meant else "no such trade; see /api/trades")
    return trade


def check_day(day: object) -> object:
    """Only YYYY-MM-DD; a bare number would otherwise pass as seconds since 1970.

    Raises:
        ValueError: it is written otherwise.
    """
    if isinstance(day, str) and not ISO_DAY.match(day):
        raise ValueError("expected a day such as 2026-03-08")
    return day


Trade = Annotated[str, AfterValidator(check_trade), WithJsonSchema({"type": "string", "enum": TRADES})]
Fips = Annotated[str, Field(pattern=r"^[0-9]{5}$")]
Zip = Annotated[str, Field(pattern=r"^[0-9]{5}$")]
Day = Annotated[date, BeforeValidator(check_day), WithJsonSchema({"type": "string", "format": "date"})]
Score = Annotated[int, Field(ge=0, le=100)]
Dollars = Annotated[int, Field(ge=0, le=HIGHEST_COST)]
Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*[A-Za-z0-9][^\x00]*$")]
CursorText = Annotated[str, Field(pattern=CURSOR_PATTERN, max_length=400)]
Openness = Literal["open", "likely", "taken", "closed"]


class LeadFilter(BaseModel):
    """The query of GET /api/leads; what is not given does not narrow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trade: list[Trade] = Field(
        default=[], max_length=len(TRADES), description="Trades, any of them; repeat it.", examples=[["roofing"]]
    )
    county: list[Fips] = Field(
        default=[], max_length=50, description="County FIPS codes, any of them; repeat it.", examples=[["48453"]]
    )
    zip: list[Zip] = Field(
        default=[], max_length=100, description="Five-digit ZIPs, any of them; repeat it.", examples=[["78704"]]
    )
    min_score: Score | SkipJsonSchema[None] = Field(
        default=None, description="Lowest score, as of today.", examples=[60]
    )
    min_cost: Dollars | SkipJsonSchema[None] = Field(
        default=None,
        description="Lowest declared cost, in whole US dollars; permits without one are left out.",
        examples=[10_000],
    )
    issued_since: Day | SkipJsonSchema[None] = Field(
        default=None, description="First day of issue, in the publisher's calendar.", examples=["2026-11-01"]
    )
    q: Words | SkipJsonSchema[None] = Field(
        default=None,
        description="Words that all stand in description, type, address, number or company; endings do not matter.",
        examples=["tear off shingles"],
    )
    openness: list[Openness] = Field(
        default=list(OPEN), min_length=1, max_length=4, description="How far the work is still to be had; repeat it."
    )
    kind: Literal["direct", "adjacent"] | SkipJsonSchema[None] = Field(
        default=None, description="direct: the permit is for the trade; adjacent: the trade usually follows."
    )
    cursor: CursorText | SkipJsonSchema[None] = Field(
        default=None, description="next_cursor of the page before, with the same filter."
    )
    limit: int = Field(default=25, ge=1, le=100, description="Leads a page.")

    def fingerprint(self) -> str:
        """Equal for equal questions, whatever the order of repeats; a cursor belongs to one."""
        asked = self.model_dump(mode="json", exclude={"cursor", "limit"})
        canonical = {name: sorted(set(value)) if isinstance(value, list) else value for name, value in asked.items()}
        return hashlib.blake2b(orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
