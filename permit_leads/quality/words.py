"""Words and places that were never seen before, and words whose shares have shifted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from permit_leads.permit import FIELD_BY_NAME
from permit_leads.quality.findings import Finding, graded
from permit_leads.quality.history import History
from permit_leads.quality.profile import PLACE_FIELDS, WORD_FIELDS, Profile, Words
from permit_leads.registry import Dataset

FEWEST_FILLED = 20
FEWEST_ROWS = 5
NEW_WORDS, NEW_PLACES = 0.02, 0.05
GREAT = 0.20
SHIFT = 0.5
SHOWN = 4


def check_words(dataset: Dataset, profile: Profile, history: History, least: float = NEW_WORDS) -> list[Finding]:
    """Status and type words against all that were ever seen and those the source file knows.

    Of few rows, `least` is the share of new words that is worth saying, and their shares are not compared.
    """
    found: list[Finding] = []
    for name in WORD_FIELDS:
        words = profile.words.get(name)
        known = history.known_words(name)
        if not words or not known or (sum(words.values()) < FEWEST_FILLED and least == NEW_WORDS):
            continue
        found += _new_words(name, words, {*known, *_declared(dataset, name)}, least)
        if least == NEW_WORDS:
            found += _shift(name, words, profile, history)
    return found


def check_places(dataset: Dataset, profile: Profile, history: History, least: float = NEW_PLACES) -> list[Finding]:
    """Rows of somewhere else: outside the publisher's state, or of cities, ZIPs and squares never seen before.

    `least` is the share of rows in new places that is worth saying.
    """
    found = list(_outside_state(dataset, profile))
    for name in PLACE_FIELDS:
        words, known = profile.words.get(name), history.known_words(name)
        if not words or not known:
            continue
        new = {word: count for word, count in words.items() if word not in known}
        count, filled = sum(new.values()), sum(words.values())
        if count < FEWEST_ROWS or count < least * filled:
            continue
        message = (
            f"{count} of {filled} permits ({count / filled:.0%}) lie where {dataset.id} never had one: "
            f"{_label(name)} {shown_words(new)}; rows of another jurisdiction may have been mixed in"
        )
        found.append(graded("wrong_place", message, is_failure=count >= max(GREAT, least) * filled))
    return found


def _outside_state(dataset: Dataset, profile: Profile) -> Iterator[Finding]:
    """Judged without any history: a publisher's permits are in its own state."""
    state, county = dataset.publisher.state, dataset.publisher.county_fips
    codes = profile.words.get("original_state") or {}
    states = {word: count for word, count in codes.items() if len(word) == 2 and word.isalpha()}
    counties = profile.words.get("county_fips") or {}
    for name, words, own in (("original_state", states, state), ("county_fips", counties, (county or "")[:2])):
        outside = {word: count for word, count in words.items() if own and not word.upper().startswith(own)}
        count, filled = sum(outside.values()), sum(words.values())
        if count >= FEWEST_ROWS and count >= NEW_PLACES * filled:
            message = f"{count} of {filled} permits lie outside {state}: {_label(name)} {shown_words(outside)}"
            yield graded(
                "wrong_place", f"{message}; look at what the address gives", is_failure=count >= GREAT * filled
            )


def _new_words(name: str, words: Words, known: set[str], least: float) -> Iterator[Finding]:
    folded = {word.casefold() for word in known}
    new = {word: count for word, count in words.items() if word.casefold() not in folded}
    count, filled = sum(new.values()), sum(words.values())
    if count < FEWEST_ROWS or count < least * filled:
        return
    message = (
        f"{count} of {filled} permits ({count / filled:.0%}) say a {_label(name)} never seen before: "
        f"{shown_words(new)}; add the words to the source file's values, or accept them"
    )
    yield graded("new_words", message, is_failure=count >= GREAT * filled and filled >= FEWEST_FILLED)


def _shift(name: str, words: Words, profile: Profile, history: History) -> Iterator[Finding]:
    """Half of the rows say something else than usual, by the distance between the shares of the words."""
    peers = [run.words.get(name) for run in history.peers(profile, name)]
    usual = [one for one in peers if one]
    if not usual:
        return
    together: Counter[str] = Counter()
    for one in usual:
        together.update(one)
    distance = distance_of(words, together)
    if distance < max(SHIFT, 2 * max(distance_of(one, together) for one in usual)):
        return
    message = (
        f"the words of {_label(name)} have shifted: {shown_words(words)} now, {shown_words(together)} before; "
        "look at whether the publisher filters or labels in another way"
    )
    yield graded("words_shifted", message, is_failure=distance >= 0.8)


def distance_of(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Half the sum of the differences of shares: 0 is the same, 1 is nothing in common."""
    ones, others = sum(one.values()), sum(other.values())
    return sum(abs(one.get(word, 0) / ones - other.get(word, 0) / others) for word in {*one, *other}) / 2


def _declared(dataset: Dataset, name: str) -> list[str]:
    return list(dataset.values.get(f"{FIELD_BY_NAME[name].blds}Mapped", {}))


def _label(name: str) -> str:
    return {"zip_area": "ZIPs that begin with", "square": "latitude and longitude"}.get(name, name)


def shown_words(words: Mapping[str, int]) -> str:
    """The most frequent words with their counts, for a message."""
    most = sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))
    rest = f" and {len(most) - SHOWN} more" if len(most) > SHOWN else ""
    return ", ".join(f"{word!r} ({count})" for word, count in most[:SHOWN]) + rest
