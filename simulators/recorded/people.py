"""Tells a company from a person in a contractor or owner column, so that only company names are kept.

When in doubt the name is withheld: a company called by its owner's plain name is lost, no person is shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

WITHHELD = "[name withheld]"
FREQUENT = 5  # rows


def _whole_words(file_name: str) -> re.Pattern[str]:
    words = (Path(__file__).parent / file_name).read_text("utf-8").split()
    return re.compile(r"(?<![a-z0-9])(?:" + "|".join(map(re.escape, words)) + r")(?![a-z0-9])", re.IGNORECASE)


_COMPANY = _whole_words("company_words.txt")  # stand in company names, not in names of persons
_DOUBTFUL = _whole_words("doubtful_words.txt")  # companies have them, but persons are called Wood, Wells or Church too
_LEGAL_FORM = re.compile(
    r"^\W*(?:l\.?l\.?c|inc|l\.?t\.?d|l\.?p|l\.?l\.?p|p\.?l\.?l\.?c|co|corp|company|p\.?c)\b\.?.*$", re.IGNORECASE
)
_DOING_BUSINESS_AS = re.compile(r"\b(?:d\.?/?b\.?/?a\.?)\b:?\s*", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"(?:owner( \(general\))?|self( contractor.*)?|tenant|vacant|none|n/?a|not provided|tbd|unknown|[js]r\.?|\W+)$",
    re.IGNORECASE,
)
_PERSONAL_TRUST = re.compile(r"^(?!.*\bbank\b).*\btrust$|\b(?:family|living|revocable)\s+trust\b", re.IGNORECASE)
_INITIAL = re.compile(r"^\S+ \S+ [A-Z]\.?$|^\S+ [A-Z]\.? \S+$")  # "WEST RUTH M", "Ruth M. West"
_PARTS = re.compile(
    r"\s*%\s*|\bc/o\b|\s*\|\s*|\s*-\s+|\s+-\s*|(?<=LLC)-|(?<=[a-z]{6})-(?=[a-z]+ [a-z]+$)|\b(?:d/?b/?a)\b\s*",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[/#+@!]|\d|'s\b|\bby\b")


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Given names and surnames that stand before the comma of "person, company" cells, in lower case.

    `frequent` are second halves that stand in many cells, as only companies' do.
    """

    given: frozenset[str] = frozenset()
    family: frozenset[str] = frozenset()
    frequent: frozenset[str] = frozenset()

    def touches(self, name: str) -> bool:
        """Whether any word of the name is a known given name or surname."""
        return any(word in self.given or word in self.family for word in _words(name))


def collect_names(cells: Iterable[str]) -> KnownNames:
    """Names of persons out of "person, company" cells whose second half is surely a company; repeats count."""
    given, family = set(), set()
    counted = Counter(cells)
    seconds: Counter[str] = Counter()
    for cell, count in counted.items():
        person, _, company = cell.partition(",")
        seconds[company.strip(" ,").lower()] += count
        words = _words(person)
        if len(words) > 1 and has_company_word(company) and not has_company_word(person):
            given.add(words[0])
            family.add(words[-1])
    return KnownNames(
        given=frozenset(word for word in given if len(word) > 2),
        family=frozenset(word for word in family if len(word) > 2),
        frequent=frozenset(company for company, count in seconds.items() if company and count >= FREQUENT),
    )


def has_company_word(name: str) -> bool:
    """Whether the name holds a word or a legal form that names of persons do not have."""
    return bool(_COMPANY.search(name) or _LEGAL_FORM.match(name))


def is_company(name: str, known: KnownNames) -> bool:
    """Whether the name is surely no person's: a company word, or a doubtful word or sign and no known name."""
    if has_company_word(name):
        return True
    if _PERSONAL_TRUST.search(name) or _INITIAL.match(name):
        return False
    plain = _DOUBTFUL.sub(" ", name)
    return (plain != name or bool(_SIGNS.search(name))) and not known.touches(plain)


def split_contact(published: str | None, known: KnownNames) -> tuple[str | None, str | None]:
    """A "person, company" cell as (company or None, WITHHELD if a person is named or may be named, else None)."""
    text = " ".join((published or "").split()).strip(" ")
    if not text.strip(" ,"):
        return None, None
    if text.endswith(",") and (not has_company_word(text) or _words(text)[0] in known.given):  # "person, no company"
        return None, WITHHELD
    text = text.strip(" ,")
    before, is_trade_name, after = _partition_trade_name(text)
    if is_trade_name:
        company = after if _is_safe(after, before, known) else _company_part(before, known)
        return company, WITHHELD
    company = _company_part(text, known)
    kept = _drop_persons(company, known) if company else None
    return (None if kept == WITHHELD else kept), None if kept == text else WITHHELD


def _company_part(text: str, known: KnownNames) -> str | None:
    person, _, rest = (part.strip() for part in text.partition(","))
    if not rest or _LEGAL_FORM.match(rest) or has_company_word(person):
        return text if is_company(text, known) else None
    return rest if _is_safe(rest, person, known) else None


def _is_safe(company: str, person: str, known: KnownNames) -> bool:
    """Whether what stands beside a person's name is a company and not another person, or the same one again."""
    if has_company_word(company):
        return True
    if _PLACEHOLDER.match(company):
        return False
    is_sure = company.lower() in known.frequent or is_company(company, known)
    return is_sure and not known.touches(company) and not set(_words(company)) & set(_words(person))


def _partition_trade_name(text: str) -> tuple[str, bool, str]:
    parts = [part.strip(" ,()") for part in _DOING_BUSINESS_AS.split(text)]
    return parts[0], len(parts) > 1, parts[-1] if len(parts) > 1 else ""


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^a-z']+", name.lower()) if word]


def withhold_person(name: str | None, known: KnownNames) -> str:
    """The cell as published when it is blank, a company or a word such as OWNER; else WITHHELD."""
    text = (name or "").strip()
    if not text or _PLACEHOLDER.match(text):
        return name or ""
    return _drop_persons(text, known) if is_company(text, known) else WITHHELD


def _drop_persons(text: str, known: KnownNames) -> str:
    """ "ACME LLC - JOHN DOE" or "JOHN DOE DBA ACME" without its person; a name without such parts as it is."""
    parts = [part for part in _PARTS.split(text) if part.strip()]
    if len(parts) == 1:
        return WITHHELD if _PERSONAL_TRUST.search(text) else text
    kept = [part for part in parts if _may_stay(part, known)]
    return text if len(kept) == len(parts) else " ".join(kept) or WITHHELD


def _may_stay(part: str, known: KnownNames) -> bool:
    if has_company_word(part):
        return not _PERSONAL_TRUST.search(part)
    words = _words(part)
    return len(words) < 2 or not (known.touches(part) or len(words) == 2)
