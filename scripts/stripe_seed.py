#!/usr/bin/env python3
"""Tells Stripe of leadledger/plans.toml: prints its plan; with --apply, carries it out. Run again, it finds nothing.

The door to `python -m leadledger billing seed`; where the packages are missing, it starts itself again with the
repository's own .venv.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
NEEDS_MAKE_UP = 3


def run() -> int:
    """Exit code of the command; this process becomes .venv's Python when this one cannot do it."""
    sys.path.insert(0, str(ROOT))
    if sys.version_info < (3, 11):  # noqa: UP036 - the first Python on the path may be older than ours
        return restart("Python 3.11 or newer is needed")
    try:
        from leadledger.__main__ import main
    except ModuleNotFoundError as error:
        if str(error.name).startswith("leadledger"):
            raise
        return restart(f"the Python package {error.name} is missing")
    return main(["billing", "seed", *sys.argv[1:]])


def restart(reason: str) -> int:
    """Hand over to .venv's Python; returns, with one line of help, only where there is none or it has been tried."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if Path(sys.prefix).resolve() != VENV.resolve() and python.exists():
        os.execv(python, [str(python), str(Path(__file__).resolve()), *sys.argv[1:]])  # noqa: S606 - no shell is wanted
    print(f"stripe_seed: {reason}; run `make up` or `poetry install` in {ROOT}", file=sys.stderr)
    return NEEDS_MAKE_UP


if __name__ == "__main__":
    sys.exit(run())
