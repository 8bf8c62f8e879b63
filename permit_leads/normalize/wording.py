"""One wording for what clerks write in many ways, so that the word lists stay short.

Lower case, letters only, spellings of trades.toml replaced, fillers dropped; then "replace existing roof" and
"repairs to existing roof" read "replace roof", "repair roof": work on an existing thing is work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Replacements:
    """Padded wording -> padded wording; the longest match wins, in one pass."""

    patterns: list[str]
    replacements: list[str]

    @staticmethod
    def of(table: Mapping[str, str]) -> Replacements:
        ordered = sorted(table, key=lambda wording: (-len(wording), wording))
        return Replacements(
            [pad(wording) for wording in ordered],
            [pad(table[wording]) if table[wording] else "" for wording in ordered],
        )

    def apply(self, text: pl.Expr) -> pl.Expr:
        return text.str.replace_many(self.patterns, self.replacements, leftmost=True)


@dataclass(frozen=True, slots=True)
class Wording:
    """How texts are brought to one wording: spellings first, then work on existing things."""

    spellings: Replacements
    work: Replacements

    def canonical(self, text: pl.Expr) -> pl.Expr:
        """Padded words of `text` in the one wording."""
        return self.work.apply(self.spellings.apply(_letters(text)))

    def canonical_phrases(self, phrases: Iterable[str]) -> list[str]:
        """Phrases of the word lists as they would stand in a text, without padding."""
        column = pl.Series("phrase", list(phrases), dtype=pl.String)
        read = column.to_frame().select(self.spellings.apply(_letters(pl.col("phrase")))).to_series()
        return [" ".join(phrase.split()) for phrase in read]


def pad(phrase: str) -> str:
    """Each word between two blanks of its own, so that neighbours never compete for one."""
    return f" {'  '.join(phrase.split())} "


def _letters(text: pl.Expr) -> pl.Expr:
    """Lower case, letters only, each word padded."""
    words = text.str.to_lowercase().str.replace_all("[^a-z]+", "  ").str.strip_chars()
    return pl.concat_str(pl.lit(" "), words, pl.lit(" "))


def spellings_of(fillers: Iterable[str], spellings: Mapping[str, Iterable[str]]) -> Replacements:
    """Fillers vanish; a canonical wording of several words stands for itself, so that its words stay together."""
    table = dict.fromkeys(fillers, "")
    for wording, variants in spellings.items():
        table |= {variant: wording for variant in variants if variant != wording}
        if " " in wording:
            table[wording] = wording
    return Replacements.of(table)


def work_of(verbs: Iterable[str], dwellings: Iterable[str]) -> Replacements:
    """ "repair [to] existing" reads "repair", except before a dwelling: that is where the work is."""
    table: dict[str, str] = {}
    for verb in verbs:
        for link in ("existing", "to existing"):
            table[f"{verb} {link}"] = verb
            table |= {f"{verb} {link} {dwelling}": f"{verb} {link} {dwelling}" for dwelling in dwellings}
    return Replacements.of(table)
