"""The score card as data: points and plain words per rule, read once from model.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from permit_leads.errors import RegistryError

MODEL_TOML = Path(__file__).with_name("model.toml")
BASE = "base"
AGE = "age"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Strict):
    points: int
    label: str


class Base(Strict):
    name: str
    direct: int
    adjacent: int


class Bands(Strict):
    names: tuple[str, ...]
    edges: tuple[float, ...]

    @model_validator(mode="after")
    def _edges_fit(self) -> Bands:
        if len(self.names) != len(self.edges) + 1 or list(self.edges) != sorted(set(self.edges)):
            raise ValueError(f"{len(self.names)} names need {len(self.names) - 1} rising edges, got {self.edges}")
        return self


class Model(Strict):
    version: str
    base: dict[str, Base]
    rules: dict[str, dict[str, Rule]]
    bands: dict[str, Bands]
    words: dict[str, tuple[str, ...]]
    company_words: dict[str, tuple[str, ...]]


@cache
def load_model() -> Model:
    """The score card.

    Raises:
        RegistryError: model.toml is not what this module accepts; names the key.
    """
    try:
        return Model.model_validate(tomllib.loads(MODEL_TOML.read_text("utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise RegistryError(f"{MODEL_TOML.name}: {error}") from error


def describe(rule_id: str) -> str:
    """A rule in plain words for the person who reads the lead; ids of older models read as themselves."""
    group, _, value = rule_id.partition(".")
    if group == BASE:
        trade, _, kind = value.partition(".")
        return _describe_base(rule_id, trade, kind)
    if group == AGE:
        return "Days since the permit was issued: the odds halve every two weeks"
    rule = load_model().rules.get(group, {}).get(value)
    return rule.label if rule else rule_id


def _describe_base(rule_id: str, trade: str, kind: str) -> str:
    base = load_model().base.get(trade)
    if base is None:
        return rule_id
    return f"{base.name}: " + ("work of the permit itself" if kind == "direct" else "often bought after such a permit")
