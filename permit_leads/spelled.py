"""How publishers may write a person, a number or an address, as regular expressions of Polars and of the database."""

from __future__ import annotations

import re
import unicodedata

GAP = r"(?:%20|[^\p{L}\p{N}])+"  # addresses of pages write a blank as %20
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
SUFFIXES = (
    *(("st", "street"), ("ave", "av", "avenue"), ("blvd", "boulevard"), ("dr", "drive"), ("ln", "lane")),
    *(("rd", "road"), ("ct", "court"), ("cir", "circle"), ("pl", "place"), ("pkwy", "parkway"), ("hwy", "highway")),
    *(("trl", "trail"), ("ter", "terrace"), ("cv", "cove"), ("sq", "square"), ("n", "north"), ("s", "south")),
    *(("e", "east"), ("w", "west"), ("apt", "apartment", "unit", "ste", "suite")),
)
SPELLINGS = {word: "|".join(sorted(group)) for group in SUFFIXES for word in group}
# What stands before or behind a name and is none.
TITLES = {"mr", "mrs", "ms", "dr", "jr", "sr", "ii", "iii", "iv", "esq", "md", "phd"}
# Letters that are printed with or without their signs; the signs may also follow by themselves (Unicode's form D).
SIGNED = (*("aàáâãäåā", "cçćč", "eèéêëēė", "gğ", "iìíîïī", "lł", "nñńň", "oòóôõöøō", "sšśş", "uùúûüū", "yýÿ", "zžźż"),)


class TooVague(ValueError):
    """What is to be suppressed would take out far more than one person or place."""


def name_words(name: str) -> list[str]:
    """The words of a name, without initials and titles.

    Raises:
        TooVague: fewer than two are left.
    """
    words = [word for word in WORD.findall(name) if len(word) > 1 and word.lower() not in TITLES]
    if len(words) < 2:
        raise TooVague(f"the name {name!r} is one word; expected first and last name")
    return words


def name_pattern(name: str) -> str:
    """First and last name in either order, with any one word (a middle name, an initial, a spouse) between them.

    All words of a longer name are taken too, whichever of them begins.

    Raises:
        TooVague: it is a single word.
    """
    words = [_letters(word, r"\p{M}*", r"[^\p{L}\p{N}]?") for word in name_words(name)]
    first, last = words[0], words[-1]
    between = rf"{GAP}(?:[\p{{L}}\p{{N}}]+{GAP})?"
    whole = [words[at:] + words[:at] for at in range(len(words))] if len(words) > 2 else []
    ways = [GAP.join(one) for one in whole]
    ways += [rf"{first}{between}{last}", rf"{last}{GAP}{first}\b(?:{GAP}\p{{L}}\b)?"]
    return "|".join(rf"(?:\b|%20){way}\b" for way in ways)


def phone_pattern(phone: str) -> str:
    """Ten digits, however they are parted, with or without the country's 1 and an extension.

    Raises:
        TooVague: it is no number of the United States.
    """
    digits = "".join(filter(str.isdigit, phone))[-10:]
    if len(digits) < 10:
        raise TooVague("the telephone number has fewer than ten digits; expected one such as 512-555-0100")
    gap = r"[\s().\-/+]{0,3}"
    word = r"\b[\p{L}_]*"  # "tel5125550100"
    area = rf"(?:\({digits[:3]}\)|{word}(?:1{gap})?{digits[:3]})"
    extension = r"(?:\b|[\p{L}_][\p{L}\p{N}_]*)"  # "512-555-0100x2"
    return rf"\+?(?:\b1{gap})?{area}{gap}{digits[3:6]}{gap}{digits[6:]}{extension}"


def email_pattern(email: str) -> str:
    """The address as it is.

    Raises:
        TooVague: it is none.
    """
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+", email):
        raise TooVague("expected an e-mail address such as jane@example.com")
    boundary = r"\b" if email[0].isalnum() else ""
    return boundary + re.escape(email).replace("@", "(?:@|%40)")


def address_pattern(address: str) -> str:
    """House number and street, with the usual spellings of suffixes and directions.

    Raises:
        TooVague: there is no house number, or no street.
    """
    words = [word.lower() for word in WORD.findall(address)]
    if len(words) < 2 or not words[0][0].isdigit() or all(word in SPELLINGS for word in words[1:]):
        raise TooVague("expected a house number and a street, such as 1204 Maple St")
    return rf"\b{GAP.join(f'(?:{SPELLINGS.get(word, re.escape(word))})' for word in words)}\b"


def likely_name(name: str) -> str:
    """The last word of a name, for the database's own regular expressions."""
    return _letters(name_words(name)[-1], "[\u0300-\u036f]*", "[^[:alnum:]]?")


def likely_phone(phone: str) -> str:
    """The last digits; they are never parted."""
    return "".join(filter(str.isdigit, phone))[-4:]


def likely_email(email: str) -> str:
    """The address as it is, before the @."""
    return re.escape(email.partition("@")[0])


def likely_address(address: str) -> str:
    """The longest word of the street."""
    words = [word for word in WORD.findall(address)[1:] if word.lower() not in SPELLINGS]
    return str(re.escape(max(words, key=len)))


def _letters(word: str, signs: str, apostrophe: str) -> str:
    """The word with each letter as it may be printed."""
    plain = unicodedata.normalize("NFC", word).lower()
    return "".join(_letter(letter, signs, apostrophe) for letter in plain)


def _letter(letter: str, signs: str, apostrophe: str) -> str:
    if letter in "'’":
        return apostrophe
    letters: str | None = next((letters for letters in SIGNED if letter in letters), None)
    return str(re.escape(letter)) if letters is None else f"[{letters}]{signs}"
