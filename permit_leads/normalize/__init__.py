"""From a page's rows to permits and rejections: pure, columnar, no clock and no I/O.

Decisions that hold for every publisher:

- One permit per `permit_key`: of its rows on a page the last one, or the one that the declared grain means (`grain`),
  because publishers repeat a permit once per owner, address or contact. A repeat is no rejection;
  `Normalized.repeat_count` counts them, and `conflicts` names permits whose rows differ though no grain is declared.
- A row is fatal (no permit) when its key or permit number is blank, or when it says neither where (address, project
  name) nor what (description). A row whose key is blank and from which not one value can be read is "not a record"
  (footers, placeholder rows): it is listed, not fatal, and says nothing about the publisher's care.
- A value that cannot be what its field says is a rejection, and the field stays null; the raw text is in the archive.
- Owner-builder words ("OWNER (GENERAL)", "HOMEOWNER") are no company: `is_owner_builder` is true, the word moves from
  the company or person to `contractor_trade` when that is blank.
- `county_fips`: published or constant, else by ZIP, else the publisher's own county.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from permit_leads.normalize import address, contractors, geo, grain, mapping, values
from permit_leads.normalize.receipts import mapping_json, published_fields, receipt_columns, receipt_rule
from permit_leads.permit import FIELD_BY_BLDS, PAGE_ROW, PAGE_SHA256, PERMIT_KEY, PERMIT_SCHEMA, REJECTION_SCHEMA
from permit_leads.registry import Dataset

__all__ = ["Normalized", "mapping_json", "normalize", "published_fields", "receipt_columns", "receipt_rule"]

NOT_A_RECORD = "not a record"
PARSED_ELSEWHERE = ("text", "upper", "company", "full_address")  # parses whose text is already the value


@dataclass(frozen=True, slots=True)
class Normalized:
    """What a page came to: permits (PERMIT_SCHEMA, then `is_owner_builder` and `trade_label`) and rejections.

    `repeat_count` is the number of rows that stand for a permit of another row of the same page. `conflicts` are the
    keys of permits whose rows say different things without a declared grain; with one, `ranks` has a rank a permit.
    """

    permits: pl.DataFrame
    rejections: pl.DataFrame
    repeat_count: int = 0
    conflicts: tuple[str, ...] = ()
    ranks: pl.Series | None = None


def normalize(dataset: Dataset, rows: pl.DataFrame, page_sha256: str, today: date) -> Normalized:
    """The permits of one page's rows, and what was refused.

    `rows` is what `read_rows` gives: one String column per publisher's column, a null where nothing was published.
    Replaying the same page with the same `today` gives the same frames.
    """
    texts = _split_addresses(dataset, _raw_frame(dataset, rows, page_sha256))
    texts = texts.with_columns(_fault(dataset).alias("fault"))
    good, faulty = texts.filter(pl.col("fault").is_null()), texts.filter(pl.col("fault").is_not_null())
    if dataset.grain is None:
        chosen = grain.last_of_each(good)
        permits, refused = _type_values(dataset, chosen.rows, today)
    else:
        chosen = grain.Chosen(good)
        permits, refused = _of_grain(dataset, good, today)
    rejections = pl.concat([_fault_rejections(dataset, faulty, today), *refused])
    return Normalized(
        permits=_finish(dataset, permits),
        rejections=rejections.sort(PAGE_ROW, "field"),
        repeat_count=good.height - permits.height,
        conflicts=chosen.conflicts,
        ranks=permits[grain.RANK] if dataset.grain else None,
    )


def _of_grain(dataset: Dataset, texts: pl.DataFrame, today: date) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Typed values and rejections of the row that counts of each permit."""
    typed, refused = _type_values(dataset, texts, today)
    kept = grain.newest_of_each(typed.with_columns(grain.rank_of(dataset, typed, texts)))
    return kept, [lost.join(kept, on=PAGE_ROW, how="semi") for lost in refused]


def _raw_frame(dataset: Dataset, rows: pl.DataFrame, page_sha256: str) -> pl.DataFrame:
    """Key, place in the page, raw text of each mapped field, and the publisher's trade label."""
    cleaned = mapping.clean_columns(mapping.settle_names(dataset, rows))
    present = frozenset(cleaned.columns)
    return cleaned.select(
        mapping.permit_key(dataset, present).alias(PERMIT_KEY),
        pl.lit(page_sha256).alias(PAGE_SHA256),
        PAGE_ROW,
        *(text.alias(name) for name, text in mapping.raw_texts(dataset, present).items()),
        mapping.label_text(dataset.trades, present).alias(mapping.TRADE_LABEL),
        mapping.is_record(dataset, present).alias(mapping.IS_RECORD),
    )


def _split_addresses(dataset: Dataset, texts: pl.DataFrame) -> pl.DataFrame:
    """One-line addresses taken apart; what the publisher says in a column of its own stands above the tail's word."""
    rule = dataset.rule_of("original_address1")
    if rule is None or rule.parse != "full_address":
        return texts
    parts = address.address_parts(texts["original_address1"], dataset.publisher.state, dataset.publisher.city)
    found = texts.select(text="original_address1").join(parts, on="text", how="left", maintain_order="left")
    columns = [found["original_address1"]]
    for name in address.PARTS[1:]:
        published = texts[name] if name in texts.columns else pl.Series(name, [None] * texts.height, dtype=pl.String)
        columns.append(published.zip_with(published.is_not_null(), found[name]).alias(name))
    return texts.with_columns(columns)


