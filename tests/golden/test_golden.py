"""Recorded pages of every publisher come to exactly the permits and rejections that a person has read.

`pytest --record tests/golden` (or `make record`) rewrites the expectations; the diff is what a review looks at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from permit_leads.fetch import read_rows
from permit_leads.normalize import normalize
from permit_leads.permit import PAGE_SHA256
from permit_leads.registry import Dataset, load_registry

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
TODAY = date(2026, 11, 23)
MEDIA_TYPES = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".html": "text/html",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
REGISTRY = load_registry()


def pages(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if path.suffix in MEDIA_TYPES)


def lines_of(dataset: Dataset) -> Iterator[str]:
    """One line a permit, then one a rejection, page by page; what is null is left out."""
    for path in pages(FIXTURES / dataset.id):
        body = path.read_bytes()
        rows = read_rows(dataset, body, MEDIA_TYPES[path.suffix])
        found = normalize(dataset, rows, hashlib.sha256(body).hexdigest(), TODAY)
        yield from as_lines(path.name, "permit", found.permits)
        yield from as_lines(path.name, "rejection", found.rejections)


def as_lines(page: str, kind: str, frame: pl.DataFrame) -> Iterator[str]:
    for row in frame.drop(PAGE_SHA256).iter_rows(named=True):
        said = {name: plain(value) for name, value in row.items() if value is not None}
        yield json.dumps({"page": page, kind: said}, ensure_ascii=False)


def plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str) else str(value)


@pytest.mark.parametrize("dataset", REGISTRY.values(), ids=REGISTRY.keys())
def test_pages_come_to_what_was_read(dataset: Dataset, request: pytest.FixtureRequest) -> None:
    expected = FIXTURES / dataset.id / "expected.jsonl"
    lines = list(lines_of(dataset))
    if request.config.getoption("--record"):
        expected.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    assert lines == expected.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("dataset_id", REGISTRY)
def test_invented_rows_say_that_they_are_invented(dataset_id: str) -> None:
    assert_honest(FIXTURES / dataset_id)


@pytest.mark.parametrize(
    ("names", "readme", "complaint"),
    [
        ([], "Rows of the city.", "no page"),
        (["page-1.json", "synthetic-page-2.json"], "SYNTHETIC", "mixed"),
        (["synthetic-page-1.json"], "Rows of the city.", "does not say SYNTHETIC"),
        (["page-1.json"], "SYNTHETIC", "says SYNTHETIC of real rows"),
    ],
)
def test_a_dishonest_fixture_is_refused(names: list[str], readme: str, complaint: str, tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_text("[]", encoding="utf-8")
    (tmp_path / "README.md").write_text(readme, encoding="utf-8")
    with pytest.raises(AssertionError, match=complaint):
        assert_honest(tmp_path)


def assert_honest(directory: Path) -> None:
    """Pages are all real or all `synthetic-*`, and the README says which."""
    are_synthetic = {path.name.startswith("synthetic-") for path in pages(directory)}
    says_synthetic = "SYNTHETIC" in (directory / "README.md").read_text(encoding="utf-8")
    assert are_synthetic, f"{directory.name}: no page"
    assert len(are_synthetic) == 1, f"{directory.name}: real and synthetic pages are mixed"
    if are_synthetic == {True}:
        assert says_synthetic, f"{directory.name}: README.md does not say SYNTHETIC"
    else:
        assert not says_synthetic, f"{directory.name}: README.md says SYNTHETIC of real rows"
