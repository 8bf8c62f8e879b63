"""What a run asked for by hand will cost its publishers, said before it begins: requests × spacing = minutes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

from permit_leads.client import polite_client
from permit_leads.errors import SourceError, UsageError
from permit_leads.fetch.estimate import COUNTED, Estimate, count_requests, guess_requests
from permit_leads.fetch.http import PoliteClient
from permit_leads.outcome import Progress, Request
from permit_leads.page import Window
from permit_leads.registry import Dataset, resolved_url
from permit_leads.settings import Settings
from permit_leads.window import local_window

SMALL_DAYS = 31  # publishers are not asked how much a window as short as this holds


@dataclass(frozen=True, slots=True)
class Forecast:
    """The price of one source: `spacing_seconds` is between two requests, robots.txt and --delay counted in."""

    dataset_id: str
    estimate: Estimate
    spacing_seconds: float

    @property
    def minutes(self) -> float:
        """How long asking takes by the spacing alone."""
        return self.estimate.request_count * self.spacing_seconds / 60


def agree(
    request: Request, registry: dict[str, Dataset], settings: Settings, progress: Progress, *, is_agreed: bool
) -> None:
    """Say what a window, a reconcile or a replay will cost, and above the budget go on only with consent.

    A plain run from the watermark is what the source's file says, and is not held up.

    Raises:
        UsageError: it costs more than the budget, and nobody agreed.
        DatabaseUnavailable: the turns at the hosts cannot be taken.
    """
    if request.kind == "sync":
        return
    if request.kind == "replay":
        progress.event("forecast", requests=0, minutes=0, reason="a replay reads the archive and asks nobody")
        return
    datasets = [registry[dataset_id] for dataset_id in request.dataset_ids]
    costs = [*_forecasts(request, datasets, settings, progress)]
    for cost in costs:
        _tell(cost, progress)
    minutes = sum(cost.minutes for cost in costs)
    if minutes > settings.budget_minutes and not is_agreed:
        _require_consent(costs, minutes, settings.budget_minutes)


def _forecasts(
    request: Request, datasets: Iterable[Dataset], settings: Settings, progress: Progress
) -> Iterable[Forecast]:
    least = request.delay_seconds or 0.0
    large: list[tuple[Dataset, Window]] = []
    for dataset in datasets:
        window = local_window(request.since, request.until, dataset.publisher.time_zone)
        if _is_small(window) or dataset.protocol not in COUNTED:
            yield Forecast(dataset.id, guess_requests(dataset, window), max(dataset.spacing_seconds, least))
        else:
            large.append((dataset.model_copy(update={"url": resolved_url(dataset, os.environ)}), window))
    if not large:
        return
    with polite_client(request, settings, progress) as client:
        for dataset, window in large:
            yield _counted(dataset, window, client, progress)


def _counted(dataset: Dataset, window: Window, client: PoliteClient, progress: Progress) -> Forecast:
    try:
        estimate = count_requests(dataset, window, client)
    except SourceError as error:  # the run will meet the same, and record it
        progress.event("forecast.unknown", level="warning", source=dataset.id, reason=error.reason)
        estimate = guess_requests(dataset, window)
    return Forecast(dataset.id, estimate, client.spacing_at(dataset.url, dataset.spacing_seconds))


def _is_small(window: Window) -> bool:
    return (
        window.since is not None and window.until is not None and (window.until - window.since).days + 1 <= SMALL_DAYS
    )


def _tell(cost: Forecast, progress: Progress) -> None:
    requests = cost.estimate.request_count
    progress.event(
        "forecast",
        source=cost.dataset_id,
        rows=cost.estimate.row_count,
        requests=requests if cost.estimate.row_count is not None else f"{requests} or more",
        spacing_seconds=cost.spacing_seconds,
        minutes=round(cost.minutes, 1),
    )


def _require_consent(costs: list[Forecast], minutes: float, budget: float, console: TextIO = sys.stdin) -> None:
    dearest = max(costs, key=lambda cost: cost.minutes)
    requests = sum(cost.estimate.request_count for cost in costs)
    price = (
        f"{requests} requests take {minutes:.0f} minutes by their spacing ({dearest.dataset_id}: "
        f"{dearest.estimate.request_count} × {dearest.spacing_seconds:g} s), more than the budget of {budget:g} minutes"
    )
    if not console.isatty():
        raise UsageError(
            f"{price}; nothing was fetched; add --yes to go on, or narrow it down with --since, --until or --source "
            "(the budget is PERMIT_LEADS_BUDGET_MINUTES)"
        )
    # Standard output may be a program's.
    print(f"{price}. Fetch all the same? [y/N] ", end="", file=sys.stderr, flush=True)
    if console.readline().strip().lower() not in ("y", "yes"):
        raise UsageError(f"{price}; not agreed to, so nothing was fetched")
