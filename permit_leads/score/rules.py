"""From facts to points: what each fact adds, and the reasons as they are stored."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from permit_leads.permit import PERMIT_KEY
from permit_leads.score.features import NUMBER_EVIDENCE, TEXT_EVIDENCE, area, permit_features, remark_words
from permit_leads.score.model import BASE, Model
from permit_leads.score.openness import OWNER_BUILDER, holder, is_closed, is_owner, with_openness

EVIDENCE_CHARS = 80
COLUMN = pl.col
NO_EVIDENCE = pl.lit("null")
JSON = "json:"


def permit_parts(permits: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Per permit: what openness asks for, the points of the permit's own facts, and those reasons as JSON."""
    if OWNER_BUILDER not in permits.columns:
        permits = permits.with_columns(pl.lit(None, pl.Boolean).alias(OWNER_BUILDER))
    known = permits.with_columns(
        is_owner=is_owner(model), area=area(), remark_words=remark_words(permits["description"], model)
    )
    known = _with_json(known, TEXT_EVIDENCE.values())
    values = permit_features(model)
    facts = known.with_columns(**{f"@{group}": value for group, value in values.items()}, company=holder(model))
    reasons = [reason(model, group, COLUMN(f"@{group}"), _evidence(group)) for group in values]
    return facts.select(
        PERMIT_KEY,
        "is_owner",
        "company",
        "status_current",
        is_closed=is_closed(model),
        rank_date=pl.coalesce("issued_date", "applied_date", "status_date"),
        permit_points=pl.sum_horizontal(points(model, group, COLUMN(f"@{group}")) for group in values),
        permit_reasons=pl.concat_str(reasons, separator=",", ignore_nulls=True),
    )


def lead_parts(trades: pl.DataFrame, permits: pl.DataFrame, model: Model, *, is_published: bool) -> pl.DataFrame:
    """Per lead: openness, total points, and all reasons as JSON; order of `trades` kept."""
    leads = trades.join(permit_parts(permits, model), on=PERMIT_KEY, maintain_order="left")
    facts = with_openness(leads, model, is_published=is_published).with_columns(
        base=pl.concat_str("trade", pl.lit("."), "kind"),
        certainty=_certainty(),
        scope=_scope(),
        holder=pl.when("is_closed").then("status_current").otherwise("company"),
    )
    facts = _with_json(facts, ["holder", "evidence"])
    own_points = [_base_points(model), *(points(model, group, COLUMN(column)) for group, column, _ in OWN_GROUPS)]
    own_reasons = [reason(model, group, COLUMN(column), seen) for group, column, seen in OWN_GROUPS]
    permit_reasons = pl.when(COLUMN("permit_reasons") != "").then("permit_reasons")
    reasons = pl.concat_str([_base_reason(model), *own_reasons, permit_reasons], separator=",", ignore_nulls=True)
    return facts.with_columns(
        points=pl.sum_horizontal(*own_points, "permit_points").cast(pl.Int32),
        reasons=pl.concat_str(pl.lit("["), reasons, pl.lit("]")),
    )


def points(model: Model, group: str, value: pl.Expr) -> pl.Expr:
    """Points of a group's value; none for a value the score card does not know."""
    table = {name: rule.points for name, rule in model.rules[group].items()}
    return value.replace_strict(table, default=0, return_dtype=pl.Int32)


def reason(model: Model, group: str, value: pl.Expr, evidence: pl.Expr) -> pl.Expr:
    """`["group.value",points,evidence]`, the evidence being JSON; null where the value adds nothing."""
    table = {name: f'["{group}.{name}",{rule.points},' for name, rule in model.rules[group].items() if rule.points}
    opening = value.replace_strict(table, default=None, return_dtype=pl.String)
    return pl.concat_str(opening, evidence, pl.lit("]"))


def json_texts(texts: pl.Series) -> pl.Series:
    """JSON strings of at most EVIDENCE_CHARS characters; what JSON would have to escape reads as a blank.

    Each distinct text is written once: statuses, classes and companies repeat.
    """
    distinct = texts.unique().drop_nulls()
    plain = distinct.str.slice(0, EVIDENCE_CHARS).str.replace_all(r'[\x00-\x1f\x7f"\\]', " ")
    written = pl.select(pl.concat_str(pl.lit('"'), plain, pl.lit('"'))).to_series()
    return texts.replace_strict(distinct, written, default=None, return_dtype=pl.String).fill_null("null")


def json_number(number: pl.Expr) -> pl.Expr:
    """A number as a JSON string, digit for digit."""
    return pl.concat_str(pl.lit('"'), number.cast(pl.String), pl.lit('"')).fill_null("null")


# Groups that depend on the trade: (group of the score card, column of its value, evidence).
OWN_GROUPS = (
    ("openness", "openness_rule", COLUMN(JSON + "holder")),
    ("certainty", "certainty", COLUMN(JSON + "evidence")),
    ("scope", "scope", NO_EVIDENCE),
)


def _with_json(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Beside each of these columns its values as JSON, named with JSON in front."""
    return frame.with_columns(json_texts(frame[column]).alias(JSON + column) for column in columns)


def _evidence(group: str) -> pl.Expr:
    if group in TEXT_EVIDENCE:
        return COLUMN(JSON + TEXT_EVIDENCE[group])
    return json_number(COLUMN(NUMBER_EVIDENCE[group])) if group in NUMBER_EVIDENCE else NO_EVIDENCE


def _certainty() -> pl.Expr:
    """How the trade became known: the word before the colon of the evidence, if the permit itself said it."""
    told = {source: COLUMN("evidence").str.starts_with(f"{source}: ") for source in ("label", "words", "type")}
    return pl.coalesce(pl.when(is_told).then(pl.lit(source)) for source, is_told in told.items())


def _base_points(model: Model) -> pl.Expr:
    return COLUMN("base").replace_strict(_base_values(model), return_dtype=pl.Int32)


def _base_reason(model: Model) -> pl.Expr:
    """The starting points always stand among the reasons, also when they are 0."""
    table = {name: f'["{BASE}.{name}",{value},null]' for name, value in _base_values(model).items()}
    return COLUMN("base").replace_strict(table, return_dtype=pl.String)


def _base_values(model: Model) -> dict[str, int]:
    direct = {f"{trade}.direct": base.direct for trade, base in model.base.items()}
    return direct | {f"{trade}.adjacent": base.adjacent for trade, base in model.base.items()}


def _scope() -> pl.Expr:
    alone = (COLUMN("kind") == "direct") & (COLUMN("direct_count") == 1)
    return pl.when(alone).then(pl.lit("single")).when(COLUMN("direct_count") >= 4).then(pl.lit("many"))
