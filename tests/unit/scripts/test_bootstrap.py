"""The bootstrap: steps are skipped only when nothing changed since they succeeded, and failures say what to do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import bootstrap
from scripts.bootstrap import BootstrapFailed

Asked = Callable[[], list[str]]


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A web folder with one source, of a clone in an empty folder."""
    folder = tmp_path / "web"
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "WEB", folder)
    for name in ("src", "node_modules", ".next"):
        (folder / name).mkdir(parents=True)
    (folder / "package-lock.json").write_text("{}")
    (folder / "src" / "page.tsx").write_text("one")
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Asked:
    """What npm was asked to do: a stand-in on PATH writes it down, and fails while a file `broken` exists."""
    tools, log, broken = tmp_path / "tools", tmp_path / "asked", tmp_path / "broken"
    tools.mkdir()
    (tools / "npm").write_text(f'#!/bin/sh\necho "$*" >> "{log}"\ntest ! -e "{broken}"\n')
    (tools / "node").write_text("#!/bin/sh\necho ${NODE_SAYS:-v20.9.0}\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    log.touch()
    return lambda: [line.split(" --no")[0] for line in log.read_text().splitlines()]


def test_second_build_of_the_same_sources_runs_nothing(web: Path, asked: Asked) -> None:
    bootstrap.build_web()
    bootstrap.build_web()
    assert asked() == ["ci", "run --silent build"]


def test_changed_source_is_built_again_without_installing_again(web: Path, asked: Asked) -> None:
    bootstrap.build_web()
    (web / "src" / "page.tsx").write_text("two")
    bootstrap.build_web()
    assert asked() == ["ci", "run --silent build", "run --silent build"]


def test_touched_but_equal_source_is_not_built_again(web: Path, asked: Asked) -> None:
    bootstrap.build_web()
    os.utime(web / "src" / "page.tsx", (1, 1))
    bootstrap.build_web()
    assert asked() == ["ci", "run --silent build"]


def test_what_the_build_itself_writes_is_no_source(web: Path, asked: Asked) -> None:
    bootstrap.build_web()
    (web / ".next" / "page.js").write_text("built")
    (web / "public" / "vendor").mkdir(parents=True)
    (web / "public" / "vendor" / "worker.mjs").write_text("copied")
    bootstrap.build_web()
    assert asked() == ["ci", "run --silent build"]


def test_failed_build_is_tried_again_even_with_the_sources_of_the_last_good_one(web: Path, asked: Asked) -> None:
    bootstrap.build_web()
    broken = web.parent / "broken"
    broken.touch()
    (web / "src" / "page.tsx").write_text("two")
    with pytest.raises(BootstrapFailed, match="web: next build: failed; the command was: npm run --silent build"):
        bootstrap.build_web()
    broken.unlink()
    (web / "src" / "page.tsx").write_text("one")
    bootstrap.build_web()
    assert asked() == ["ci", *["run --silent build"] * 3]


def test_old_node_is_refused(web: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_SAYS", "v18.20.0")
    with pytest.raises(BootstrapFailed, match=r"Node v18\.20\.0 is too old; install Node 20"):
        bootstrap.install_web()


def test_missing_node_is_said_before_anything_runs(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BootstrapFailed, match="node or npm is not on PATH"):
        bootstrap.install_web()


def test_old_python_without_a_newer_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 9, 2, "final", 0))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BootstrapFailed, match=r"is too old and no newer one is on PATH; install 3\.11"):
        bootstrap.find_python()


def test_browser_on_the_machine_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "google-chrome").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(bootstrap, "try_run", lambda *_: pytest.fail("nothing needs to be installed"))
    bootstrap.install_browser()


def test_no_browser_anywhere_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(bootstrap, "try_run", lambda *_: False)
    with pytest.raises(BootstrapFailed, match="put chromium or google-chrome on PATH"):
        bootstrap.install_browser()


def test_long_silence_is_broken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bootstrap, "HEARTBEAT_SECONDS", 0.01)
    with bootstrap.heartbeat("web: next build"):
        while "web: next build … 0 s" not in capsys.readouterr().out:
            time.sleep(0.005)
    assert capsys.readouterr().out.splitlines()[-1].startswith("web: next build: 0.")


def test_unknown_goal_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["everything"]) == 2
    assert capsys.readouterr().err == "usage: bootstrap.py up|check|test|bench\n"
