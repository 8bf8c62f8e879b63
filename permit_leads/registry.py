"""The registry: one strict TOML per publisher says everything that differs between publishers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Protocol = Literal["socrata", "arcgis", "csv", "xlsx"]
Parse = Literal[
    "text",  # trimmed; blank is null
    "upper",  # trimmed, upper case
    "integer",
    "number",
    "usd",  # "$18,400.00", "18400", "1E6"
    "floating_date",  # Socrata: 2014-10-13T00:00:00.000, publisher's own day
    "iso_date",  # 2014-10-13 or 2014/10/13
    "us_date",  # 10/13/2014, 10/13/14, 1/2/14
    "epoch_ms",  # ArcGIS: milliseconds since 1970 UTC, read in `date_zone`
    "excel_date",  # serial day (1900 system) or any text date above
    "zip5",  # five digits out of "78758 4638", "78758-4638", "78758.0"
    "latitude",
    "longitude",
    "url",  # Socrata url object or plain text
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Licence(Strict):
    name: str | None = None
    url: str | None = None
    read_on: date | None = None
    attribution: str | None = None
    is_resale_ok: bool | None = None


class Publisher(Strict):
    name: str
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    city: str | None = None
    county_fips: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    time_zone: str
    licence: Licence = Licence()


class FieldRule(Strict):
    """How one BLDS field comes out of the publisher's columns.

    One `column`, or several `columns` joined by `join`; the first non-blank of `first_of`. `null_words` are the
    publisher's ways of saying nothing ("NONE GIVEN", "NA"). `minimum`/`maximum` reject values outside the band.
    """

    column: str | None = None
    columns: tuple[str, ...] = ()
    first_of: tuple[str, ...] = ()
    join: str = " "
    parse: Parse = "text"
    null_words: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


class TradeLabels(Strict):
    """The publisher's own trade labels: the words of `column` (exact, trimmed) and the trades they stand for."""

    column: str
    values: dict[str, tuple[str, ...]]


class Dataset(Strict):
    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    title: str
    protocol: Protocol
    url: str
    url_env: str | None = None
    is_enabled: bool = True
    disabled_reason: str | None = None
    is_recorded_only: bool = False  # real rows exist, the publisher's own address does not: only with a simulator
    key: tuple[str, ...]  # the publisher's columns that name one permit
    date_column: str | None = None  # the publisher's column that a window filters by; None: every run fetches all
    date_kind: Parse = "floating_date"  # how that column is written
    date_zone: str | None = None  # for epoch_ms: IANA name or a fixed offset such as "-06:00"
    order: tuple[str, ...] = ()  # unique columns to page by; protocol default (:id, OBJECTID) when empty
    where: str | None = None  # constant extra filter in the publisher's dialect
    page_size: int = 10_000
    spacing_seconds: float = 1.0
    overlap_days: int = 14
    backfill_days: int = 365
    freshness_hours: int = 72
    rejection_limit: float = 0.01
    encoding: str = "utf-8"
    header: tuple[str, ...] = ()  # csv without a header row: its column names
    sheets: tuple[str, ...] = ()  # xlsx: sheet names (exact); empty: every sheet with the header
    header_names: tuple[str, ...] = ()  # xlsx: columns that must stand in the header row, to find it
    index_url: str | None = None  # page that links the files, when names are irregular
    index_pattern: str | None = None  # regular expression on the links of that page
    column_aliases: dict[str, str] = {}  # drifting header spelling -> the name used in `fields`
    fields: dict[str, FieldRule]  # BLDS name -> rule
    values: dict[str, dict[str, str]] = {}  # BLDS name of a mapped field -> raw word -> standard word
    constants: dict[str, str] = {}  # BLDS name -> value that holds for the whole dataset (state, city)
    trades: TradeLabels | None = None
    publisher: Publisher
