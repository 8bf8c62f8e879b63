"""The registry: one strict TOML per publisher says everything that differs between publishers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from permit_leads.errors import RegistryError
from permit_leads.permit import FIELD_BY_NAME
from permit_leads.registry_checks import describe_error, find_mistakes
from permit_leads.registry_facts import DisabledStatus, Grain, Jurisdiction, Strict, Volume
from permit_leads.registry_files import Delimiter
from permit_leads.registry_portals import Accela, Paging, Portal
from permit_leads.registry_words import with_general_words

TEMPLATE_PART = re.compile(r"\{([^{}:]+)(?::([1-9]\d?))?\}")
SOURCES_DIR = Path(__file__).parent / "sources"

Protocol = Literal["socrata", "arcgis", "ckan", "csv", "xlsx", "geojson", "html", "accela", "portal"]
Parse = Literal[
    "text",  # trimmed; blank is null
    "upper",  # trimmed, upper case
    "company",  # only for ContractorCompanyName: a name without a word of business goes to contractor_full_name
    "integer",
    "number",
    "usd",  # "$18,400.00", "18400", "1E6"
    "floating_date",  # Socrata: 2014-10-13T00:00:00.000, publisher's own day
    "iso_date",  # 2014-10-13 or 2014/10/13
    "us_date",  # 10/13/2014, 10/13/14, 1/2/14
    "epoch_ms",  # ArcGIS: milliseconds since 1970 UTC, read in `date_zone`
    "excel_date",  # serial day (1900 system) or any text date above
    "month_date",  # "May, 30 2024 00:00:00", "May 30, 2024": the month by its English name
    "zip5",  # five digits out of "78758 4638", "78758-4638", "78758.0"
    "latitude",
    "longitude",
    "url",  # Socrata url object or plain text
    "full_address",  # "2701 E SH 114 SOUTHLAKE TX 76092": its tail also fills city, state and ZIP where blank
]


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


class Columns(Strict):
    """Where a raw text comes from: one `column`, several `columns` joined by `join`, or the first non-blank of some.

    A `template` such as "{TYPE}{YEAR:2}-{NUMBER:6}" puts a number together that the publisher prints in parts: of
    {NAME:6} come the last six characters, with zeros in front. It says nothing where one of its columns is blank.
    """

    column: str | None = None
    columns: tuple[str, ...] = ()
    first_of: tuple[str, ...] = ()
    join: str = " "
    template: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The publisher's columns that are read, in order."""
        if self.template is not None:
            return tuple(name for name, _ in TEMPLATE_PART.findall(self.template))
        return (self.column,) if self.column is not None else self.columns or self.first_of


class FieldRule(Columns):
    """How one BLDS field comes out of the publisher's columns.

    `null_words` are the publisher's ways of saying nothing ("NONE GIVEN", "NA"; case does not matter).
    `strip_prefix` is cut from the front ("Description: "); of `extract`, a pattern with one group, that group is kept.
    `role_columns` stand beside `first_of`: a column counts only where its role holds one of the words of `roles`.
    `minimum`/`maximum` reject values outside the band.
    """

    parse: Parse = "text"
    null_words: tuple[str, ...] = ()
    strip_prefix: str | None = None
    extract: str | None = None
    role_columns: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @property
    def columns_read(self) -> tuple[str, ...]:
        """All columns that decide the value, those of the roles too."""
        return tuple(dict.fromkeys([*self.names, *self.role_columns]))


class TradeLabels(Columns):
    """The publisher's own trade labels: the words of its column(s), trimmed, and the trades they stand for.

    Of `first_of`, the first column counts whose word stands in `values`. Of `extract`, a pattern with one group, that
    group is the word: the middle of the permit's number, for instance.
    """

    values: dict[str, tuple[str, ...]]
    extract: str | None = None


