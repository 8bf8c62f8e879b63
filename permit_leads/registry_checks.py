"""What pydantic cannot see in a source file: names that do not exist, rules that contradict each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import BaseModel, ValidationError
from rapidfuzz import fuzz, process

from permit_leads.permit import FIELD_BY_BLDS, STATUSES_MAPPED
from permit_leads.registry_facts import find_fact_mistakes
from permit_leads.registry_files import find_file_mistakes
from permit_leads.registry_portals import UNREADABLE, find_portal_mistakes

if TYPE_CHECKING:
    from permit_leads.registry import Columns, Dataset, FieldRule

RECORDED_HOST = ".recorded.invalid"
FIXED_OFFSET = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")
PARSES = {
    "text": ("text", "upper", "company", "zip5", "url", "full_address"),
    "date": ("floating_date", "iso_date", "us_date", "epoch_ms", "excel_date", "month_date"),
    "money": ("usd",),
    "integer": ("integer",),
    "number": ("number", "latitude", "longitude"),
}
ONLY_FOR = {
    "company": "ContractorCompanyName",
    "full_address": "OriginalAddress1",
    "latitude": "Latitude",
    "longitude": "Longitude",
}
STANDARD_WORDS = {
    "StatusCurrentMapped": STATUSES_MAPPED,
    "PermitClassMapped": ("Residential", "Commercial"),
    "WorkClassMapped": ("New", "Existing", "Demolition"),
}
TRADES = (
    "roofing",
    "hvac",
    "plumbing",
    "electrical",
    "solar",
    "pool",
    "remodel",
    "windows_doors",
    "foundation",
    "fence_deck",
    "landscaping_irrigation",
    "demolition",
    "fire_protection",
    "generator_ev",
    "new_home",
    "painting_siding",
    "insulation",
    "septic_well",
    "concrete_paving",
    "sign",
    "garage_carport",
)


def nearest(seen: str, choices: Iterable[str]) -> str:
    """The right name most like the one seen, as a hint to append; empty when nothing is alike."""
    found = process.extractOne(seen, list(choices), scorer=fuzz.WRatio, processor=str.lower, score_cutoff=60)
    return f"; did you mean {found[0]!r}?" if found else ""


def describe_error(error: ValidationError, model: type[BaseModel]) -> str:
    """Every error of the model on its own line: key path, what was seen, what was expected, the nearest right name."""
    return "\n".join(_describe(problem, model) for problem in error.errors())


def _describe(problem: Any, model: type[BaseModel]) -> str:
    location = problem["loc"]
    path = ".".join(str(part) for part in location)
    if problem["type"] == "extra_forbidden":
        return f"{path}: unknown key{nearest(str(location[-1]), _keys_at(model, location[:-1]))}"
    if problem["type"] == "missing":
        return f"{path}: missing; it must be given"
    if path == "protocol" and str(problem["input"]).lower() in UNREADABLE:
        return f"protocol: {UNREADABLE[str(problem['input']).lower()]}"
    if problem["type"] == "literal_error":
        hint = nearest(str(problem["input"]), re.findall(r"'([^']+)'", problem["ctx"]["expected"]))
        return f"{path}: {problem['input']!r} is unknown{hint} (expected {problem['ctx']['expected']})"
    return f"{path}: seen {problem['input']!r}; {problem['msg']}"


def _keys_at(model: Any, location: tuple[Any, ...]) -> list[str]:
    """The keys that the model takes at a place, through tables of models ("fields") and optional models ("trades")."""
    for part in location:
        is_model = isinstance(model, type) and issubclass(model, BaseModel)
        model = model.model_fields[part].annotation if is_model else get_args(model)[-1]
        if get_origin(model) is UnionType:
            model = get_args(model)[0]
    return list(model.model_fields)


def find_mistakes(dataset: Dataset) -> list[str]:
    """All mistakes of one dataset, each as "key path: what was seen, what was expected"."""
    unknown = [*_unknown_fields(dataset)]
    if unknown:  # the other checks look fields up by name
        return unknown
    return [
        *_rule_mistakes(dataset),
        *_column_mistakes(dataset),
        *_value_mistakes(dataset),
        *_trade_mistakes(dataset),
        *_dataset_mistakes(dataset),
        *_zone_mistakes(dataset),
        *find_portal_mistakes(dataset),
        *find_fact_mistakes(dataset),
    ]


def _unknown_fields(dataset: Dataset) -> Iterator[str]:
    for table in ("fields", "values", "constants"):
        for blds in getattr(dataset, table):
            if blds not in FIELD_BY_BLDS:
                yield f"{table}.{blds}: unknown BLDS field{nearest(blds, FIELD_BY_BLDS)}"


def _rule_mistakes(dataset: Dataset) -> Iterator[str]:
    for blds, rule in dataset.fields.items():
        yield from _source_mistakes(f"fields.{blds}", rule)
        yield from _parse_mistakes(f"fields.{blds}", blds, rule)
        yield from _option_mistakes(f"fields.{blds}", rule)
    if "PermitNum" not in dataset.fields:
        yield "fields.PermitNum: missing; every permit has a number"
    if not {"OriginalAddress1", "Description"} & dataset.fields.keys():
        yield "fields: neither OriginalAddress1 nor Description is mapped; a permit needs a where or a what"


def _source_mistakes(path: str, rule: Columns) -> Iterator[str]:
    given = [name for name in ("column", "columns", "first_of", "template") if getattr(rule, name)]
    if len(given) != 1:
        yield f"{path}: seen {given or 'no column'}; give exactly one of column, columns, first_of, template"
    if rule.template is not None and not rule.names:
        yield f"{path}.template: {rule.template!r} names no column; write it as {{COLUMN}} or {{COLUMN:6}}"
    for name, times in Counter(rule.names).items():
        if times > 1:
            yield f"{path}: column {name!r} stands there {times} times"
        if not name.strip():
            yield f"{path}: a column name is blank"


def _parse_mistakes(path: str, blds: str, rule: FieldRule) -> Iterator[str]:
    kind = FIELD_BY_BLDS[blds].kind
    if rule.parse not in PARSES[kind]:
        yield f"{path}.parse: {rule.parse!r} does not give a {kind}; use one of {', '.join(PARSES[kind])}"
    only_for = ONLY_FOR.get(rule.parse, blds)
    if only_for != blds:
        yield f"{path}.parse: {rule.parse!r} is only for {only_for}"
    if kind in ("text", "date") and (rule.minimum is not None or rule.maximum is not None):
        yield f"{path}: minimum and maximum are for numbers and money"


def _option_mistakes(path: str, rule: FieldRule) -> Iterator[str]:
    if rule.minimum is not None and rule.maximum is not None and rule.minimum > rule.maximum:
        yield f"{path}: minimum {rule.minimum:g} is above maximum {rule.maximum:g}"
    if bool(rule.roles) != bool(rule.role_columns) or (rule.roles and len(rule.role_columns) != len(rule.first_of)):
        yield f"{path}: roles go with one of role_columns for each of first_of"
    yield from _pattern_mistakes(f"{path}.extract", rule.extract, group_count=1)


def _pattern_mistakes(path: str, pattern: str | None, group_count: int | None = None) -> Iterator[str]:
    if pattern is None:
        return
    try:
        groups = re.compile(pattern).groups
        pl.select(pl.lit("").str.contains(pattern))
    except (re.error, pl.exceptions.ComputeError) as error:
        yield f"{path}: {pattern!r} is no pattern: {str(error).splitlines()[0]}"
        return
    if group_count is not None and groups != group_count:
        yield f"{path}: {pattern!r} has {groups} groups; give exactly {group_count}"


def _column_mistakes(dataset: Dataset) -> Iterator[str]:
    if not dataset.key:
        yield "key: empty; name the publisher's columns that make one permit"
    for name, times in Counter(dataset.key).items():
        if times > 1 or not name.strip():
            yield f"key: {name!r} stands there {times} times" if name.strip() else "key: a column name is blank"
    seen: dict[tuple[str, str, str | None, tuple[str, ...]], str] = {}
    for blds, rule in dataset.fields.items():
        use = (",".join(rule.names), rule.parse, rule.extract, rule.roles)
        if use in seen and not {blds, seen[use]} & dataset.values.keys():
            yield f"fields.{blds}: column {use[0]!r} already feeds {seen[use]} in the same way"
        seen.setdefault(use, blds)


def _value_mistakes(dataset: Dataset) -> Iterator[str]:
    for blds in STANDARD_WORDS.keys() & dataset.fields.keys() - dataset.values.keys():
        yield f"values.{blds}: missing; a mapped field needs its value map"
    for blds, words in dataset.values.items():
        if not {blds, blds.removesuffix("Mapped")} & dataset.fields.keys():
            yield f"values.{blds}: the field is not mapped{nearest(blds, dataset.fields)}"
        if FIELD_BY_BLDS[blds].kind != "text":
            yield f"values.{blds}: only text fields take a value map"
        lowered = Counter(" ".join(word.lower().split()) for word in words)
        yield from (f"values.{blds}: {word!r} stands there twice" for word, times in lowered.items() if times > 1)
        for word, standard in words.items():
            yield from _word_mistakes(f"values.{blds}.{word!r}", blds, standard)
    for blds, standard in dataset.constants.items():
        if FIELD_BY_BLDS[blds].kind != "text":
            yield f"constants.{blds}: only text fields can be constant"
        yield from _word_mistakes(f"constants.{blds}", blds, standard)


def _word_mistakes(path: str, blds: str, standard: str) -> Iterator[str]:
    known = STANDARD_WORDS.get(blds)
    if known and standard not in known:
        yield f"{path}: {standard!r} is no standard word{nearest(standard, known)} (expected one of {', '.join(known)})"
    if blds == "CountyFips" and not re.fullmatch(r"\d{5}", standard):
        yield f"{path}: {standard!r} is no five-digit county FIPS code"


def _trade_mistakes(dataset: Dataset) -> Iterator[str]:
    if dataset.trades is None:
        return
    yield from _source_mistakes("trades", dataset.trades)
    yield from _pattern_mistakes("trades.extract", dataset.trades.extract, group_count=1)
    if not dataset.trades.values:
        yield "trades.values: empty; leave the table out when the publisher labels no trades"
    for word, trades in dataset.trades.values.items():
        for trade in trades:
            if trade not in TRADES:
                yield f"trades.values.{word!r}: unknown trade {trade!r}{nearest(trade, TRADES)}"


def _dataset_mistakes(dataset: Dataset) -> Iterator[str]:
    host = urlsplit(dataset.url).hostname or ""
    if not dataset.url.startswith(("https://", "http://")) or not host:
        yield f"url: seen {dataset.url!r}; expected an http(s) address"
    if dataset.is_recorded_only != host.endswith(RECORDED_HOST):
        yield f"is_recorded_only: goes with a host under {RECORDED_HOST}, and only with it (seen {host!r})"
    if bool(dataset.index_url) != bool(dataset.index_pattern):
        yield "index_pattern: index_url and index_pattern belong together"
    yield from _file_mistakes(dataset)
    yield from _ckan_mistakes(dataset)
    yield from _cursor_mistakes(dataset)


def _file_mistakes(dataset: Dataset) -> Iterator[str]:
    yield from find_file_mistakes(dataset)
    yield from _pattern_mistakes("index_pattern", dataset.index_pattern)
    yield from _pattern_mistakes("record_pattern", dataset.record_pattern)
    if bool(dataset.record_column) != bool(dataset.record_pattern):
        yield "record_pattern: record_column and record_pattern belong together"


def _ckan_mistakes(dataset: Dataset) -> Iterator[str]:
    if dataset.protocol != "ckan":
        if dataset.sql_search:
            yield f"sql_search: only for protocol 'ckan' (seen {dataset.protocol!r})"
        return
    if "resource_id=" not in dataset.url:
        yield f"url: seen {dataset.url!r}; expected https://<portal>/api/3/action/datastore_search?resource_id=<id>"
    if dataset.date_column and not dataset.sql_search:
        yield "date_column: a datastore gives chosen days only by sql_search; without it leave date_column out"


def _cursor_mistakes(dataset: Dataset) -> Iterator[str]:
    if dataset.soda != "2.1" and dataset.protocol != "socrata":
        yield f"soda: only for protocol 'socrata' (seen {dataset.protocol!r})"
    cursor = dataset.system_cursor
    if cursor is None:
        return
    if dataset.protocol not in ("socrata", "arcgis"):
        yield f"system_cursor: only for protocols 'socrata' and 'arcgis' (seen {dataset.protocol!r})"
    if dataset.protocol == "socrata" and cursor != ":updated_at":
        yield f"system_cursor: seen {cursor!r}; Socrata's own is ':updated_at'"
    if dataset.date_column is None:
        yield "system_cursor: needs date_column; without one every run reads everything"


def _zone_mistakes(dataset: Dataset) -> Iterator[str]:
    needs_zone = [blds for blds, rule in dataset.fields.items() if rule.parse == "epoch_ms"]
    if needs_zone and not dataset.date_zone:
        yield f"date_zone: missing, but fields.{needs_zone[0]} is read as epoch_ms"
    if dataset.date_column and dataset.date_kind not in PARSES["date"]:
        yield f"date_kind: {dataset.date_kind!r} is no date; use one of {', '.join(PARSES['date'])}"
    for path, zone in (("publisher.time_zone", dataset.publisher.time_zone), ("date_zone", dataset.date_zone)):
        if zone and not (path == "date_zone" and FIXED_OFFSET.fullmatch(zone)):
            try:
                ZoneInfo(zone)
            except (KeyError, ValueError, OSError):
                yield f"{path}: {zone!r} is no IANA time zone"
