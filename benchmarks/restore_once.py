"""One timed restore for benchmarks.restore: DATABASE_URL and LEADLEDGER_HOME say where, the argument which file."""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import time

from permit_leads.restore.command import main as restore


def main() -> int:
    out = io.StringIO()
    began = time.monotonic()
    with contextlib.redirect_stdout(out):
        code = restore(["--file", sys.argv[1], "--json"])
    seconds = time.monotonic() - began
    if code:
        return code
    told = json.loads(out.getvalue())
    counts = told["counts"]
    figures = {
        "seconds": seconds,
        "row_count": told["row_count"],
        "written": counts["new"] + counts["changed"] + counts["history"],
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
