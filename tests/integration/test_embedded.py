"""The embedded server: it comes up from anything, keeps what was committed, and tells its secrets to nobody."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from permit_leads.store import embedded, launch

SCRIPT = """
import sys
from pathlib import Path
from permit_leads.store import embedded
print(embedded.ensure_running(Path(sys.argv[1])).owner)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home deep in a folder only its owner may enter, with a name shells dislike."""
    locked = tmp_path_factory.mktemp("locked", numbered=True)
    locked.chmod(0o700)
    path = locked / ("a long name " * 6).strip() / "it's $HOME" / ".leadledger"
    yield path
    embedded.stop(path)


def server_pids(home: Path) -> list[int]:
    data = home / "postgres" / "data"
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if embedded._works_in(pid, data)]


def command_line(pid: int) -> bytes:
    """Empty for a process that has just ended, as the server's workers do."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # a child ends by itself as soon as it misses its postmaster
            os.kill(pid, signal.SIGKILL)


def postmaster_pid(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


def test_second_call_returns_the_same_address(home: Path) -> None:
    assert embedded.ensure_running(home) == embedded.ensure_running(home)
    assert embedded.is_running(home)


def test_server_outlives_the_process_that_started_it(home: Path) -> None:
    embedded.ensure_running(home)
    embedded.stop(home)
    url = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(home)], check=True, capture_output=True, text=True
    ).stdout.strip()
    with psycopg.connect(url) as conn:
        assert conn.execute("select 1").fetchone() == (1,)


def test_settings_are_the_promised_ones(home: Path) -> None:
    names = (
        "listen_addresses",
        "unix_socket_directories",
        "password_encryption",
        "synchronous_commit",
        "fsync",
        "jit",
        "data_checksums",
    )
    with psycopg.connect(embedded.ensure_running(home).owner) as conn:
        found = {name: conn.execute("select current_setting(%s)", [name]).fetchone() for name in names}
    assert found == {
        "listen_addresses": ("127.0.0.1",),
        "unix_socket_directories": ("",),
        "password_encryption": ("scram-sha-256",),
        "synchronous_commit": ("on",),
        "fsync": ("on",),
        "jit": ("off",),
        "data_checksums": ("on",),
    }


def test_secrets_stay_with_the_owner(home: Path) -> None:
    urls = embedded.ensure_running(home)
    assert stat.S_IMODE((home / "postgres" / "cluster.json").stat().st_mode) == 0o600
    assert not (home / "postgres" / "password").exists()
    password = urls.owner.split(":")[2].split("@")[0]
    assert password not in repr(urls)
    command_lines = [command_line(pid) for pid in server_pids(home)]
    assert any(b"postgres" in line for line in command_lines)
    assert not any(password.encode() in line for line in command_lines)


def test_wrong_password_is_refused(home: Path) -> None:
    port = embedded.ensure_running(home).owner.rsplit(":", 1)[1]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://postgres:guess@127.0.0.1:{port}")


def test_api_login_may_take_the_visitor_role_and_not_the_owner_s(api_database_url: str) -> None:
    with psycopg.connect(api_database_url, autocommit=True) as conn:
        conn.execute("set role authenticated")
        conn.execute("reset role")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("set role service_role")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("select from leads")


@pytest.mark.parametrize("victims", ["all", "postmaster", "one child"])
def test_committed_rows_survive_kill_9(home: Path, victims: str) -> None:
    with psycopg.connect(embedded.ensure_running(home).owner, autocommit=True) as conn:
        conn.execute("create table if not exists kept (victims text primary key)")
        conn.execute("insert into kept values (%s)", [victims])
    postmaster = postmaster_pid(home)
    pids = server_pids(home)
    chosen = {"all": pids, "postmaster": [postmaster], "one child": [pid for pid in pids if pid != postmaster][:1]}
    kill(chosen[victims])
    with psycopg.connect(embedded.ensure_running(home).owner) as conn:
        assert conn.execute("select count(*) from kept where victims = %s", [victims]).fetchone() == (1,)


def test_pid_file_of_the_dead_naming_a_living_stranger_does_not_stop_the_start(home: Path) -> None:
    embedded.ensure_running(home)
    kill(server_pids(home))
    pid_file = home / "postgres" / "data" / "postmaster.pid"
    rest = pid_file.read_text().split("\n", 1)[1]
    pid_file.write_text(f"{os.getpid()}\n{rest}")
    embedded.ensure_running(home)
    assert postmaster_pid(home) != os.getpid()


def test_taken_port_is_left_to_its_owner(home: Path) -> None:
    before = embedded.ensure_running(home).owner
    embedded.stop(home)
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", int(before.rsplit(":", 1)[1].split("/")[0])))
        stranger.listen()
        after = embedded.ensure_running(home).owner
    assert after != before
    assert embedded.ensure_running(home).owner == after


def test_creation_killed_halfway_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data.partial" / "base").mkdir(parents=True)
    try:
        embedded.ensure_running(tmp_path)
        assert not (tmp_path / "postgres" / "data.partial").exists()
    finally:
        embedded.stop(tmp_path)


def test_four_starters_at_once_start_one_server(tmp_path: Path) -> None:
    starters = [
        subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    try:
        urls = {starter.communicate(timeout=120)[0].strip() for starter in starters}
        assert len(urls) == 1
        assert urls.pop().startswith("postgresql://postgres:")
    finally:
        embedded.stop(tmp_path)


def test_stop_ends_every_process(home: Path) -> None:
    embedded.ensure_running(home)
    assert embedded.stop(home)
    assert server_pids(home) == []
    assert not embedded.stop(home)
    assert not embedded.is_running(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another way to start PostgreSQL")
def test_root_without_namespaces_runs_the_server_as_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = Path(f"/var/tmp/leadledger-test-{os.getpid()}")
    copies.mkdir(mode=0o755)
    monkeypatch.setattr(launch, "COPIES", copies)
    monkeypatch.setattr(launch, "UNSHARE", ("unshare", "--no-such-option"))
    try:
        with psycopg.connect(embedded.ensure_running(tmp_path).owner) as conn:
            assert conn.execute("select 1").fetchone() == (1,)
        assert Path(f"/proc/{server_pid_in(copies)}").stat().st_uid == 65534
        assert embedded.stop(tmp_path)
    finally:
        embedded.stop(tmp_path)
        subprocess.run(["rm", "-rf", str(copies)], check=True)


def server_pid_in(copies: Path) -> int:
    return int(next(copies.glob("data-*/data/postmaster.pid")).read_text().split()[0])
