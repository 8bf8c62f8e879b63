"""Background processes of one machine: started once, found again, ended by the very process they are."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

STOP_SECONDS = 10.0
TAIL_LINES = 30
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


class StartFailed(Exception):
    """A process did not become healthy; says what was waited for and how its log ends."""


@dataclass(frozen=True, slots=True)
class Health:
    """Where to ask whether a service is well, relative to its origin; `host` where it serves several names.

    Without a path it serves nobody, and is well as long as it lives.
    """

    path: str | None
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """What to run, and the address that answers below 400 once it is well."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    port: int | None
    health: Health
    code: Sequence[Path] = ()  # files and folders whose change means that a running one is out of date
    start_seconds: float = 120.0

    @property
    def url(self) -> str:
        """The origin it serves; where it serves none, its log says how it is."""
        return f"http://127.0.0.1:{self.port}" if self.port is not None else "no port; see its log"

    def fingerprint(self) -> str:
        """Changes when a process started now would differ from one started before."""
        files = [path for place in self.code for path in (sorted(place.rglob("*")) if place.is_dir() else [place])]
        stamps = [(str(path), path.stat().st_mtime_ns) for path in files if path.is_file() and path.suffix != ".pyc"]
        known = json.dumps([list(self.command), sorted(self.environment.items()), stamps])
        return hashlib.sha256(known.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Record:
    """What is remembered of a started process; `born` tells it from a later one with the same pid."""

    pid: int
    born: str
    port: int | None
    health: Health
    fingerprint: str


class Processes:
    """The processes of one home: pid files under run/, logs under logs/."""

    def __init__(self, home: Path) -> None:
        self._run = home / "run"
        self._logs = home / "logs"
        for folder in (self._run, self._logs):
            folder.mkdir(parents=True, exist_ok=True)
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def log_path(self, name: str) -> Path:
        """Where the process writes its output."""
        return self._logs / f"{name}.log"

    def find(self, name: str) -> Record | None:
        """The living process of this name, if it is the one that was started here."""
        record = self._read(name)
        return record if record is not None and read_birth(record.pid) == record.born else None

    def start(self, service: Service) -> None:
        """Start it in the background, out of reach of this terminal's Ctrl-C."""
        with self.log_path(service.name).open("ab") as log, uninterrupted():
            child = subprocess.Popen(
                list(service.command),
                cwd=service.folder,
                env={**inherited_environment(), **service.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._children[service.name] = child
            record = Record(child.pid, read_birth(child.pid) or "", service.port, service.health, service.fingerprint())
            path = self._record_path(service.name)
            partial = path.with_suffix(".partial")
            partial.write_text(json.dumps(asdict(record)), encoding="utf-8")
            partial.replace(path)

    def wait_until_healthy(self, service: Service) -> float:
        """Seconds waited until it answers.

        Raises:
            StartFailed: it ended, or does not answer in time; it is not left running.
        """
        started = time.monotonic()
        try:
            while not is_healthy(service.url, service.health):
                self._check_progress(service, time.monotonic() - started)
                time.sleep(0.1)
        except BaseException:
            self.stop(service.name)
            raise
        return time.monotonic() - started

    def stop(self, name: str) -> bool:
        """End it and whatever it started, asked first, killed after ten seconds; True when any of them was running.

        Children that outlived it are ended too: as long as they live, the system gives their group's number to nobody.
        """
        record = self._read(name)
        self._record_path(name).unlink(missing_ok=True)
        if record is None or read_birth(record.pid) not in (record.born, None):
            return False
        was_running = self._has_members(name, record.pid)
        for number, patience_seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
            send(number, record.pid)
            give_up_at = time.monotonic() + patience_seconds
            while self._has_members(name, record.pid) and time.monotonic() < give_up_at:
                time.sleep(0.05)
        return was_running

    def tail(self, name: str) -> str:
        """The last lines of its log."""
        text = self.log_path(name).read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-TAIL_LINES:])

    def _check_progress(self, service: Service, waited_seconds: float) -> None:
        if self.find(service.name) is None:
            problem = "ended before it answered"
        elif waited_seconds > service.start_seconds:
            problem = f"does not answer after {waited_seconds:.0f} s at {service.url}{service.health.path}"
        else:
            return
        log = self.log_path(service.name)
        raise StartFailed(f"{service.name} {problem}; the end of {log}:\n{self.tail(service.name)}")

    def _record_path(self, name: str) -> Path:
        return self._run / f"{name}.json"

    def _read(self, name: str) -> Record | None:
        try:
            known = json.loads(self._record_path(name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return Record(**{**known, "health": Health(**known["health"])})

    def _has_members(self, name: str, group: int) -> bool:
        child = self._children.get(name)
        if child is not None:
            child.poll()  # a zombie of ours would count as a member
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def is_healthy(url: str, health: Health) -> bool:
    """Whether the health address of this origin answers below 400 within two seconds."""
    if health.path is None:
        return True
    headers = {"Host": health.host} if health.host else {}
    try:
        return httpx.get(f"{url}{health.path}", headers=headers, timeout=2.0, trust_env=False).status_code < 400
    except httpx.HTTPError:
        return False


def inherited_environment() -> dict[str, str]:
    """What every process needs of this shell; the rest each service is given by name."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def read_birth(pid: int) -> str | None:
    """When the process began, so that a pid used again is not taken for it; None when it is dead (or a zombie)."""
    if not Path("/proc/self/stat").exists():
        told = subprocess.run(
            ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        state, _, began = told.stdout.strip().partition(" ")
        return began.strip() if state and not state.startswith("Z") else None
    try:
        # The name in parentheses may hold anything; what follows it is state, …, start in ticks since boot.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"


def send(number: signal.Signals, pid: int) -> None:
    """Signal the process and everything it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def choose_port(wanted: int) -> int:
    """The wanted port, or a free one when somebody else listens there."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise StartFailed("this machine has no free port on 127.0.0.1")


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back for the moment between a start and its record; the started process does not inherit this."""
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: seen.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if seen:
        raise KeyboardInterrupt
