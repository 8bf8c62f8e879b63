#!/usr/bin/env python3
"""Tells Stripe of leadledger/plans.toml: prints its plan; with --apply, carries it out. Run again, it finds nothing.

The door to `python -m leadledger billing seed`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.door import enter

if __name__ == "__main__":
    sys.exit(enter(__file__, "leadledger.__main__", "billing", "seed"))
