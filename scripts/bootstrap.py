"""Brings a clone to where it can run: `.venv`, locked packages, the built web app, a browser for the tests.

Needs Python 3.11 and nothing else of Python's; every step is skipped when nothing changed since it last succeeded.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP = (str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check")
WEB = ROOT / "web"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOT_SOURCES = {"node_modules", ".next", "out", "vendor", "next-env.d.ts", "tsconfig.tsbuildinfo", "test-results"}
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
HEARTBEAT_SECONDS = 10.0


class BootstrapFailed(Exception):
    """A step cannot be done here; says what was seen and what to do."""


def install_python(group: str) -> None:
    """The locked packages of `requirements/<group>.txt` in .venv, each checked against its hash."""
    if not PYTHON.exists():
        run("python: creating .venv", [str(find_python()), "-m", "venv", str(VENV)])
    requirements = ROOT / "requirements" / f"{group}.txt"
    stamp = VENV / f".installed-{group}"
    if is_current(stamp, [requirements]):
        return
    # The export names every package, so nothing is left to resolve.
    arguments = ["install", "--require-hashes", "--no-deps", "--requirement", str(requirements)]
    uv = install_uv()
    label = f"python: installing requirements/{group}.txt"
    if uv is None or not try_run(label, [str(uv), "pip", *arguments, "--system-certs", "--python", str(PYTHON)]):
        run(f"{label} with pip", [*PIP, *arguments])
    set_current(stamp, [requirements])


def install_uv() -> Path | None:
    """The pinned uv, which installs several times faster than pip; None when it cannot be had."""
    uv = VENV / "bin" / "uv"
    pinned = ROOT / "requirements" / "bootstrap.txt"
    stamp = VENV / ".installed-bootstrap"
    if not (uv.exists() and is_current(stamp, [pinned])):
        if not try_run("python: installing uv", [*PIP, "install", "--require-hashes", "--requirement", str(pinned)]):
            return None
        set_current(stamp, [pinned])
    return uv


def install_web() -> None:
    """The locked npm packages of web/."""
    lock = WEB / "package-lock.json"
    stamp = WEB / "node_modules" / ".installed"
    if not is_current(stamp, [lock]):
        check_node()
        run("web: npm ci", ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], folder=WEB)
        set_current(stamp, [lock])


def build_web() -> None:
    """The production build of the web app, again only when a source changed."""
    install_web()
    sources = [path for path in sorted(WEB.rglob("*")) if path.is_file() and not NOT_SOURCES & set(path.parts)]
    stamp = WEB / ".next" / ".built"
    if not is_current(stamp, sources):
        run("web: next build", ["npm", "run", "--silent", "build"], folder=WEB)
        set_current(stamp, sources)


def install_browser() -> None:
    """A Chromium for the browser tests: the machine's, else Debian's, else Playwright's own."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        update = try_run("browser: apt-get update", ["apt-get", "update", "-qq"])
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        if update and try_run("browser: apt-get install chromium", install):
            return
    if not try_run("browser: playwright install", [str(PYTHON), "-m", "playwright", "install", "chromium"]):
        raise BootstrapFailed("no Chromium, and none could be installed; put chromium or google-chrome on PATH")


def find_python() -> Path:
    """An interpreter new enough: this one, else the newest on PATH."""
    if sys.version_info >= OLDEST_PYTHON:
        return Path(sys.executable)
    for minor in range(14, OLDEST_PYTHON[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return Path(found)
    raise BootstrapFailed(
        f"Python {sys.version.split()[0]} is too old and no newer one is on PATH; install 3.11 or newer"
    )


def check_node() -> None:
    """Refuse a machine without Node and npm, or with a Node that Next.js no longer runs on."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise BootstrapFailed("node or npm is not on PATH; install Node 20 or newer")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        raise BootstrapFailed(f"Node {version} is too old; install Node 20 or newer")


def run(label: str, command: Sequence[str], folder: Path = ROOT) -> None:
    """Run a step, its output shown.

    Raises:
        BootstrapFailed: it fails.
    """
    if not try_run(label, command, folder):
        raise BootstrapFailed(f"{label}: failed; the command was: {' '.join(command)}")


def try_run(label: str, command: Sequence[str], folder: Path = ROOT) -> bool:
    """Run a step, its output shown, with a sign of life when it is long silent; False when it fails."""
    print(f"{label} …", flush=True)
    environment = {**os.environ, "NEXT_TELEMETRY_DISABLED": "1", "DEBIAN_FRONTEND": "noninteractive"}
    with heartbeat(label):
        try:
            return (
                subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False).returncode
                == 0
            )
        except OSError as error:
            print(error, file=sys.stderr)
            return False


@contextmanager
def heartbeat(label: str) -> Iterator[None]:
    """Say every ten seconds that the step still runs, and at the end how long it took."""
    started = time.monotonic()
    is_over = threading.Event()

    def beat() -> None:
        while not is_over.wait(HEARTBEAT_SECONDS):
            print(f"{label} … {time.monotonic() - started:.0f} s", flush=True)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        print(f"{label}: {time.monotonic() - started:.1f} s", flush=True)


def is_current(stamp: Path, sources: Sequence[Path]) -> bool:
    """Whether the step succeeded last with exactly these files; if not, it counts as not done from now on."""
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest(sources):
        return True
    stamp.unlink(missing_ok=True)
    return False


def set_current(stamp: Path, sources: Sequence[Path]) -> None:
    """Remember that the step succeeded with these files."""
    stamp.write_text(digest(sources), encoding="utf-8")


def digest(sources: Sequence[Path]) -> str:
    """A hash over names and contents; times do not count, since a checkout changes them."""
    whole = hashlib.sha256()
    for path in sources:
        whole.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


STEPS: dict[str, tuple[Callable[[], None], ...]] = {
    "up": (lambda: install_python("main"), build_web),
    "check": (lambda: install_python("dev"), install_web),
    "test": (lambda: install_python("dev"), build_web, install_browser),
    "bench": (lambda: install_python("bench"),),
}


def main(arguments: Sequence[str]) -> int:
    """Do what `make <goal>` needs; the exit status is 0, 1 when a step fails, 2 for an unknown goal."""
    if len(arguments) != 1 or arguments[0] not in STEPS:
        print(f"usage: bootstrap.py {'|'.join(STEPS)}", file=sys.stderr)
        return 2
    try:
        for step in STEPS[arguments[0]]:
            step()
    except BootstrapFailed as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
