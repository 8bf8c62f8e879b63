"""The embedded PostgreSQL: a real server out of a wheel, for one machine without any account.

Only the wheel's programs are used. The server listens on 127.0.0.1 with random passwords, keeps everything under
`<home>/postgres`, outlives whoever started it, and comes back after kill -9 of any of its processes.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from fcntl import LOCK_EX, flock
from pathlib import Path

import psycopg
from psycopg import sql

from permit_leads.errors import DatabaseUnavailable
from permit_leads.store.launch import Launcher, choose_launcher
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
START_SECONDS = 300  # recovery after a crash reads up to max_wal_size of log
RETRY_SECONDS = 15  # a killed postmaster stays a zombie, and its pid file in force, until somebody reaps it
CONFIGURATION = """\
# Written by permit_leads.store.embedded at every start; changes are lost.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = '512MB'
max_wal_size = '4GB'
wal_init_zero = off
synchronous_commit = on
jit = off
shared_preload_libraries = 'pg_stat_statements'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
log_min_error_statement = panic
"""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """The same database twice: as the owner of the schema, and as the API's login role."""

    owner: str = field(repr=False)
    api: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is remembered of a server between starts, in a file only its owner may read."""

    port: int
    owner_password: str = field(repr=False)
    api_password: str = field(repr=False)
    is_provisioned: bool = False

    def urls(self, database: str = "leadledger") -> DatabaseUrls:
        """Addresses of one database of this server."""
        place = f"127.0.0.1:{self.port}/{database}"
        return DatabaseUrls(
            owner=f"postgresql://postgres:{self.owner_password}@{place}",
            api=f"postgresql://leadledger_api:{self.api_password}@{place}",
        )


def ensure_running(home: Path) -> DatabaseUrls:
    """The database's addresses, the server started first when it is not running; safe to call from many processes.

    Raises:
        DatabaseUnavailable: the server cannot be started; names its log.
    """
    folder = home / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        cluster = _read(folder)
        if cluster is None or not cluster.is_provisioned or not _answers(cluster):
            cluster = _bring_up(choose_launcher(folder), folder, cluster)
        return cluster.urls()


def is_running(home: Path) -> bool:
    """Whether the server of this home answers to its own password."""
    cluster = _read(home / "postgres")
    return cluster is not None and _answers(cluster)


def stop(home: Path) -> bool:
    """End the server, open connections and all, as cleanly as it can; True when one was running.

    Raises:
        DatabaseUnavailable: it does not end within a minute.
    """
    folder = home / "postgres"
    if _read(folder) is None:
        return False
    with _locked(folder):
        launcher = choose_launcher(folder)
        if _find_postmaster(launcher) is None:
            return False
        ended = launcher.run("pg_ctl", ["stop", "-D", "data", "-m", "fast", "-w", "-t", "60"], 90)
        if ended.returncode != 0:
            raise DatabaseUnavailable(
                f"the embedded PostgreSQL does not stop: {(ended.stderr or ended.stdout).strip()}"
            )
        return True


def _bring_up(launcher: Launcher, folder: Path, cluster: Cluster | None) -> Cluster:
    if cluster is None:
        cluster = Cluster(_free_port(), secrets.token_hex(24), secrets.token_hex(24))
        _write(folder, cluster)
    if not (launcher.folder / "data").is_dir():
        _create(launcher, cluster)
    cluster = _start(launcher, folder, cluster)
    if not cluster.is_provisioned:
        _provision(cluster)
        cluster = replace(cluster, is_provisioned=True)
        _write(folder, cluster)
    return cluster


def _create(launcher: Launcher, cluster: Cluster) -> None:
    """Make the data folder; half-made ones from a killed attempt are thrown away."""
    partial = launcher.folder / "data.partial"
    shutil.rmtree(partial, ignore_errors=True)
    password_file = launcher.folder / "password"
    _write_private(password_file, cluster.owner_password)
    launcher.give(password_file)
    options = (
        "-U postgres --auth=scram-sha-256 --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
    )
    try:
        made = launcher.run("initdb", ["-D", partial.name, "--pwfile=password", *options.split()], 300)
    finally:
        password_file.unlink()
    if made.returncode != 0:
        raise DatabaseUnavailable(f"initdb failed: {made.stderr.strip()}")
    partial.rename(launcher.folder / "data")


def _start(launcher: Launcher, folder: Path, cluster: Cluster) -> Cluster:
    """Start the server or wait for it; while a dead one's traces stand, try again; if its port is taken, move."""
    give_up_at = time.monotonic() + START_SECONDS
    refused_until = time.monotonic() + RETRY_SECONDS
    configuration = launcher.folder / "data" / "postgresql.conf"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    while (postmaster := _find_postmaster(launcher)) is None or not _answers(cluster):
        if postmaster is None:
            if time.monotonic() > refused_until:
                raise DatabaseUnavailable(
                    f"the embedded PostgreSQL does not start:\n{_tail(launcher.folder / 'server.log')}"
                )
            _forget_dead_postmaster(launcher)
            if _is_taken(cluster.port):
                cluster = replace(cluster, port=_free_port())
                _write(folder, cluster)
            launcher.run("pg_ctl", _start_arguments(cluster.port), 120)
        if time.monotonic() > give_up_at:
            raise DatabaseUnavailable(f"the embedded PostgreSQL is not ready:\n{_tail(launcher.folder / 'server.log')}")
        time.sleep(0.2)
    return cluster


def _start_arguments(port: int) -> list[str]:
    return ["start", "-D", "data", "-l", "server.log", "-w", "-t", "60", "-s", "-o", f"-p {port}"]


def _provision(cluster: Cluster) -> None:
    """Create the database and the API's login where they are missing."""
    with psycopg.connect(cluster.urls("postgres").owner, autocommit=True) as conn:
        if conn.execute(QUERIES["has_database"]).fetchone() is None:
            conn.execute(QUERIES["create_database"])
        if conn.execute(QUERIES["has_api_role"]).fetchone() is None:
            conn.execute(QUERIES["create_api_role"].format(password=sql.Literal(cluster.api_password)))


def _answers(cluster: Cluster) -> bool:
    try:
        psycopg.connect(cluster.urls("postgres").owner, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _find_postmaster(launcher: Launcher) -> int | None:
    """The pid of the living server of this folder, if any.

    A pid file alone proves nothing: after a crash the number may be a zombie's or somebody else's.
    """
    try:
        pid = int((launcher.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _works_in(pid, launcher.folder / "data") else None


def _forget_dead_postmaster(launcher: Launcher) -> None:
    """Remove the pid file of a server that is gone; as long as any of its processes lives, the file protects the data.

    Where there is no /proc the file stays, and PostgreSQL itself decides.
    """
    data = launcher.folder / "data"
    if not Path("/proc/self").exists():
        return
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    if not any(_works_in(pid, data) for pid in pids):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _works_in(pid: int, data: Path) -> bool:
    """Whether the process is alive and has `data` as its working folder, as all processes of a server have."""
    if not Path("/proc/self").exists():
        return _is_alive(pid)
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _tail(log: Path, line_count: int = 15) -> str:
    if not log.is_file():
        return f"(no log at {log})"
    return f"{log}:\n" + "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-line_count:])


def _read(folder: Path) -> Cluster | None:
    try:
        return Cluster(**json.loads((folder / "cluster.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def _write(folder: Path, cluster: Cluster) -> None:
    _write_private(folder / "cluster.json", json.dumps(asdict(cluster)))


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time may start or stop this server; the lock falls when its holder dies."""
    with (folder / "lock").open("a") as lock:
        flock(lock, LOCK_EX)
        yield
