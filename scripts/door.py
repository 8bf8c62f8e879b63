"""How a script comes in: with any Python on the path, from any folder.

Where the packages are missing, the script starts itself again with the repository's own .venv.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
OLDEST_PYTHON = (3, 11)
NEEDS_MAKE_UP = 3


def enter(script: str, module: str, *arguments: str) -> int:
    """Exit code of the module's `main`, which gets these arguments and then the script's own.

    This process becomes .venv's Python when this one cannot do it.
    """
    if sys.version_info < OLDEST_PYTHON:  # the first Python on the path may be older than ours
        return restart(script, "Python 3.11 or newer is needed")
    try:
        main = import_module(module).main
    except ModuleNotFoundError as error:
        if str(error.name).startswith(module.partition(".")[0]):
            raise
        return restart(script, f"the Python package {error.name} is missing")
    code: int = main([*arguments, *sys.argv[1:]])
    return code


def restart(script: str, reason: str) -> int:
    """Hand over to .venv's Python; returns, with one line of help, only where there is none or it has been tried."""
    path = Path(script).resolve()
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if Path(sys.prefix).resolve() != VENV.resolve() and python.exists():
        os.execv(python, [str(python), str(path), *sys.argv[1:]])  # noqa: S606 - becomes it: signals, terminal and exit status stay ours
    print(f"{path.stem}: {reason}; run `make up` or `poetry install` in {ROOT}", file=sys.stderr)
    return NEEDS_MAKE_UP
