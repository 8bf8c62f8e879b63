"""The word lists of trades.toml as one table of phrases that is matched in one pass (Aho-Corasick).

The longest phrase wins and uses up its words, so a phrase that stands for nothing is an anti-phrase.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
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
NO_TRADE = "@none"
MENDING = {"replace", "repair"}
RELATIONS = ("specialties", "replaces", "absorbs", "follows", "follows_commercial")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reading(Strict):
    fillers: tuple[str, ...]
    spellings: dict[str, tuple[str, ...]]
    verbs: tuple[str, ...]
    places: tuple[str, ...]
    positions: tuple[str, ...]
    separable: tuple[str, ...]
    elsewhere: tuple[str, ...]
    negations: tuple[str, ...]
    negation_runs_through: tuple[str, ...]
    denials: tuple[str, ...]
    voids: tuple[str, ...]


class Signals(Strict):
    """Words that name no trade but decide one: a dwelling, new construction, another whole structure, none at all."""

    dwelling: tuple[str, ...]
    is_new: tuple[str, ...]
    structure: tuple[str, ...]
    no_trade: tuple[str, ...]


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
    follows_commercial: tuple[str, ...] | None = None
    is_general: bool = False
    types_decide: bool = False


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
class Denials:
    """What a text says is not its work: "no electrical or plumbing", "existing roof to remain".

    The patterns are regular expressions; only texts that hold one of the cues need be searched. A text that holds the
    void pattern is mere paperwork and says nothing of work.
    """

    cues: list[str]
    pattern: str
    void_cues: list[str]
    void_pattern: str

    def strip(self, texts: pl.DataFrame) -> pl.DataFrame:
        """(text_id, text) without those passages and those texts; order not kept."""
        text = pl.col("text")
        is_hinted = pl.col("text").str.contains_any(self.cues)
        maybe_void = text.str.contains_any(self.void_cues)
        kept = pl.concat(
            [texts.filter(~maybe_void), texts.filter(maybe_void).filter(~text.str.contains(self.void_pattern))]
        )
        stripped = kept.filter(is_hinted).with_columns(text.str.replace_all(self.pattern, " "))
        return pl.concat([kept.filter(~is_hinted), stripped])


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything `classify` reads with; built once.

    `structures` are phrases that name another whole structure; `parts_at_work` those like "replace window", beside
    which other parts of the text count as well; `pairs` (trade, other, place) of each of RELATIONS.
    """

    file: TradeFile
    wording: Wording
    denials: Denials
    texts: Phrases
    types: Phrases
    structures: list[str]
    parts_at_work: list[str]
    pairs: dict[str, pl.DataFrame]


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
        for other in (
            *trade.specialties,
            *trade.replaces,
            *trade.absorbs,
            *trade.follows,
            *(trade.follows_commercial or ()),
        ):
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
        denials=_denied(explicit, reading, wording),
        texts=Phrases.of(table),
        types=Phrases.of(_types(file, wording)),
        structures=sorted(wording.canonical_phrases(signals.structure)),
        parts_at_work=sorted(phrase for phrase in table if _mends_part(phrase, explicit)),
        pairs={relation: _pairs(file, relation) for relation in RELATIONS},
    )


def _pairs(file: TradeFile, relation: str) -> pl.DataFrame:
    pairs = [
        (trade_id, other, place)
        for trade_id, trade in file.trades.items()
        for place, other in enumerate(getattr(trade, relation) or ())
    ]
    return pl.DataFrame(pairs, schema={"trade": pl.String, "other": pl.String, "place": pl.Int32}, orient="row")


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
    signals += [(phrase, NO_TRADE) for phrase in file.signals.no_trade]
    signals += [(phrase, STRUCTURE) for phrase in file.signals.structure if phrase not in file.signals.no_trade]
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
        yield from ((f"{phrase} {verb}", trade) for verb in reading.verbs if verb != "new")
        yield from ((f"{position} {phrase}", NOTHING) for position in reading.positions)


def _mends_part(phrase: str, explicit: dict[str, str]) -> bool:
    """True for "replace window", "roof repair": clerks list what else is mended after it without a verb."""
    parts = {word for word in phrase.split() if explicit.get(word, "").startswith(MENTIONED)}
    return any({one, other} & parts and {one, other} & MENDING for one, other in pairwise(phrase.split()))


def _denied(explicit: dict[str, str], reading: Reading, wording: Wording) -> Denials:
    words = {p for p, meaning in explicit.items() if meaning not in (NOTHING, DWELLING) and " " not in p}
    run = "|".join(sorted(words | set(reading.negation_runs_through), key=lambda word: (-len(word), word)))
    negations = [pad(negation) for negation in reading.negations]
    elsewhere = [pad(place) for place in wording.canonical_phrases(reading.elsewhere)]
    runs = [
        rf"(?:{'|'.join(negations)})(?: (?:{run}) )+",
        rf"(?: (?:{'|'.join(reading.separable)}) )+(?:{'|'.join(elsewhere)})",
    ]
    passages = [_passage(denial, wording) for denial in reading.denials]
    voids = [_passage(void, wording) for void in reading.voids]
    return Denials(
        cues=[*negations, *elsewhere, *(cue for cue, _ in passages)],
        pattern="|".join([*runs, *(regex for _, regex in passages)]),
        void_cues=[cue for cue, _ in voids],
        void_pattern="|".join(regex for _, regex in voids),
    )


def _passage(denial: str, wording: Wording) -> tuple[str, str]:
    """(words a text must hold, regular expression) of a passage such as "existing * to remain"."""
    pieces = [pad(piece) for piece in wording.canonical_phrases(denial.removesuffix("*").split("*"))]
    rest = "(?: [a-z_]+ ){0,9}" if denial.endswith("*") else ""
    return max(pieces, key=len), "(?: [a-z_]+ ){0,9}?".join(pieces) + rest