class Dataset(Strict):
    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    title: str
    protocol: Protocol
    url: str
    url_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    is_enabled: bool = True
    disabled_reason: str | None = None
    disabled_status: DisabledStatus | None = None
    disabled_on: date | None = None  # the day that was seen
    verified_on: date | None = None  # the last day somebody saw it answer with permits
    evidence: str | None = None  # who saw that, and where it is written
    jurisdiction: Jurisdiction | None = None
    volume: Volume | None = None
    cadence: str = "0 5 * * *"  # when to look: cron on the publisher's clock, before work begins or rarer
    reconcile_cadence: str = "0 2 * * 0"  # when to read all of it, where that can be asked for; publisher's clock
    is_recorded_only: bool = False  # real rows exist, the publisher's own address does not: only with a simulator
    key: tuple[str, ...]  # the publisher's columns that name one permit
    grain: Grain | None = None  # what a row is where a permit may stand in several; None: a row is a permit
    record_column: str | None = None  # where totals and side tables stand among the records: a row is a record only
    record_pattern: str | None = None  # where this column matches this pattern; other rows are "not a record"
    date_column: str | None = None  # the publisher's column that a window filters by; None: every run fetches all
    date_kind: Parse = "floating_date"  # how that column is written
    date_zone: str | None = None  # for epoch_ms: IANA name or a fixed offset such as "-06:00"
    soda: Literal["2.1", "3.0"] = "2.1"  # socrata: 3.0 is asked only with a token (SOCRATA_APP_TOKEN), else 2.1
    system_cursor: str | None = None  # the column in which the portal itself says when it wrote a row: ":updated_at"
    # (socrata), the edit date (arcgis). A sync then reads rows of other days too that were written since the last one,
    touched_limit: Annotated[int, Field(ge=1)] = 20_000  # unless there are more: then everything was replaced
    order: tuple[str, ...] = ()  # unique columns to page by; protocol default (:id, OBJECTID) when empty
    where: str | None = None  # constant extra filter in the publisher's dialect
    sql_search: bool = False  # ckan: the portal lets everybody use datastore_search_sql, so that days can be chosen
    page_size: Annotated[int, Field(ge=1)] = 10_000
    spacing_seconds: Annotated[float, Field(ge=0)] = 1.0
    overlap_days: Annotated[int, Field(ge=0)] = 14
    backfill_days: Annotated[int, Field(ge=1)] = 365
    freshness_hours: Annotated[int, Field(ge=1)] = 72
    rejection_limit: Annotated[float, Field(ge=0, le=1)] = 0.01
    withdrawal_limit: Annotated[float, Field(ge=0, le=1)] = 0.05  # share of permits that may vanish in one reconcile
    is_rolling: bool = False  # the publisher drops its oldest rows: those are not taken for withdrawn
    encoding: str = "utf-8"
    delimiter: Delimiter = ","  # csv
    zip_member: str | None = None  # the file is a ZIP: pattern on the name of the one member that holds the rows
    header: tuple[str, ...] = ()  # csv without a header row: its column names
    sheets: tuple[str, ...] = ()  # xlsx: sheet names (exact); empty: every sheet with the header
    header_names: tuple[str, ...] = ()  # xlsx, html: columns that must stand in the header row, to find it
    paging: Paging | None = None  # html: how the pages follow each other; None: one page
    empty_pattern: str | None = None  # html: the words of a page that has no table because there are no rows
    domains: dict[str, dict[str, str]] = Field({})  # arcgis: coded column -> code -> name; gives "<column> name"
    accela: Accela | None = None
    portal: Portal | None = None
    date_format: str = "%Y-%m-%d"  # how days stand for $since and $until, or in a layer's column of text
    window_days: Annotated[int, Field(ge=1)] | None = (
        None  # at most so many days in one question (html, accela, portal, arcgis)
    )
    index_url: str | None = None  # page that links the files, when names are irregular
    index_pattern: str | None = None  # regular expression on the links of that page
    column_aliases: dict[str, str] = Field({})  # drifting header spelling -> the name used in `fields`
    fields: dict[str, FieldRule]  # BLDS name -> rule
    values: dict[str, dict[str, str]] = Field({})  # BLDS name of a mapped field -> raw word -> standard word
    status_words: Literal["own", "general"] = "own"  # general: those of registry_words are added to StatusCurrentMapped
    constants: dict[str, str] = Field({})  # BLDS name -> value that holds for the whole dataset (state, city)
    trades: TradeLabels | None = None
    publisher: Publisher

    def rule_of(self, field_name: str) -> FieldRule | None:
        """The rule of one of our fields; a mapped field with only a value map has the rule of its raw twin."""
        blds = FIELD_BY_NAME[field_name].blds
        if blds in self.fields or blds not in self.values:
            return self.fields.get(blds)
        return self.fields.get(blds.removesuffix("Mapped"))


def resolved_url(dataset: Dataset, environ: Mapping[str, str]) -> str:
    """The address to ask: the one in `url_env` when that variable is set, else the one of the TOML.

    Raises:
        RegistryError: the variable holds something that is no http(s) address (its value is not shown).
    """
    override = environ.get(dataset.url_env, "").strip() if dataset.url_env else ""
    if override and not override.startswith(("http://", "https://")):
        raise RegistryError(f"{dataset.url_env}: expected an address that begins with https:// or http://")
    return override or dataset.url


def load_source(path: Path) -> list[Dataset]:
    """The datasets of one publisher's TOML.

    Raises:
        RegistryError: names the file, the key, what was seen and the nearest right name.
    """
    document = _read_toml(path)
    tables = document.pop("dataset", None)
    publisher = document.pop("publisher", None)
    if document:
        raise RegistryError(f"{path.name}: {next(iter(document))}: unknown table; expected [publisher] and [[dataset]]")
    if not isinstance(publisher, dict) or not isinstance(tables, list) or not tables:
        raise RegistryError(f"{path.name}: expected one [publisher] and at least one [[dataset]]")
    return [_parse_dataset(path, position, table, publisher) for position, table in enumerate(tables)]


def load_registry(directory: Path = SOURCES_DIR) -> dict[str, Dataset]:
    """All datasets by id, in order of file name; read again only after a file was changed.

    Raises:
        RegistryError: a file is wrong, or two datasets share an id.
    """
    files = [(path, path.stat()) for path in sorted(directory.rglob("*.toml"))]
    return dict(_load_files(tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in files)))


@lru_cache(maxsize=2)
def _load_files(files: tuple[tuple[Path, int, int], ...]) -> dict[str, Dataset]:
    registry: dict[str, Dataset] = {}
    origin: dict[str, str] = {}
    for path, _, _ in files:
        for dataset in load_source(path):
            if dataset.id in registry:
                raise RegistryError(f"{path.name}: dataset.id: {dataset.id!r} is already taken by {origin[dataset.id]}")
            registry[dataset.id], origin[dataset.id] = dataset, path.name
    return registry


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryError(f"{path.name}: not valid TOML: {error}") from error


def _parse_dataset(path: Path, position: int, table: object, publisher: dict[str, Any]) -> Dataset:
    name = table.get("id", position) if isinstance(table, dict) else position
    where = f"{path.name}: dataset[{name}]"
    if not isinstance(table, dict) or "publisher" in table:
        raise RegistryError(f"{where}: expected a [[dataset]] table without a key named publisher")
    try:
        dataset = Dataset.model_validate({**with_general_words(table), "publisher": publisher})
    except ValidationError as error:
        raise RegistryError(f"{where}: {describe_error(error, Dataset)}") from error
    mistakes = find_mistakes(dataset)
    if mistakes:
        raise RegistryError("\n".join(f"{where}: {mistake}" for mistake in mistakes))
    return dataset