def _fault(dataset: Dataset) -> pl.Expr:
    """Why a row is no permit; null where it is one."""
    says = [name for name in ("original_address1", "project_name", "description") if dataset.rule_of(name)]
    return (
        pl.when(~pl.col(mapping.IS_RECORD))
        .then(pl.lit(NOT_A_RECORD))
        .when(pl.col(PERMIT_KEY).is_null())
        .then(pl.lit("a part of the key is blank"))
        .when(pl.col("permit_num").is_null())
        .then(pl.lit("the permit number is blank"))
        .when(~mapping.has_raw_text(says))
        .then(pl.lit("neither an address nor a description"))
    )


def _fault_rejections(dataset: Dataset, faulty: pl.DataFrame, today: date) -> pl.DataFrame:
    """One rejection a faulty row; fatal, unless the key is blank and nothing else in the row is a value either."""
    if faulty.is_empty():
        return pl.DataFrame(schema=REJECTION_SCHEMA)
    values_found, _ = _type_values(dataset, faulty, today)
    is_empty = ~mapping.has_raw_text(dataset_field_names(dataset))
    is_footer = values_found.select(~pl.col(mapping.IS_RECORD) | (is_empty & pl.col(PERMIT_KEY).is_null())).to_series()
    return faulty.select(
        PERMIT_KEY,
        PAGE_SHA256,
        PAGE_ROW,
        pl.lit("permit_num").alias("field"),
        pl.lit(None, pl.String).alias("value"),
        pl.when(is_footer).then(pl.lit(NOT_A_RECORD)).otherwise("fault").alias("reason"),
        (~is_footer).alias("is_fatal"),
    )


def dataset_field_names(dataset: Dataset) -> list[str]:
    """Our names of the fields that the dataset maps."""
    return [FIELD_BY_BLDS[blds].name for blds in dataset.fields]


def _type_values(dataset: Dataset, texts: pl.DataFrame, today: date) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Texts replaced by typed values, and a frame of rejections for each field that has any."""
    rules = {FIELD_BY_BLDS[blds].name: rule for blds, rule in dataset.fields.items()}
    readings = {
        name: values.typed(name, rule, dataset, pl.col(name), today)
        for name, rule in rules.items()
        if rule.parse not in PARSED_ELSEWHERE
    }
    digits = values.digits_only(texts, [name for name in readings if rules[name].parse in values.NUMBER_PARSES])
    typed = digits.with_columns(reading.accepted().alias(name) for name, reading in readings.items())
    refused = []
    for name, reading in readings.items():
        if typed[name].null_count() > texts[name].null_count():
            is_lost = typed[name].is_null() & texts[name].is_not_null()
            reasons = digits.filter(is_lost).with_columns(reading.reason().alias("reason"))["reason"]
            refused.append(_value_rejections(name, texts.filter(is_lost), reasons))
    return typed, refused


def _value_rejections(name: str, lost: pl.DataFrame, reasons: pl.Series) -> pl.DataFrame:
    return lost.select(
        PERMIT_KEY,
        PAGE_SHA256,
        PAGE_ROW,
        pl.lit(name).alias("field"),
        pl.col(name).alias("value"),
        reasons,
        pl.lit(False).alias("is_fatal"),
    )


def _finish(dataset: Dataset, permits: pl.DataFrame) -> pl.DataFrame:
    """Standard words, constants, owner-builders and places filled in; columns in the order of PERMIT_SCHEMA."""
    permits = permits.with_columns(_mapped_columns(dataset, permits))
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in PERMIT_SCHEMA.items() if name not in permits.columns]
    permits = contractors.mark_owner_builders(contractors.part_persons(dataset, permits.with_columns(missing)))
    return _fill_places(dataset, permits).select(*PERMIT_SCHEMA, contractors.OWNER_BUILDER, mapping.TRADE_LABEL)


def _mapped_columns(dataset: Dataset, permits: pl.DataFrame) -> list[pl.Expr]:
    columns = []
    for name, words in mapping.standard_words(dataset).items():
        source = name if name in permits.columns else name.removesuffix("_mapped")
        found = mapping.mapped_words(permits[source], words)
        columns.append(pl.col(source).replace_strict(found, default=None, return_dtype=pl.String).alias(name))
    return columns


def _fill_places(dataset: Dataset, permits: pl.DataFrame) -> pl.DataFrame:
    """Constants, state and county where blank; a point only where both of its numbers stand."""
    constants = {FIELD_BY_BLDS[blds].name: value for blds, value in dataset.constants.items()}
    constants.setdefault("original_state", dataset.publisher.state)
    counties = geo.county_by_zip(permits["original_zip"], dataset.publisher.state)
    by_zip = pl.col("original_zip").replace_strict(counties, default=None, return_dtype=pl.String)
    has_point = pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null()
    filled = {name: pl.col(name).fill_null(value) for name, value in constants.items()}
    own_county = pl.lit(dataset.publisher.county_fips, pl.String)
    county = filled.get("county_fips", pl.coalesce("county_fips", by_zip, own_county))
    points = {name: pl.when(has_point).then(pl.col(name)) for name in ("latitude", "longitude")}
    return permits.with_columns(**{**filled, **points, "county_fips": county})
