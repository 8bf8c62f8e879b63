"""Is the work still to be had? Who is named on the permit, for which trade, and whether the permit is over.

A permit of a trade that names a company is work already sold. What is left is work of owner-builders, trades that a
general contractor has yet to hire, and trades that follow. docs/decisions says why, and what this cannot know.
"""

from __future__ import annotations

import polars as pl

from permit_leads.permit import PERMIT_KEY
from permit_leads.registry import Dataset
from permit_leads.score.features import CLOSED_STATUSES, whole_words
from permit_leads.score.model import Model

CONTRACTOR_FIELDS = ("ContractorCompanyName", "ContractorFullName", "ContractorLicNum")
# A frame for other work: whoever is named on such a permit holds the whole of it, and may need other trades.
GENERAL_TRADES = ("new_home", "remodel")
# A column the normalizer adds where it knows; frames without it are read by the other signs alone.
OWNER_BUILDER = "is_owner_builder"
COLUMN = pl.col
IS_DIRECT = pl.col("kind") == "direct"


def names_contractors(dataset: Dataset) -> bool:
    """True where the publisher has a column for the contractor: only then an empty one means that nobody is named."""
    return any(name in dataset.fields for name in CONTRACTOR_FIELDS)


def is_owner(model: Model) -> pl.Expr:
    """True where the owner builds: marked so, named in place of a company, named twice, or said in the description."""
    named = COLUMN("contractor_company_name").str.contains(whole_words(model.words["owner"], whole_text=True))
    twice = COLUMN("contractor_company_name").is_null() & (COLUMN("contractor_full_name") == COLUMN("owner_name"))
    said = COLUMN("description").str.contains(whole_words(model.words["owner_in_text"]))
    marked = COLUMN(OWNER_BUILDER).fill_null(False)
    return pl.any_horizontal(marked, *(fact.fill_null(False) for fact in (named, twice, said)))


def holder(model: Model) -> pl.Expr:
    """The company that holds the permit; "" for a person; null where nobody but the owner is named."""
    nobody = whole_words((*model.words["nobody"], *model.words["owner"]), whole_text=True)
    company = COLUMN("contractor_company_name")
    named = pl.when(~company.str.contains(nobody)).then(company)
    person = pl.when(company.is_null() & COLUMN("contractor_full_name").is_not_null()).then(pl.lit(""))
    return pl.when(~COLUMN("is_owner")).then(pl.coalesce(named, person))


def is_closed(model: Model) -> pl.Expr:
    """True where the publisher's status, or a completion date, says that the work is over or dead."""
    word = COLUMN("status_current").str.contains(whole_words(model.words["closed"]))
    mapped = COLUMN("status_current_mapped")
    by_status = pl.when(mapped.is_not_null()).then(mapped.is_in(CLOSED_STATUSES)).otherwise(word).fill_null(False)
    return by_status | COLUMN("completed_date").is_not_null()


def company_trades(companies: pl.Series, model: Model) -> pl.DataFrame:
    """(company, trade, is_of_trade) for every company whose name holds a word of a trade."""
    words = [(word, trade) for trade, named in model.company_words.items() for word in named]
    table = pl.DataFrame(words, schema={"word": pl.String, "trade": pl.String}, orient="row")
    names = companies.unique().drop_nulls().to_frame("company")
    spoken = names.with_columns(word=COLUMN("company").str.to_lowercase().str.extract_all("[a-z/]+"))
    found = spoken.explode("word", empty_as_null=False, keep_nulls=False).join(table, on="word")
    return found.select("company", "trade", is_of_trade=pl.lit(True)).unique()


def with_openness(leads: pl.DataFrame, model: Model, *, is_published: bool) -> pl.DataFrame:
    """Adds openness and the rule behind it; asks for kind, trade, evidence, is_closed and company.

    `is_published` is false where the publisher never names contractors: then nobody knows who holds the work, and
    no lead is called open.
    """
    counted = leads.with_columns(
        direct_count=IS_DIRECT.sum().over(PERMIT_KEY),
        is_general=(IS_DIRECT & COLUMN("trade").is_in(GENERAL_TRADES)).any().over(PERMIT_KEY),
    ).join(company_trades(leads["company"], model), on=["company", "trade"], how="left", maintain_order="left")
    rule = counted.with_columns(openness_rule=_rule(is_published=is_published))
    return rule.with_columns(openness=COLUMN("openness_rule").replace({"unknown": "likely"}))


def _rule(*, is_published: bool) -> pl.Expr:
    own = COLUMN("evidence").str.starts_with("label: ") | COLUMN("trade").is_in(GENERAL_TRADES)
    holds_it = COLUMN("is_of_trade").fill_null(False) | (IS_DIRECT & (own | (COLUMN("direct_count") == 1)))
    nobody = "open" if is_published else "unknown"
    return (
        pl.when("is_closed")
        .then(pl.lit("closed"))
        .when("is_owner")
        .then(pl.lit("open"))
        .when(COLUMN("company").is_null())
        .then(pl.lit(nobody))
        .when(holds_it)
        .then(pl.lit("taken"))
        .when(IS_DIRECT | COLUMN("is_general"))
        .then(pl.lit("likely"))
        .otherwise(pl.lit("open"))
    )
