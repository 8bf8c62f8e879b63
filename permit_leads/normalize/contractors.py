"""Who is named as contractor: a company, a person, or the owner himself."""

from __future__ import annotations

import polars as pl

from permit_leads.registry import Dataset

OWNER_BUILDER = "is_owner_builder"
CONTRACTOR_FIELDS = ("contractor_company_name", "contractor_full_name", "contractor_trade")

# What clerks write where a company should stand when the owner does the work himself. Source: Cary NC
# "OWNER (GENERAL)", Missoula MT "OWNER", Spearfish SD "SELF", Chicago IL "OWNER ACTING AS OWN PLUMBER" and "OWNER AS
# GENERAL CONTRACTOR", Nashville TN "SELF CONTRACTOR RESIDENTIAL (SEE APPLICANT INFORMATION)" (all read 2026-11-23).
OWNER_WORDS = (
    r"(?i)^(?:(?:home ?|property |building )?owner(?:'?s)?(?:[ /-]+(?:acting )?as)?"
    r"(?:[ /-]*(?:own |the |his |general |self )*"
    r"(?:builder|contractor|occupant|occupied|plumber|electrician|architect))?"
    r"(?: ?\(.*\))?|self(?:[ -](?:builder|contractor).*)?)$"
)
# A name with one of these words is a company's. Persons who trade under their bare name are treated as persons.
COMPANY_WORDS = (
    r"(?i)\b(?:l\.?l\.?[cp]|inc|incorporated|corp|corporation|co|compan(?:y|ies)|ltd|limited|l\.?p|p\.?c|p\.?l\.?l\.?c"
    r"|d/?b/?a|t/a|group|enterprises?|const|constr|construction|constructors?|contract(?:ing|ors?)|build(?:ers?|ing|ings)"
    r"|homes?|homebuilders|designs?|develop(?:ment|ments|ers?)|remodel(?:ing|ers?|s)?|renovations?|roof(?:ing|ers?)?|siding"
    r"|exteriors?|interiors?|plumb(?:ing|ers?)|heating|cooling|conditioning|air|hvac|a/c|mechanical|electric(?:al)?"
    r"|electricians?|energy|solar|services?|serv|systems?|solutions?|propert(?:y|ies)|realty|investments?|holdings?"
    r"|partners(?:hip)?|associates?|management|restoration|concrete|masonry|paving|excavat(?:ing|ion)|landscap(?:e|ing)"
    r"|irrigation|pools?|spas?|fenc(?:e|es|ing)|decks|signs?|lighting|windows|doors|glass|garages?|lumber|supply|steel"
    r"|foundations?|fire|protection|sprinklers?|security|alarms?|communications?|wireless|technolog(?:y|ies)|engineer(?:ing|s)"
    r"|industr(?:y|ies|ial)|international|custom|craftsmen|install(?:ation|ations|ers?)|maintenance|repairs?|rooter|sewer"
    r"|septic|drilling|demolition|wrecking|environmental|trust|studio|sons|bros|brothers|architects?|architecture|handym[ae]n"
    r"|city of|county of|universit(?:y|ies)|schools?|authority|department|dept|refrigeration|scaffolding|rehab"
    r"|carports?|exped(?:iting|iters?)|permits?|productions?|carpentry|painting|stone|tile|flooring|insulation|gas|oil)\b"
)


def part_persons(dataset: Dataset, permits: pl.DataFrame) -> pl.DataFrame:
    """Of a column that names companies and persons alike, persons go to contractor_full_name (shown after a claim)."""
    rule = dataset.rule_of("contractor_company_name")
    if rule is None or rule.parse != "company":
        return permits
    name = pl.col("contractor_company_name")
    is_company = name.str.contains(COMPANY_WORDS) | name.str.contains(OWNER_WORDS)
    return permits.with_columns(
        pl.when(is_company).then(name), pl.coalesce("contractor_full_name", pl.when(~is_company).then(name))
    )


def mark_owner_builders(permits: pl.DataFrame) -> pl.DataFrame:
    """`is_owner_builder`: true where the contractor's place says the owner builds, false where it names somebody else.

    The owner's word is neither company nor person: it moves to contractor_trade where that is blank.
    """
    company, person, trade = (pl.col(name) for name in CONTRACTOR_FIELDS)
    flags = permits.select(pl.col(CONTRACTOR_FIELDS).str.contains(OWNER_WORDS).fill_null(False))
    is_owner = flags.max_horizontal()
    names_somebody = pl.any_horizontal(pl.col(CONTRACTOR_FIELDS).is_not_null())
    permits = permits.with_columns(pl.when(names_somebody).then(pl.lit(is_owner)).alias(OWNER_BUILDER))
    if not is_owner.any():
        return permits
    of_company, of_person = (pl.lit(flags[name]) for name in CONTRACTOR_FIELDS[:2])
    word = pl.coalesce(pl.when(of_company).then(company), pl.when(of_person).then(person))
    return permits.with_columns(
        pl.coalesce(trade, word), pl.when(~of_company).then(company), pl.when(~of_person).then(person)
    )
