"""Documents are true: the commands exist, the links lead somewhere, nothing was left to be filled in."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^```(.*)$")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
MAKE = re.compile(r"\bmake ([a-z]+)\b")
LEFT_OVER = re.compile(
    r"\$\(date|\bTODO\b|\bTBD\b|\bFIXME\b|lorem ipsum|your-(?:frontend|backend)|example\.invalid|<insert", re.IGNORECASE
)
KNOWN_TAGS = {"bash", "sql", "toml", "json", "python", "text", "ts", "tsx", "yaml", "ini"}


def documents() -> list[Path]:
    tracked = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / line for line in tracked.splitlines() if not line.startswith("tests/fixtures/")]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def fences(text: str) -> list[tuple[str, str]]:
    """Tag and content of each fenced block."""
    blocks: list[tuple[str, str]] = []
    tag: str | None = None
    lines: list[str] = []
    for line in text.splitlines():
        match = FENCE.match(line.strip())
        if match and tag is None:
            tag, lines = match[1].strip(), []
        elif match and tag is not None:
            blocks.append((tag, "\n".join(lines)))
            tag = None
        elif tag is not None:
            lines.append(line)
    assert tag is None, "a fenced block is never closed"
    return blocks


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE))


def commands(path: Path) -> str:
    """What the document tells a reader to type: fenced shell blocks and code spans."""
    text = path.read_text(encoding="utf-8")
    blocks = [content for tag, content in fences(text) if tag.split()[:1] == ["bash"]]
    spans = re.findall(r"`([^`\n]+)`", text)
    return "\n".join([*blocks, *(span for span in spans if "make " in span)])


@pytest.mark.parametrize("path", documents(), ids=name)
def test_make_targets_named_in_documents_exist(path: Path) -> None:
    assert set(MAKE.findall(commands(path))) - make_targets() == set()


@pytest.mark.parametrize("path", documents(), ids=name)
def test_fenced_blocks_say_their_language(path: Path) -> None:
    tags = {tag.split()[0] if tag else "" for tag, _ in fences(path.read_text(encoding="utf-8"))}
    assert tags - KNOWN_TAGS == set()


@pytest.mark.parametrize("path", documents(), ids=name)
def test_shell_blocks_parse(path: Path) -> None:
    for tag, content in fences(path.read_text(encoding="utf-8")):
        if tag.split()[:1] == ["bash"]:
            parsed = subprocess.run(["bash", "-n"], input=content, capture_output=True, text=True, check=False)
            assert parsed.returncode == 0, parsed.stderr


@pytest.mark.parametrize("path", documents(), ids=name)
def test_links_lead_to_files(path: Path) -> None:
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", documents(), ids=name)
def test_nothing_is_left_to_be_filled_in(path: Path) -> None:
    assert LEFT_OVER.findall(path.read_text(encoding="utf-8")) == []


def test_readme_shows_the_two_commands_first() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert fences(readme)[0] == ("bash", "make up\nmake test")


def test_make_alone_lists_every_target() -> None:
    printed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert set(MAKE.findall(printed)) >= make_targets()
    assert {"help", "up", "down", "test", "check", "bench", "record", "docs"} <= make_targets()


def test_generated_documents_are_what_the_code_says() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "scripts.write_docs", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
