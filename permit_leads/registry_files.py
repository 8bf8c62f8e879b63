"""What a source file says of files: their encoding, header, delimiter and members."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from permit_leads.registry import Dataset

Delimiter = Literal[",", ";", "\t", "|"]
FILES = ("csv", "xlsx", "geojson")
ONLY_FOR = {
    "header": ("csv",),
    "delimiter": ("csv",),
    "sheets": ("xlsx",),
    "header_names": ("csv", "xlsx", "html", "accela"),
    "zip_member": FILES,
}
DEFAULTS = {"delimiter": ","}


def find_file_mistakes(dataset: Dataset) -> Iterator[str]:
    """Mistakes in what is said of files, each as "key path: what was seen, what was expected"."""
    for option, protocols in ONLY_FOR.items():
        is_given = getattr(dataset, option) and getattr(dataset, option) != DEFAULTS.get(option)
        if is_given and dataset.protocol not in protocols:
            yield f"{option}: only for protocol {' and '.join(map(repr, protocols))} (seen {dataset.protocol!r})"
    try:
        codecs.lookup(dataset.encoding)
    except LookupError:
        yield f"encoding: {dataset.encoding!r} is unknown"
    try:
        re.compile(dataset.zip_member or "")
    except re.error as error:
        yield f"zip_member: {dataset.zip_member!r} is no pattern: {error}"
