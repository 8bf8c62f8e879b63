"""Why a lead has its score, in words and in numbers that add up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from permit_leads.score import describe
from permit_leads.score.model import AGE, BASE
from permit_leads.score.ranking import age_points, waterfall

TOP_COUNT = 3
Stored = Sequence[tuple[str, int, str | None]]


def top_reasons(reasons: Stored) -> list[dict[str, object]]:
    """The strongest reasons, whichever way they pull; the base, which every lead of a trade has, is none of them."""
    special = [reason for reason in reasons if reason[0].partition(".")[0] != BASE]
    strongest = sorted(special, key=lambda reason: -abs(reason[1]))[:TOP_COUNT]
    return [{"rule": rule, "label": describe(rule), "points": points} for rule, points, _ in strongest]


def explain(reasons: Stored, rank_date: date | None, today: date) -> list[dict[str, object]]:
    """All reasons and, last, age: points sum to the total, score_delta to the score shown."""
    age = age_points(rank_date, today)
    steps = waterfall(reasons, age)
    aged = "no day is published" if rank_date is None else f"since {rank_date.isoformat()}"
    every = [*reasons, (AGE, age, aged)]
    return [
        {"rule": rule, "label": describe(rule), "points": points, "score_delta": step, "evidence": evidence}
        for (rule, points, evidence), step in zip(every, steps, strict=True)
    ]
