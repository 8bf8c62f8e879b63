#!/usr/bin/env python3
"""The runbook's door to permit_leads.restore.command."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.door import enter

if __name__ == "__main__":
    sys.exit(enter(__file__, "permit_leads.restore.command"))
