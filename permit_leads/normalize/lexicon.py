"""The word lists of trades.toml as one table of phrases that is matched in one pass (Aho-Corasick).

The longest phrase wins and uses up its words, so a phrase that stands for nothing is an anti-phrase.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from permit_leads.errors import RegistryError
from permit_leads.normalize.wording import Wording, pad, spellings_of, work_of

TRADES_TOML = Path(__file__).with_name("trades.toml")

# What a phrase can stand for: a trade; "?trade" for a part merely mentioned; a signal; nothing at all.
NOTHING = ""
MENTIONED = "?"
DWELLING = "@dwelling"
IS_NEW = "@new"
STRUCTURE = "@structure"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reading(Strict):
    fillers: tuple[str, ...]
    spellings: dict[str, tuple[str, ...]]
    verbs: tuple[str, ...]
    places: tuple[str, ...]
    positions: tuple[str, ...]
    negations: tuple[str, ...]
    negation_runs_through: tuple[str, ...]


class Signals(Strict):
    """Words that name no trade but decide one: a dwelling, new construction, another whole structure."""

    dwelling: tuple[str, ...]
    is_new: tuple[str, ...]
    structure: tuple[str, ...]


class Trade(Strict):
    label: str
    words: tuple[str, ...]
    parts: tuple[str, ...] = ()
    anti: tuple[str, ...] = Field(default=(), alias="not")
    types: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    absorbs: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    is_general: bool = False


class TradeFile(Strict):
    version: str
    adjacent_limit: int
    reading: Reading
    signals: Signals
    trades: dict[str, Trade]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Padded phrases, longest first, and what each stands for."""

    patterns: pl.Series
    meanings: pl.Series

    @staticmethod
    def of(table: dict[str, str]) -> Phrases:
        ordered = sorted(table, key=lambda phrase: (-len(phrase), phrase))
        return Phrases(pl.Series([pad(phrase) for phrase in ordered]), pl.Series([table[p] for p in ordered]))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything `classify` reads with; built once.

    `denied` is a regular expression of what a text says is not its work. `structures` are phrases that name another
    whole structure; `parts_at_work` those like "replace window", beside which other parts of the text count as well.
    """

    file: TradeFile
    wording: Wording
    denied: str
    texts: Phrases
    types: Phrases
    structures: list[str]
    parts_at_work: list[str]


@cache
def load_lexicon() -> Lexicon:
    """The lexicon of trades.toml.

    Raises:
        RegistryError: the file is not what this module accepts, or one phrase stands for two things.
    """
    return build_lexicon(read_trade_file(TRADES_TOML.read_text("utf-8")))


def read_trade_file(text: str) -> TradeFile:
    """The word lists as written.

    Raises:
        RegistryError: not TOML, a key that is not known, or a relation to a trade that is not there.
    """
    try:
        file = TradeFile.model_validate(tomllib.loads(text))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise RegistryError(f"{TRADES_TOML.name}: {error}") from error
    for trade_id, trade in file.trades.items():
        for other in (*trade.specialties, *trade.replaces, *trade.absorbs, *trade.follows):
            if other not in file.trades:
                raise RegistryError(f"{TRADES_TOML.name}: {trade_id} names the trade {other!r}, which is not there")
    return file


def build_lexicon(file: TradeFile) -> Lexicon:
    """The canonical phrases of every list, what follows from them, and the patterns to match."""
    reading, signals = file.reading, file.signals
    spellings = spellings_of(reading.fillers, reading.spellings)
    dwellings = Wording(spellings, spellings).canonical_phrases(signals.dwelling)
    wording = Wording(spellings, work_of(reading.verbs, dwellings))
    explicit = _explicit(file, wording)
    table = _with_generated(explicit, reading)
    return Lexicon(
        file=file,
        wording=wording,
        denied=_denied(explicit, reading),
        texts=Phrases.of(table),
        types=Phrases.of(_types(file, wording)),
        structures=sorted(wording.canonical_phrases(signals.structure)),
        parts_at_work=sorted(phrase for phrase, meaning in table.items() if meaning and _has_part(phrase, explicit)),
    )


def _explicit(file: TradeFile, wording: Wording) -> dict[str, str]:
    """What the file itself says each phrase stands for: claims first, then what holds only where nothing claims it."""
    claims = [(phrase, trade_id) for trade_id, trade in file.trades.items() for phrase in trade.words]
    explicit = _one_meaning_each([*claims, *((phrase, DWELLING) for phrase in file.signals.dwelling)], wording)
    concessions = [(p, MENTIONED + trade_id) for trade_id, trade in file.trades.items() for p in trade.parts]
    concessions += [(phrase, STRUCTURE) for phrase in file.signals.structure]
    concessions += [(phrase, NOTHING) for trade in file.trades.values() for phrase in trade.anti]
    phrases = wording.canonical_phrases(phrase for phrase, _ in concessions)
    for phrase, (_, meaning) in zip(phrases, concessions, strict=True):
        if phrase:
            explicit.setdefault(phrase, meaning)
    return explicit


def _types(file: TradeFile, wording: Wording) -> dict[str, str]:
    types = [(phrase, trade_id) for trade_id, trade in file.trades.items() for phrase in trade.types]
    signals = [(phrase, IS_NEW) for phrase in file.signals.is_new]
    signals += [(phrase, DWELLING) for phrase in file.signals.dwelling]
    return _one_meaning_each(types, wording) | _one_meaning_each(signals, wording)


def _one_meaning_each(pairs: Iterable[tuple[str, str]], wording: Wording) -> dict[str, str]:
    """Canonical phrase -> meaning; a phrase with two meanings, or with no word left, is a mistake in the file."""
    table: dict[str, str] = {}
    written = list(pairs)
    for phrase, (words, meaning) in zip(wording.canonical_phrases(w for w, _ in written), written, strict=True):
        if not phrase:
            raise RegistryError(f"{TRADES_TOML.name}: {words!r} consists of fillers only; remove it or the filler")
        if table.setdefault(phrase, meaning) != meaning:
            raise RegistryError(
                f"{TRADES_TOML.name}: {words!r} reads {phrase!r}, which stands for {table[phrase]!r} and {meaning!r}"
            )
    return table


def _with_generated(explicit: dict[str, str], reading: Reading) -> dict[str, str]:
    table = dict(explicit)
    for phrase, meaning in explicit.items():
        for made, stands_for in _generated(phrase, meaning, explicit, reading):
            table.setdefault(made, stands_for)
    return table


def _generated(phrase: str, meaning: str, explicit: dict[str, str], reading: Reading) -> Iterator[tuple[str, str]]:
    """What follows from one phrase: a part beside a verb is work; after "existing" or "for" a thing is a place."""
    if phrase.partition(" ")[0] in explicit and " " in phrase:  # "replace roof top unit" must not read "replace roof"
        yield from ((f"{verb} {phrase}", meaning) for verb in reading.verbs)
    if meaning == DWELLING:
        yield from ((f"{place} {link}{phrase}", NOTHING) for place in reading.places for link in ("", "new "))
    elif meaning != NOTHING:
        yield f"existing {phrase}", NOTHING
    if meaning.startswith(MENTIONED):
        trade = meaning.removeprefix(MENTIONED)
        yield from ((f"{verb} {link}{phrase}", trade) for verb in reading.verbs for link in ("", "to "))
        yield from ((f"{phrase} {verb}", trade) for verb in reading.verbs)
        yield from ((f"{position} {phrase}", NOTHING) for position in reading.positions)


def _has_part(phrase: str, explicit: dict[str, str]) -> bool:
    first, _, rest = phrase.partition(" ")
    return explicit.get(rest, "").startswith(MENTIONED) or explicit.get(first, "").startswith(MENTIONED)


def _denied(explicit: dict[str, str], reading: Reading) -> str:
    """What a text says is not its work: "no electrical or plumbing", "existing roof to remain"."""
    words = {p for p, meaning in explicit.items() if meaning not in (NOTHING, DWELLING) and " " not in p}
    run = "|".join(sorted(words | set(reading.negation_runs_through), key=lambda word: (-len(word), word)))
    negations = "|".join(pad(negation) for negation in reading.negations)
    return rf"(?:{negations})(?: (?:{run}) )+| existing (?: [a-z_]+ ){{1,6}}? to  remain "
