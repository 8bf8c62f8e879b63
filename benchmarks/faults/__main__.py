"""Run the menu of faults against every adapter, and the findings over clean history.

    python -m benchmarks.faults --json
    python -m benchmarks.faults --only csv,socrata --mode F19

Each adapter gets a store with a fortnight of daily runs over real permits; each case is a copy of that store and one
run (or as many mornings as the fault may last) with the fault switched on at the simulated publisher. The judge
compares stored rows with the truth. `--history DIR` names a folder with more of Austin's days for the false alarms.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks.faults.case import Result
from benchmarks.faults.clean import Clean, watch_clean_history
from benchmarks.faults.playing import play_menu


def main() -> int:
    arguments = parse(sys.argv[1:])
    os.environ["LEADLEDGER_NO_ENV_FILE"] = "1"
    began = time.monotonic()
    results = play_menu(arguments.only, arguments.mode, arguments.workers)
    clean = watch_clean_history(arguments.history) if not arguments.without_history else None
    print(table(results, clean), file=sys.stderr)
    if arguments.json:
        print(json.dumps(figures(results, clean) | {"seconds": round(time.monotonic() - began)}))
    return 0


def parse(words: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON line on stdout; the table goes to stderr")
    parser.add_argument("--only", default="", help="adapters, separated by commas")
    parser.add_argument("--mode", default="", help="only modes whose name holds this")
    parser.add_argument("--history", type=Path, help="folder of daily files of Austin's report, for the false alarms")
    parser.add_argument("--without-history", action="store_true", help="leave the false alarms out")
    parser.add_argument("--workers", type=int, default=2, help="adapters at work at once")
    return parser.parse_args(words)


def figures(results: list[Result], clean: Clean | None) -> dict[str, object]:
    """The one line of figures."""
    verdicts = Counter(one.verdict for one in results)
    good = verdicts["repaired"] + verdicts["detected"]
    measured: dict[str, object] = {
        "modes": len({one.mode for one in results}),
        "adapters": len({one.adapter for one in results}),
        "cases": len(results),
        "repaired": verdicts["repaired"],
        "detected": verdicts["detected"],
        "missed": verdicts["missed"],
        "detected_held_back": sum(one.said.startswith("held") for one in results if one.verdict == "detected"),
        "detected_failed": sum(one.said.startswith("failure") for one in results if one.verdict == "detected"),
        "detected_share": round(good / max(1, len(results)), 4),
        "stored_under_a_warning": sum(not one.error for one in results if one.verdict == "detected"),
        "visible_bad_rows": sum(one.visible_bad_rows for one in results),
    }
    return measured | (clean.figures() if clean else {})


def table(results: list[Result], clean: Clean | None) -> str:
    """What was missed, and which alarm was false, for a person."""
    lines = [
        f"missed: {one.mode} | {one.adapter} | {one.said} | {one.wrong}" for one in results if one.verdict == "missed"
    ]
    lines += [f"false alarm: {alarm}" for alarm in (clean.alarms if clean else ())]
    lines += [f"{name:32} {value}" for name, value in figures(results, clean).items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
