"""One address of the API: what it takes and what answers; and how a list is cut into pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulators.stripe.errors import refused
from simulators.stripe.forms import Spec
from simulators.stripe.world import Resource, World, list_of, present


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was understood: the ids of its path and its parameters in their types."""

    world: World
    path: str
    ids: tuple[str, ...]
    given: dict[str, Any]

    def named(self, kind: str) -> Resource:
        """The resource of this kind that the path names."""
        return self.world.find(kind, self.ids[0])


@dataclass(frozen=True, slots=True)
class Route:
    """`path` without /v1, ids as {}; `permission` is what a restricted key needs to have."""

    method: str
    path: str
    answer: Callable[[Call], Resource]
    spec: Spec
    permission: str

    def match(self, method: str, path: str) -> tuple[str, ...] | None:
        """The ids in the path, if it is this address."""
        pattern = "[/]".join(re.escape(part) if part != "{}" else r"([^/]+)" for part in self.path.split("/"))
        found = re.fullmatch(pattern, path)
        return found.groups() if found and method == self.method else None


CREATED: Spec = {"gt": int, "gte": int, "lt": int, "lte": int}
PAGE: Spec = {"limit": int, "starting_after": str, "ending_before": str, "created": CREATED}


def one(kind: str) -> Callable[[Call], Resource]:
    """An answer that shows the resource named in the path."""
    return lambda call: present(call.world, call.named(kind))


def listing(kind: str, **renamed: str) -> Callable[[Call], Resource]:
    """An answer that lists a kind, newest first, by the fields given; `renamed` are those called otherwise there."""

    def answer(call: Call) -> Resource:
        wanted = {
            renamed.get(name, name): value
            for name, value in call.given.items()
            if name not in PAGE and name != "expand" and value is not None
        }
        return cut_page(call, call.world.of(kind, **wanted))

    return answer


def cut_page(call: Call, oldest_first: list[Resource]) -> Resource:
    """The page asked for.

    Raises:
        StripeRefusal: the limit is not 1 to 100, or there is nothing to start after.
    """
    limit = call.given.get("limit")
    limit = 10 if limit is None else limit
    if not 1 <= limit <= 100:
        raise refused("This value must be between 1 and 100 (inclusive).", "limit", "parameter_invalid_integer")
    rows = [row for row in reversed(oldest_first) if _is_created_in(row, call.given.get("created") or {})]
    if after := call.given.get("starting_after"):
        rows = rows[_place(rows, after, "starting_after") + 1 :]
    if before := call.given.get("ending_before"):
        rows = rows[: _place(rows, before, "ending_before")]
        has_more, rows = len(rows) > limit, rows[-limit:]
    else:
        has_more, rows = len(rows) > limit, rows[:limit]
    return list_of([present(call.world, row) for row in rows], f"/v1{call.path}", has_more=has_more)


def _place(rows: list[Resource], resource_id: str, param: str) -> int:
    for number, row in enumerate(rows):
        if row["id"] == resource_id:
            return number
    raise refused(f"No such object: '{resource_id}'", param, "resource_missing")


def _is_created_in(row: Resource, bounds: Resource) -> bool:
    created = row["created"]
    return all(
        {"gt": created > at, "gte": created >= at, "lt": created < at, "lte": created <= at}[name]
        for name, at in bounds.items()
    )
