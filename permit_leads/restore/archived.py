"""Rows of a daily archive file, each proved: its cells are what their columns say, its id and its hash fit them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from permit_leads.export.archived import ARCHIVE_VERSION, COLUMNS, IDENTITY, PAGE
from permit_leads.permit import DTYPES, FIELDS, Kind
from permit_leads.restore.belongings import read_former_leads, read_leads, read_trades
from permit_leads.restore.faults import BadFile, Reject
from permit_leads.restore.records import Record
from permit_leads.search import search_words
from permit_leads.selection import suggest
from permit_leads.store.copying import array_text
from permit_leads.store.identity import content_hashes, permit_ids
from permit_leads.suppress import MARK, TEXTS

LINE = "line"
MARKS = {"archive_version", "content_hash"}
STAGED = (
    *(LINE, "dataset_id", "permit_id", "permit_key", "version", "content_hash", "page_sha256", "page_row"),
    *("first_recorded_at", "recorded_at", "withdrawn_reason", *PAGE, *(field.name for field in FIELDS)),
    *("trades", "search_words", "leads", "former_leads"),
)
REQUIRED = (*(name for name in IDENTITY if name != "withdrawn_reason"), "permit_num")
COUNTS = ("version", "page_row", "page_status", "page_row_count", "page_byte_count")
INSTANTS = ("recorded_at", "first_recorded_at", "page_fetched_at")
WORDS: dict[Kind, str] = {"text": "text", "date": "day", "money": "amount", "integer": "number", "number": "number"}
PLAIN: dict[Kind, str] = {
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "money": r"^-?[0-9]{1,12}\.[0-9]{2}$",
    "integer": r"^-?[0-9]{1,18}$",
    "number": r"^-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?$",
}
INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$"
QUOTED = r"^'+(?:[=+\-@\t\r\n＝＋－＠]|\z)"
INT4, INT8 = 2**31 - 1, 2**63 - 1
REASON = "reason"
EDITED = "its fields are not those that were archived (content_hash differs); was the file edited, or saved again?"


@dataclass(frozen=True, slots=True)
class Checked:
    """The good rows of a batch as the staging table takes them, and why the others are not."""

    rows: pl.DataFrame
    rejects: list[Reject]


def check_header(path: Path, header: Sequence[str]) -> None:
    """Refuse a file of another kind, one with columns that this version does not know, or without one that it needs.

    Raises:
        BadFile: names the columns.
    """
    if not MARKS.issubset(header):
        raise BadFile(f"{path}: {_other_kind(header)}")
    unknown = [name for name in header if name not in COLUMNS]
    missing = [name for name in COLUMNS if name not in header]
    if unknown:
        advice = "it was written by a newer version; update this one first"
        raise BadFile(f"{path}: this version does not know its columns {', '.join(map(repr, unknown))}; {advice}")
    if missing:
        raise BadFile(
            f"{path}: the columns {', '.join(missing)} are gone; expected all {len(COLUMNS)} of an archive file"
        )


def _other_kind(header: Sequence[str]) -> str:
    """What the file is instead of an archive file, and what to do."""
    if {"permit_id", "page_sha256"} <= set(header):
        advice = "restore the day's archived_permits_YYYYMMDD.csv instead"
        return f"is a file of --formats, which leaves out names of persons and hashes, so it cannot be proved; {advice}"
    seen = ", ".join(header)[:200]
    advice = "for a publisher's own file name its source: --source ID"
    return f"is no archive file of ours (its columns: {seen}); {advice}"


def check_batch(path: Path, header: Sequence[str], records: Sequence[Record], known: Collection[str]) -> Checked:
    """The records of a batch; `known` are the datasets that a row may be of.

    Raises:
        BadFile: a row is of another dataset, or of a newer version of the format.
    """
    rejects = [
        Reject(record.line, None, None, f"has {len(record.cells)} cells, the header has {len(header)}")
        for record in records
        if len(record.cells) != len(header)
    ]
    texts = _texts(header, [record for record in records if len(record.cells) == len(header)])
    _check_whole(path, texts, known)
    typed = _typed(texts)
    reasons = _fault(texts, typed)
    good, bad = texts.filter(reasons.is_null()), texts.with_columns(reasons).filter(reasons.is_not_null())
    typed = typed.filter(reasons.is_null())
    good, hurt = _prove(good, typed)
    for frame in (bad, hurt):
        rejects += [Reject(*row) for row in frame.select(LINE, "dataset_id", "permit_key", REASON).rows()]
    return Checked(good.select(STAGED), rejects)


def _texts(header: Sequence[str], records: Sequence[Record]) -> pl.DataFrame:
    """The cells as they were before the file was written: the quotes of text that could run are gone."""
    columns = list(zip(*(record.cells for record in records), strict=True)) or [()] * len(header)
    frame = pl.DataFrame([pl.Series(name, cells, pl.String) for name, cells in zip(header, columns, strict=True)])
    cell = pl.all()
    unquoted = pl.when(cell.str.contains(QUOTED)).then(cell.str.slice(1)).when(cell != "").then(cell)
    lines = pl.Series(LINE, [record.line for record in records], pl.Int64)
    return frame.with_columns(unquoted.name.keep()).insert_column(0, lines)


def _check_whole(path: Path, texts: pl.DataFrame, known: Collection[str]) -> None:
    """What one row alone shows of the whole file."""
    versions = texts["archive_version"].cast(pl.Int64, strict=False)
    if (versions > ARCHIVE_VERSION).any():
        line, found = texts.filter(versions > ARCHIVE_VERSION).select(LINE, "archive_version").row(0)
        raise BadFile(
            f"{path}: line {line} is of archive version {found}, this version reads {ARCHIVE_VERSION}; update"
        )
    strange = texts.filter(pl.col("dataset_id").is_not_null() & ~pl.col("dataset_id").is_in(list(known)))
    if strange.is_empty():
        return
    line, name = strange.select(LINE, "dataset_id").row(0)
    if len(known) == 1:
        raise BadFile(f"{path}: wrong jurisdiction: line {line} is of {name!r}, --source says {next(iter(known))!r}")
    raise BadFile(
        f"{path}: line {line} is of {name!r}, which no file under permit_leads/sources knows{suggest(name, known)}"
    )


def _typed(texts: pl.DataFrame) -> pl.DataFrame:
    """The same cells as values; null where a cell is not what its column says."""
    counts = [_plain(name, PLAIN["integer"]).cast(pl.Int64, strict=False) for name in COUNTS]
    instants = [
        _plain(name, INSTANT).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6fZ", time_unit="us", time_zone="UTC", strict=False)
        for name in INSTANTS
    ]
    return texts.select(*counts, *instants, *(_value(field.name, field.kind) for field in FIELDS))


def _plain(name: str, pattern: str) -> pl.Expr:
    return pl.when(pl.col(name).str.contains(pattern)).then(pl.col(name)).alias(name)


def _value(name: str, kind: Kind) -> pl.Expr:
    if kind == "text":
        return pl.col(name)
    if kind == "date":
        return _plain(name, PLAIN[kind]).str.to_date("%Y-%m-%d", strict=False)
    return _plain(name, PLAIN[kind]).cast(DTYPES[kind], strict=False)


def _fault(texts: pl.DataFrame, typed: pl.DataFrame) -> pl.Series:
    """Why a row cannot be read; null where it can."""
    words = {field.name: WORDS[field.kind] for field in FIELDS if field.kind != "text"}
    words |= dict.fromkeys(COUNTS, "number") | dict.fromkeys(INSTANTS, "instant")
    lost = [
        _because(typed[name].is_null() & texts[name].is_not_null(), name, f"is no {word}")
        for name, word in words.items()
    ]
    newest = datetime.now(UTC) + timedelta(days=1)
    return texts.select(
        pl.coalesce(
            *(pl.when(pl.col(name).is_null()).then(pl.lit(f"{name} is empty")) for name in REQUIRED),
            *lost,
            _because(pl.Series(typed["version"] < 1) | (typed["version"] > INT4), "version", "is no version"),
            _because((typed["page_row"] < 0) | (typed["page_row"] > INT4), "page_row", "is no row of a page"),
            _because(typed["recorded_at"] > newest, "recorded_at", "lies in the future"),
            _because(typed["first_recorded_at"] > typed["recorded_at"], "first_recorded_at", "comes after recorded_at"),
            _unless(r"^[0-9a-f]{64}$", "page_sha256", "is no sha-256"),
            _unless("^(true|false)$", "is_searchable", "is neither true nor false"),
            pl.when(pl.col("archive_version") != str(ARCHIVE_VERSION)).then(pl.lit("archive_version is not 1")),
            *(pl.when(pl.col(name).is_null() & pl.col("page_url").is_not_null()).then(pl.lit(f"{name} is empty"))
              for name in PAGE[1:-1]),
        ).alias(REASON)
    ).to_series()  # fmt: skip


def _is_redacted() -> pl.Expr:
    """Whether something was taken out on request: the hash is that of what the publisher said, and proves no more."""
    marked = (pl.col(name).str.contains(MARK, literal=True).fill_null(False) for name in TEXTS)
    return pl.any_horizontal(*marked)


def _because(is_wrong: pl.Series, name: str, what: str) -> pl.Expr:
    return pl.when(pl.lit(is_wrong.fill_null(False))).then(pl.format("{} {} {}", pl.lit(name), name, pl.lit(what)))


def _unless(pattern: str, name: str, what: str) -> pl.Expr:
    seen = pl.format("{} {} {}", pl.lit(name), pl.col(name).str.slice(0, 80), pl.lit(what))
    return pl.when(~pl.col(name).str.contains(pattern)).then(seen)


def _prove(texts: pl.DataFrame, typed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows whose id and hash are those of their dataset, key and fields, and whose rest can be read; and the others."""
    ids = [part.select(LINE, id=permit_ids(name, part["permit_key"])) for (name,), part in texts.group_by("dataset_id")]
    expected = pl.concat([pl.DataFrame(schema={LINE: pl.Int64, "id": pl.String}), *ids])
    proved = texts.join(expected, on=LINE, how="left", maintain_order="left").with_columns(
        content_hashes(typed).alias("hash"),
        read_trades(texts["trades"]).alias("trades_read"),
        read_leads(texts["permit_id"], texts["leads"]).alias("leads_read"),
        read_former_leads(texts["permit_id"], texts["former_leads"]).alias("former_leads_read"),
        search_words().alias("words"),
    )
    reason = pl.coalesce(
        pl.when(pl.col("permit_id") != pl.col("id")).then(
            pl.lit("permit_id is not that of its dataset and permit_key")
        ),
        pl.when(
            (pl.col("content_hash").str.replace_all("-", "", literal=True) != pl.col("hash")) & ~_is_redacted()
        ).then(pl.lit(EDITED)),
        *(
            pl.when(pl.col(name).is_not_null() & pl.col(f"{name}_read").is_null()).then(
                pl.lit(f"{name} cannot be read")
            )
            for name in ("trades", "leads", "former_leads")
        ),
        pl.when(pl.col("leads").is_null() != pl.col("trades").is_null()).then(
            pl.lit("trades and leads do not go together")
        ),
    )
    proved = proved.with_columns(reason.alias(REASON))
    words = pl.when(pl.col("is_searchable") == "true").then(pl.col("words")).otherwise(pl.lit([], pl.List(pl.String)))
    good = proved.filter(pl.col(REASON).is_null()).with_columns(
        array_text(pl.col("trades_read").fill_null([])).alias("trades"),
        array_text(words).alias("search_words"),
        pl.col("leads_read").alias("leads"),
        pl.col("former_leads_read").fill_null("[]").alias("former_leads"),
    )
    return good, proved.filter(pl.col(REASON).is_not_null())
