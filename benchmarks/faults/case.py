"""One case: a fault, an adapter with its history, the mornings until somebody is told, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

import polars as pl

from benchmarks.faults.judge import Judged, Seen, differences, judge, look
from benchmarks.faults.modes import Mode
from benchmarks.faults.stage import Stage, Store
from benchmarks.faults.truth import FAULT_DAY, Expected, expected_on, known_on
from permit_leads.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a mode against an adapter; `morning` counts from the first with the fault."""

    mode: str
    adapter: str
    verdict: str
    said: str
    wrong: str
    visible_bad_rows: int
    morning: int
    error: str


def play_all(stage: Stage, modes: Sequence[Mode]) -> Iterator[Result]:
    """Every mode that applies, one after the other.

    A store that a refused run left as it was serves the next case too: failed runs teach nothing and change no row.
    """
    with ExitStack() as copies:
        store: Store | None = None
        for mode in modes:
            if not mode.applies_to(stage.adapter):
                continue
            if store is None:
                store = copies.enter_context(stage.copied())
            result, is_untouched = play(stage, store, mode)
            yield result
            if not is_untouched:
                copies.close()
                store = None


def play(stage: Stage, store: Store, mode: Mode) -> tuple[Result, bool]:
    """One case, and whether the store is as it was before."""
    since = stage.adapter.since
    before = expected_on(FAULT_DAY - timedelta(days=1), since)
    old_count = known_on(FAULT_DAY - timedelta(days=1), since).height
    for at in range(mode.mornings):
        day = FAULT_DAY + timedelta(days=at)
        stage.publish(day)
        stage.simulator.faults.add(*mode.faults(stage.adapter, known_on(day, since).height - old_count))
        outcome = stage.run(store, day, mode.conditions())
        seen = look(store)
        judged = verdict_on(stage, mode, outcome, seen, expected_on(day, since), before)
        is_last = judged.verdict == "detected" or at + 1 == mode.mornings
        if is_last:
            break
        before = Expected(seen.rows)
    said = judged.said if outcome.error is None else f"{judged.said}: {outcome.error}"
    result = Result(
        mode.name, stage.adapter.name, judged.verdict, said[:300], judged.wrong, judged.visible_bad_rows, at + 1,
        outcome.error or "",
    )  # fmt: skip
    is_untouched = at == 0 and seen.status in ("held", "failure") and not differences(seen.rows, before.rows)
    return result, is_untouched


def verdict_on(stage: Stage, mode: Mode, outcome: Outcome, seen: Seen, truth: Expected, before: Expected) -> Judged:
    """The judge's verdict, and what no look at the rows can tell: requests that were forbidden, changes of nothing."""
    if mode.forgives:
        seen, truth = forgive(stage, seen, truth)
    judged = judge(seen, truth, before, mode.named_by)
    asked = [one for one in stage.simulator.requests if not one.path.startswith("/robots")]
    if not mode.is_open and asked:
        return replace(judged, verdict="missed", wrong=f"{len(asked)} requests although robots.txt forbids")
    if judged.verdict == "repaired" and not mode.forgives and outcome.permit_changed_count:
        return replace(judged, verdict="missed", wrong=f"{outcome.permit_changed_count} changes of nothing")
    return judged


def forgive(stage: Stage, seen: Seen, truth: Expected) -> tuple[Seen, Expected]:
    """Rows that the publisher changed while it was read may be as before or as after; no other row may differ."""
    listed = {number for one in stage.host.resources for number in one.table.rows["permit"]}
    gone = truth.keys - listed
    rows = seen.rows.filter(~pl.col("permit_num").str.ends_with("-NEW") & ~pl.col("permit_num").is_in(list(gone)))
    rows = rows.with_columns(pl.col("description").str.strip_suffix(" (revised)"))
    kept = truth.rows.filter(~pl.col("permit_num").is_in(list(gone)))
    return replace(seen, rows=rows), Expected(kept)
