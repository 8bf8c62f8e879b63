"""Rows whose JSON is written once and then only joined into pages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from simulators.publishers.rendering import Member, render_members
from simulators.publishers.table import Column, Table

SYSTEM_FIELDS = (":id", ":created_at", ":updated_at")
UNQUOTED_TYPES = ("url", "point", "location", "checkbox")


@dataclass(frozen=True)
class Prepared:
    """A table with each row's JSON written once, ready to be joined into pages."""

    table: Table

    @cached_property
    def shown(self) -> tuple[Column, ...]:
        """The columns of `*`."""
        return tuple(column for column in self.table.columns if column.name not in SYSTEM_FIELDS)

    @cached_property
    def bodies(self) -> list[bytes]:
        """Each row less its opening brace, system fields and null members left out."""
        return render_members(self.table.rows, _members(self.shown), "omit")

    @cached_property
    def system_parts(self) -> list[bytes]:
        """The start of each row when system fields are shown: separator, brace and the three members."""
        system = [column for column in self.table.columns if column.name in SYSTEM_FIELDS]
        members = render_members(self.table.rows, _members(system), "omit", end="")
        return [b"\n,{" + part + b"," if part else b"\n,{" for part in members]

    def warm_up(self) -> None:
        """Do now what the first request would have to wait for."""
        _ = self.bodies, self.system_parts, self.version, self.table.typed

    @cached_property
    def version(self) -> str:
        """Changes whenever a row changes."""
        return hashlib.sha256(str(self.table.rows.hash_rows().sum()).encode()).hexdigest()[:16]


def _members(columns: Sequence[Column]) -> list[Member]:
    return [Member(column.name, column.published_type not in UNQUOTED_TYPES) for column in columns]


def join_rows(bodies: Sequence[bytes], page: Sequence[int]) -> bytes:
    """`[{…}\\n,{…}\\n]\\n`, the layout of live answers."""
    if not page:
        return b"[]\n"
    return b"[{" + b"\n,{".join([bodies[at] for at in page]) + b"\n]\n"


def join_with_system(prepared: Prepared, page: Sequence[int]) -> bytes:
    """The same with system fields."""
    if not page:
        return b"[]\n"
    pieces = [b""] * (2 * len(page))
    parts, bodies = prepared.system_parts, prepared.bodies
    pieces[0::2] = [parts[at] for at in page]
    pieces[1::2] = [bodies[at] for at in page]
    pieces[0] = b"[" + pieces[0].removeprefix(b"\n,")
    return b"".join([*pieces, b"\n]\n"])
