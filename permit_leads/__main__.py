"""`python -m permit_leads`, the command of the runbook."""

from __future__ import annotations

import signal
import sys

from permit_leads import sources_cli
from permit_leads.allocator import forget_imports, keep_freed_pages
from permit_leads.cli import main


def _end_orderly(number: int, _frame: object) -> None:
    """An end asked for by the scheduler is recorded like any other failure of the run."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    keep_freed_pages()
    forget_imports()
    signal.signal(signal.SIGTERM, _end_orderly)
    sys.exit(sources_cli.main(sys.argv[2:]) if sys.argv[1:2] == ["sources"] else main())
