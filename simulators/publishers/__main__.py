"""python -m simulators.publishers --port N [--snapshot DIR] [--today YYYY-MM-DD] [--only ID] [--faults FILE]."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from simulators.publishers.faults import read_faults
from simulators.publishers.running import run_forever
from simulators.publishers.snapshot import SNAPSHOT, load_snapshot


def main(arguments: Sequence[str] | None = None) -> None:
    """Load the snapshot, shift its dates to today and serve it on 127.0.0.1."""
    options = argparse.ArgumentParser(prog="python -m simulators.publishers", description="simulated publishers")
    options.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0 takes a free one")
    options.add_argument("--snapshot", type=Path, default=SNAPSHOT, help="folder with snapshot.toml")
    options.add_argument(
        "--today", type=date.fromisoformat, help="the day recorded dates are moved up to (default: today)"
    )
    options.add_argument("--only", action="append", help="load this dataset id only; may be repeated")
    options.add_argument("--faults", type=Path, help="TOML file with [[fault]] tables (simulators/README.md)")
    given = options.parse_args(arguments)
    hosts = load_snapshot(given.snapshot, given.today, given.only)
    run_forever(hosts, given.port, read_faults(given.faults) if given.faults else ())


if __name__ == "__main__":
    main()
