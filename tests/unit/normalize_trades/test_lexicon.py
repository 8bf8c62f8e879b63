"""The word lists are checked when they are read: a mistake in them is found before any permit."""

from __future__ import annotations

import pytest

from permit_leads.errors import RegistryError
from permit_leads.normalize.lexicon import TRADES_TOML, build_lexicon, read_trade_file

LISTS = TRADES_TOML.read_text("utf-8")


def test_a_misspelt_key_is_refused_with_its_name() -> None:
    with pytest.raises(RegistryError, match="wrods"):
        read_trade_file(LISTS.replace('words = ["reroof"', 'wrods = ["reroof"'))


def test_a_relation_to_an_unknown_trade_is_refused() -> None:
    with pytest.raises(RegistryError, match="'ploumbing', which is not there"):
        read_trade_file(LISTS.replace('follows = ["plumbing"]', 'follows = ["ploumbing"]'))


def test_a_phrase_of_two_trades_is_refused() -> None:
    file = read_trade_file(LISTS.replace('words = ["solar"', 'words = ["reroof", "solar"'))
    with pytest.raises(RegistryError, match="'reroof', which stands for 'roofing' and 'solar'"):
        build_lexicon(file)


def test_a_phrase_of_fillers_only_is_refused() -> None:
    file = read_trade_file(LISTS.replace('words = ["solar"', 'words = ["all of the", "solar"'))
    with pytest.raises(RegistryError, match="'all of the' consists of fillers only"):
        build_lexicon(file)


def test_broken_toml_is_refused_with_the_file_name() -> None:
    with pytest.raises(RegistryError, match=r"trades\.toml"):
        read_trade_file("version = ")
