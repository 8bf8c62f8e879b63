"""Brings company names and street addresses to a form in which two spellings of one are equal; nothing is guessed."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+")
LEGAL_FORMS = {
    *("llc", "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "lp", "llp", "pllc"),
    *("pc", "plc", "lc"),
}
SILENT = {"and", "the"}
# USPS Publication 28, appendix C: https://pe.usps.com/text/pub28/28apc_002.htm
STREET_WORDS = {
    "ALLEY": "ALY", "AV": "AVE", "AVENUE": "AVE", "BEND": "BND", "BOULEVARD": "BLVD", "CIRCLE": "CIR", "COURT": "CT",
    "COVE": "CV", "CREEK": "CRK", "CROSSING": "XING", "DRIVE": "DR", "EXPRESSWAY": "EXPY", "FREEWAY": "FWY",
    "HIGHWAY": "HWY", "HILL": "HL", "LANE": "LN", "LOOP": "LOOP", "PARKWAY": "PKWY", "PASS": "PASS", "PLACE": "PL",
    "PLAZA": "PLZ", "POINT": "PT", "ROAD": "RD", "RUN": "RUN", "SQUARE": "SQ", "STREET": "ST", "TERRACE": "TER",
    "TRACE": "TRCE", "TRAIL": "TRL", "WAY": "WAY", "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W",
    "NORTHEAST": "NE", "NORTHWEST": "NW", "SOUTHEAST": "SE", "SOUTHWEST": "SW",
}  # fmt: skip
WRITTEN_IN_TWO_WAYS = {*STREET_WORDS, *STREET_WORDS.values()}
UNITS = {
    "APT",
    "APARTMENT",
    "UNIT",
    "STE",
    "SUITE",
    "BLDG",
    "BUILDING",
    "FL",
    "FLOOR",
    "RM",
    "ROOM",
    "SP",
    "SPC",
    "LOT",
}


def fold_company(name: str) -> str:
    """ "The A&B Roofing Co., L.L.C." to "a b roofing": no case, punctuation, legal form, "and" or "the"."""
    words = [word for word in WORD.findall(_join_initials(name).lower()) if word not in SILENT]
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    return " ".join(words)


def fold_address(address: str) -> str | None:
    """ "4821 North Maple Street #2" to "4821 N MAPLE ST", which is the building; None without a house number."""
    words: list[str] = []
    for word in WORD.findall(address.upper().replace("#", " UNIT ")):
        if words and word in UNITS:
            break
        words.append(STREET_WORDS.get(word, word))
    return " ".join(words) if len(words) > 1 and words[0][:1].isdecimal() else None


def street_words(folded: str) -> str:
    """The words of a folded address that everybody writes in one way: number and name."""
    return " ".join(word for word in folded.split() if word not in WRITTEN_IN_TWO_WAYS)


def fold_licence(number: str) -> str:
    """Upper case, letters and digits of ASCII only, as the tallies keep it."""
    return re.sub(r"[^A-Za-z0-9]+", "", number).upper()


def _join_initials(name: str) -> str:
    """ "L.L.C." is "LLC"; single letters apart otherwise stay apart."""
    return re.sub(r"\b([A-Za-z])\.(?=[A-Za-z]\b)", r"\1", name)
