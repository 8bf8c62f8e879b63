"""Words of a question: what stands in a permit when it fits."""

from __future__ import annotations

from dataclasses import dataclass

from permit_leads.search import query_words

Alternative = tuple[str, ...]  # words that must all stand there
Term = tuple[Alternative, ...]  # of which one is enough


@dataclass(frozen=True, slots=True)
class Reading:
    """How a word was understood when it was not taken as written."""

    word: str
    read_as: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Terms:
    """All terms must hold; and what to tell the asker about them."""

    terms: tuple[Term, ...]
    readings: tuple[Reading, ...] = ()


def read_plainly(text: str) -> Terms:
    """The words as they are written."""
    return Terms(tuple(((word,),) for word in query_words(text)))
