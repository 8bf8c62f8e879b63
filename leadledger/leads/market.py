"""Market trends out of the weekly counts: series of weeks that say whether they are complete."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
from psycopg.rows import dict_row

from leadledger.database import Connection
from leadledger.errors import InvalidParameter
from leadledger.leads.market_models import MarketQuestion
from leadledger.leads.places import county_name
from leadledger.leads.tallies import WEEKS_KEPT, week_of
from permit_leads.normalize.trades import trade_labels
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
LABELS = trade_labels()
ALL = "*"
BEFORE_ALL = ("", "")
DEFAULT_WEEKS = 13
SUMS = ("permit_count", "costed_count", "cost_sum")
NOTHING = {"permit_count": 0, "costed_count": 0, "cost_sum": Decimal(0)}
WHOLE = ("whole_since", "whole_until", "tallied_at", "is_tally_behind")


@dataclass(frozen=True, slots=True)
class Weeks:
    """The Mondays from the first week to the last."""

    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        count = (self.last - self.first).days // 7 + 1
        return (self.first + timedelta(weeks=number) for number in range(count))


def choose_weeks(asked: MarketQuestion, today: date) -> Weeks:
    """The weeks asked for, of those that are kept.

    Raises:
        InvalidParameter: they lie before what is kept, in the future, or the wrong way round.
    """
    kept_since, this_week = week_of(today) - timedelta(weeks=WEEKS_KEPT - 1), week_of(today)
    last = week_of(asked.until) if asked.until else this_week
    for field, week in (("until", last), ("since", week_of(asked.since) if asked.since else last)):
        if week < kept_since:
            raise InvalidParameter(f"{field} lies before {kept_since}; weeks are kept for five years", field=field)
    first = week_of(asked.since) if asked.since else max(last - timedelta(weeks=DEFAULT_WEEKS - 1), kept_since)
    if last > this_week:
        raise InvalidParameter(f"until is {asked.until}, in a week that is still to come", field="until")
    if first > last:
        raise InvalidParameter("since comes after until; expected the earlier day first", field="since")
    return Weeks(first, last)


def list_series(conn: Connection, asked: MarketQuestion, weeks: Weeks) -> dict[str, Any]:
    """One page of series, without their coverage; `sources` says for which days each dataset is whole.

    Raises:
        InvalidParameter: the cursor is not one of this question's.
    """
    after = _read_cursor(asked)
    values = {
        "first_week": weeks.first,
        "last_week": weeks.last,
        "counties": sorted(set(asked.county)) or None,
        "trades": sorted(set(asked.trade)) or None,
        "after_county": after[0],
        "after_trade": after[1],
        "limit": asked.limit + 1,
    }
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(QUERIES["list_weeks"], values).fetchall()
        sources = {row["dataset_id"]: row for row in cursor.execute(QUERIES["find_whole_days"])}
    series = [(key, list(found)) for key, found in groupby(rows, itemgetter("county_fips", "trade"))]
    items = [_describe_series(place, trade, found, weeks, sources) for (place, trade), found in series[: asked.limit]]
    last = series[asked.limit - 1][0] if len(series) > asked.limit else None
    return {"items": items, "next_cursor": last and _encode(last, asked), "sources": sources}


def describe(page: Mapping[str, Any], weeks: Weeks, covered: Mapping[str, Any]) -> dict[str, Any]:
    """Market."""
    datasets = [_describe_source(one, page["sources"]) for one in covered["datasets"]]
    return {
        "since": weeks.first,
        "until": weeks.last + timedelta(days=6),
        "items": page["items"],
        "next_cursor": page["next_cursor"],
        "coverage": {"state": covered["state"], "datasets": datasets},
    }


def _describe_source(covered: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    known = sources.get(covered["dataset_id"])
    whole = {name: known[name] for name in WHOLE} if known else {**dict.fromkeys(WHOLE), "is_tally_behind": True}
    return {**covered, **whole}


def is_complete(week: date, source: Mapping[str, Any] | None) -> bool:
    """Whether all days of the week were over, and asked for, when the dataset was read and counted."""
    if source is None or source["whole_since"] is None or source["whole_until"] is None:
        return False
    return bool(source["whole_since"] <= week and week + timedelta(days=6) <= source["whole_until"])


def _describe_series(
    county_fips: str,
    trade: str,
    rows: Sequence[Mapping[str, Any]],
    weeks: Weeks,
    sources: Mapping[str, Mapping[str, Any]],
) -> dict[str, object]:
    dataset_ids = sorted({one for row in rows for one in row["dataset_ids"]})
    by_week = {row["week_start"]: row for row in rows}
    counted = [
        {
            "week_start": week,
            **_sums(by_week.get(week, NOTHING)),
            "is_complete": all(is_complete(week, sources.get(one)) for one in dataset_ids),
        }
        for week in weeks
    ]
    return {
        "trade": None if trade == ALL else trade,
        "trade_label": "All permits" if trade == ALL else LABELS.get(trade, trade),
        "county_fips": county_fips or None,
        "county_name": county_name(county_fips),
        **_sums({name: sum(row[name] for row in rows) for name in SUMS}),
        "dataset_ids": dataset_ids,
        "weeks": counted,
    }


def _sums(row: Mapping[str, Any]) -> dict[str, object]:
    cost = f"{row['cost_sum']:.2f}"
    return {"permit_count": row["permit_count"], "costed_count": row["costed_count"], "est_project_cost_sum": cost}


def _encode(last: tuple[str, str], asked: MarketQuestion) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([*last, _fingerprint(asked)])).decode().rstrip("=")


def _read_cursor(asked: MarketQuestion) -> tuple[str, str]:
    if asked.cursor is None:
        return BEFORE_ALL
    try:
        county, trade, fingerprint = orjson.loads(
            base64.urlsafe_b64decode(asked.cursor + "=" * (-len(asked.cursor) % 4))
        )
    except (ValueError, TypeError, binascii.Error):
        raise InvalidParameter("cursor is not one of ours; start again without it", field="cursor") from None
    if not (isinstance(county, str) and isinstance(trade, str)) or "\0" in county + trade:
        raise InvalidParameter("cursor is not one of ours; start again without it", field="cursor")
    if fingerprint != _fingerprint(asked):
        message = "cursor belongs to another question; keep it as it was, or start again without cursor"
        raise InvalidParameter(message, field="cursor")
    return county, trade


def _fingerprint(asked: MarketQuestion) -> str:
    question = asked.model_dump(mode="json", exclude={"cursor", "limit"})
    question |= {"trade": sorted(set(asked.trade)), "county": sorted(set(asked.county))}
    return hashlib.blake2b(orjson.dumps(question, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
