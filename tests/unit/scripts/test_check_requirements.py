"""Lock and exports: what stands in the repository fits, and every way of not fitting is found."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from scripts.check_requirements import ROOT, exported_pins, find_problems

PACKAGE = "addfips==0.4.2"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    for name in ("pyproject.toml", "poetry.lock", *(f"requirements/{group}.txt" for group in ("main", "dev", "bench"))):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_repository_fits() -> None:
    assert find_problems(ROOT) == []


def test_dependency_changed_without_locking_is_found(copy: Path) -> None:
    edit(copy / "pyproject.toml", '"fsspec (>=2026.1)"', '"fsspec (>=2026.2)"')
    assert find_problems(copy) == ["poetry.lock is older than the dependencies in pyproject.toml"]


def test_tool_settings_do_not_ask_for_a_new_lock(copy: Path) -> None:
    edit(copy / "pyproject.toml", "line-length = 120", "line-length = 121")
    assert find_problems(copy) == []


def test_other_version_in_an_export_is_found(copy: Path) -> None:
    edit(copy / "requirements" / "main.txt", PACKAGE, "addfips==0.4.1")
    assert find_problems(copy) == ["main.txt differs from poetry.lock in addfips==0.4.1, addfips==0.4.2"]


def test_hash_changed_by_hand_is_found(copy: Path) -> None:
    path = copy / "requirements" / "dev.txt"
    known = min(exported_pins(path.read_text(encoding="utf-8"))["addfips", "0.4.2"])
    edit(path, known, f"sha256:{'0' * 64}")
    assert find_problems(copy) == [f"dev.txt differs from poetry.lock in {PACKAGE}"]


def test_package_missing_from_an_export_is_found(copy: Path) -> None:
    path = copy / "requirements" / "bench.txt"
    _, second = re.split(
        r"^(?=\S+==)", path.read_text(encoding="utf-8").split(PACKAGE, 1)[1], maxsplit=1, flags=re.MULTILINE
    )
    path.write_text(second, encoding="utf-8")
    assert find_problems(copy) == [f"bench.txt differs from poetry.lock in {PACKAGE}"]
