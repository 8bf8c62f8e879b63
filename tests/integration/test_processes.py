"""Background processes: started once, found again, never mistaken, and gone when they are told to go."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from leadledger.processes import Health, Processes, Service, StartFailed, choose_port, is_healthy, read_birth

SERVER = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1")
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('stubborn', flush=True); time.sleep(60)"
)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    kept = Processes(tmp_path)
    yield kept
    kept.stop("web")
    for child in kept._children.values():
        child.wait(timeout=10)


@pytest.fixture
def service(tmp_path: Path) -> Service:
    port = choose_port(0)
    (tmp_path / "page.txt").write_text("here")
    return Service("web", (*SERVER, str(port)), {}, tmp_path, port, Health("/page.txt"))


def test_started_process_is_found_by_another_supervisor(processes: Processes, service: Service, tmp_path: Path) -> None:
    processes.start(service)
    processes.wait_until_healthy(service)
    record = Processes(tmp_path).find("web")
    assert record is not None
    assert record.port == service.port
    assert is_healthy(service.url, record.health)
    assert os.getpgid(record.pid) == record.pid


def test_stopped_process_is_gone_with_its_record(processes: Processes, service: Service) -> None:
    processes.start(service)
    processes.wait_until_healthy(service)
    record = processes.find("web")
    assert record is not None
    assert processes.stop("web")
    assert read_birth(record.pid) is None
    assert processes.find("web") is None
    assert not processes.stop("web")


def test_pid_used_again_by_a_stranger_is_not_touched(processes: Processes, service: Service, tmp_path: Path) -> None:
    processes.start(service)
    path = tmp_path / "run" / "web.json"
    record = json.loads(path.read_text())
    os.killpg(record["pid"], signal.SIGKILL)
    path.write_text(json.dumps({**record, "pid": os.getpid()}))
    assert processes.find("web") is None
    assert not processes.stop("web")


def test_process_that_dies_early_is_reported_with_the_end_of_its_log(processes: Processes, service: Service) -> None:
    broken = replace(service, command=(sys.executable, "-c", "raise SystemExit('no such thing')"))
    processes.start(broken)
    with pytest.raises(StartFailed, match=r"(?s)web ended before it answered; .*web\.log:\nno such thing"):
        processes.wait_until_healthy(broken)


def test_process_that_never_answers_is_reported_and_ended(processes: Processes, service: Service) -> None:
    silent = replace(service, command=(sys.executable, "-c", "import time; time.sleep(60)"), start_seconds=0.2)
    processes.start(silent)
    record = processes.find("web")
    assert record is not None
    with pytest.raises(StartFailed, match=r"web does not answer after \d+ s at http://127\.0\.0\.1:\d+/page\.txt"):
        processes.wait_until_healthy(silent)
    assert read_birth(record.pid) is None


def test_interrupted_wait_leaves_nothing_running(
    processes: Processes, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes.start(replace(service, command=(sys.executable, "-c", "import time; time.sleep(60)")))
    record = processes.find("web")
    assert record is not None

    def interrupt(seconds: float) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        processes.wait_until_healthy(service)
    assert read_birth(record.pid) is None


def test_process_deaf_to_sigterm_is_killed(
    processes: Processes, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadledger.processes.STOP_SECONDS", 0.3)
    processes.start(replace(service, command=(sys.executable, "-c", STUBBORN)))
    record = processes.find("web")
    assert record is not None
    while "stubborn" not in processes.tail("web"):
        time.sleep(0.02)
    assert processes.stop("web")
    assert read_birth(record.pid) is None


def test_sigterm_reaches_the_children_too(processes: Processes, service: Service, tmp_path: Path) -> None:
    parent = f"import subprocess, sys; subprocess.run({list(service.command)!r})"
    family = replace(service, command=(sys.executable, "-c", parent))
    processes.start(family)
    processes.wait_until_healthy(family)
    processes.stop("web")
    assert not is_healthy(service.url, service.health)


def test_children_of_a_killed_process_are_ended(processes: Processes, service: Service, tmp_path: Path) -> None:
    parent = f"import subprocess, sys; subprocess.run({list(service.command)!r})"
    family = replace(service, command=(sys.executable, "-c", parent))
    processes.start(family)
    processes.wait_until_healthy(family)
    record = processes.find("web")
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    processes._children["web"].wait(timeout=10)
    assert is_healthy(service.url, service.health)
    assert processes.find("web") is None
    assert processes.stop("web")
    assert not is_healthy(service.url, service.health)


def test_fingerprint_changes_with_command_environment_and_code(service: Service, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "one.py").write_text("1")
    watched = replace(service, code=(code, tmp_path / "absent"))
    before = watched.fingerprint()
    assert watched.fingerprint() == before
    assert replace(watched, environment={"A": "1"}).fingerprint() != before
    assert replace(watched, command=("other",)).fingerprint() != before
    os.utime(code / "one.py", ns=(1, 1))
    assert watched.fingerprint() != before


def test_secrets_of_the_shell_are_not_handed_on(
    processes: Processes, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    command = (sys.executable, "-c", "import os, time; print(sorted(os.environ), flush=True); time.sleep(60)")
    processes.start(replace(service, command=command, environment={"GIVEN": "1"}))
    while "GIVEN" not in processes.tail("web"):
        time.sleep(0.02)
    assert "DATABASE_URL" not in processes.tail("web")


def test_taken_port_gives_way_to_a_free_one(processes: Processes, service: Service) -> None:
    processes.start(service)
    processes.wait_until_healthy(service)
    assert service.port is not None
    assert choose_port(service.port) not in (service.port, 0)


def test_free_port_is_taken_as_wanted() -> None:
    wanted = choose_port(0)
    assert choose_port(wanted) == wanted
