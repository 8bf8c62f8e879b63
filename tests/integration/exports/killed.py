"""A worker's part of an export, killed after some pages; arguments: URL HOME EXPORT_ID PAGES."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from leadledger.exports.making import make_export
from leadledger.jobs.export_tasks import open_workshop
from tests.integration.api.conftest import make_settings


def main(url: str, home: str, export_id: str, pages: str) -> None:
    """Write that many pages of ten rows, and die as nobody can prevent."""
    left = int(pages)

    def die_in_time() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    shop = replace(open_workshop(make_settings(url, Path(home)), url), page_rows=10)
    make_export(shop, UUID(export_id), die_in_time)


if __name__ == "__main__":
    main(*sys.argv[1:])
