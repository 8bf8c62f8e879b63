"""The records of a datastore's answer as a frame of texts."""

from __future__ import annotations

import json
import re

import polars as pl

from permit_leads.fetch.json_rows import read_objects
from permit_leads.fetch.json_text import BrokenJson

_RECORDS = re.compile(r'"records"\s*:\s*(?=\[)')
_END = re.compile(r"\s*[,}]")
_FULL_TEXT = ("_full_text",)  # the search index of a row, no value of the publisher's


def read_records(dataset_id: str, body: bytes) -> pl.DataFrame:
    """One row a record in page order; every field of the resource is a column, null where it is empty on this page.

    Raises:
        BrokenJson: no answer with records in it.
    """
    text = _text(body)
    start = _RECORDS.search(text)
    if start is None:
        raise BrokenJson("expected an answer with records")
    try:
        _, end = json.JSONDecoder(strict=False).raw_decode(text, start.end())
        rest = json.loads(f"{text[: start.end()]}[]{text[end:]}")
    except (ValueError, RecursionError) as error:
        raise BrokenJson(str(error)) from error
    frame = read_objects(dataset_id, text[start.end() : end].encode())
    names = [str(field["id"]) for field in rest["result"].get("fields", []) if field["id"] not in _FULL_TEXT]
    return _with_columns(frame.drop(_FULL_TEXT, strict=False), names)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenJson(f"byte {error.start} is not UTF-8") from error


def _with_columns(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    missing = [pl.lit(None, pl.String).alias(name) for name in names if name not in frame.columns]
    whole = frame.with_columns(missing)
    others = [name for name in whole.columns if name not in names]
    return whole.select([*names, *others])
