"""The menu: each mode is a fault with its kind and its extent, and says which adapters it can strike."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.faults.adapters import Adapter
from benchmarks.faults.stage import Conditions
from simulators.publishers import Fault
from simulators.publishers.menu import FaultId

MISSING = frozenset({"count_mismatch", "rows_missing", "volume_low", "stale", "rows_vanished", "round_count"})
DRIFT = frozenset({"column_gone", "null_share", "values_refused", "values_collapsed", "mass_change", "new_values_gone"})
WORDS = frozenset({"new_words", "words_shifted"})
ODD_DAYS = frozenset({"future_dates", "ancient_dates", "values_refused", "null_share", "volume_low", "stale"})
KEYS = frozenset({"duplicate_keys", "duplicate_page", "count_mismatch", "mass_change", "rows_missing"})
PLACE = frozenset({"wrong_place", "volume_high", "mass_change"})
CONTACT = frozenset({"fake_contact", "values_collapsed"})
HUGE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to go wrong.

    `needs` are marks an adapter must have one of, `not_for` those it must not have. `new_rows`: only the rows that
    came since yesterday are struck. `mornings` is how long the fault may last before somebody is told. `is_open` says
    whether the host may be asked at all. `forgives` are changes of the publisher that a run may or may not have seen.
    """

    name: str
    fault: FaultId
    options: dict[str, Any] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    not_for: frozenset[str] = frozenset()
    new_rows: bool = False
    mornings: int = 1
    named_by: frozenset[str] = frozenset()
    conditions: Callable[[], Conditions] = Conditions
    is_open: bool = True
    forgives: bool = False
    is_of_the_data: bool = False

    def applies_to(self, adapter: Adapter) -> bool:
        """Whether this can happen to that way of publishing."""
        return (not self.needs or bool(self.needs & adapter.marks)) and not self.not_for & adapter.marks

    def faults(self, adapter: Adapter, new_count: int) -> list[Fault]:
        """The switches to turn on at the simulator; none where the way to the publisher is what is broken."""
        if self.conditions is not Conditions and not self.options:
            return []
        options = dict(self.options)
        if self.new_rows:
            options["rows"] = new_count
        if self.is_of_the_data and adapter.on:
            options |= {"on": adapter.on, "count": "forever"}
        return [Fault(self.fault, host=adapter.host, **options)]


class NoTrust(httpx.BaseTransport):
    """A host whose certificate nobody vouches for."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Fail as the TLS handshake does."""
        reason = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired"
        raise httpx.ConnectError(reason, request=request) from ssl.SSLCertVerificationError(reason)


def marks(text: str) -> frozenset[str]:
    """Marks out of words."""
    return frozenset(text.split())


def menu() -> list[Mode]:
    """All modes, in the order of the menu."""
    return [*_network(), *_paging(), *_columns(), *_values(), *_content(), *_protocol(), *_robots_and_wire()]


def _network() -> Iterator[Mode]:
    for kind in ("none", "seconds", "date", "garbage", "past"):
        yield Mode(f"F01 429, Retry-After {kind}", "F01", {"kind": kind, "seconds": 90, "count": 2})
    yield Mode("F01 429 for good", "F01", {"kind": "past", "count": "forever"})
    yield Mode("F02 503, then well", "F02", {"count": 2})
    yield Mode("F02 500 for good", "F02", {"status": 500, "count": "forever"})
    yield Mode("F03 202, then well", "F03", {"count": 2}, needs=marks("socrata"))
    for code in (400, 403, 499, 504):
        yield Mode(f"F04 error {code} under 200", "F04", {"code": code})
    yield Mode("F04 error 504 under 200, once", "F04", {"code": 504, "count": 1}, needs=marks("arcgis socrata"))
    for kind in ("block", "captcha", "login"):
        yield Mode(f"F05 {kind} page", "F05", {"kind": kind})
        yield Mode(f"F05 {kind} page half way", "F05", {"kind": kind, "after": 1}, needs=marks("paged session index"))
    yield Mode("F06 service root", "F06", needs=marks("arcgis"))


def _paging() -> Iterator[Mode]:
    paged = marks("paged")
    # EnerGov and a layer say how many rows there are; what a whole file holds, nobody says.
    short: dict[str, Any] = {"named_by": MISSING}
    yield Mode("F07 short page", "F07", {"rows": 7}, **short)
    yield Mode("F07 short page for good", "F07", {"rows": 7, "count": "forever"}, **short)
    yield Mode("F07 empty page", "F07", {"rows": 0}, **short)
    yield Mode("F08 a smaller page size", "F08", {"cap": 30}, needs=paged | marks("search"))
    yield Mode("F09 unordered pages", "F09", needs=marks("paged file search"))
    for kind, where in (("insert", "served"), ("delete", "served"), ("delete", "ahead"), ("update", "served")):
        options = {"kind": kind, "where": where, "column": "description" if kind == "update" else ""}
        yield Mode(
            f"F10 {kind} between pages, {where}", "F10", options, needs=paged | marks("search"), forgives=True,
            named_by=MISSING | KEYS,
        )  # fmt: skip
    for after in (0, 1):
        replaced: dict[str, Any] = {"kind": "rows", "after": after}
        yield Mode(f"F11 all rows replaced, after {after}", "F11", replaced, needs=marks("ids"), named_by=KEYS)
    yield _data("F11 all permits renumbered", "F11", {"kind": "keys", "after": 0}, named_by=KEYS | PLACE)


def _data(name: str, fault: FaultId, options: dict[str, Any], **more: Any) -> Mode:
    return Mode(name, fault, options, is_of_the_data=True, **more)


def _columns() -> Iterator[Mode]:
    for column in ("permit", "issued", "cost", "address", "status"):
        for kind in ("rename", "drop"):
            options = {"kind": kind, "column": column} | ({"to": f"{column}_2"} if kind == "rename" else {})
            yield _data(f"F12 {column} {kind}d", "F12", options, named_by=DRIFT, not_for=_first_two(column))
    for column in ("issued", "cost"):
        options = {"kind": "retype", "column": column}
        yield _data(f"F12 {column} retyped to text", "F12", options, needs=marks("typed"), named_by=DRIFT)
    yield _data("F12 status recoded", "F12", {"kind": "recode", "column": "status"}, named_by=WORDS | DRIFT)
    yield _data("F12 type recoded", "F12", {"kind": "recode", "column": "type"}, named_by=WORDS | DRIFT)
    swapped = {"kind": "swap", "column": "description", "to": "address"}
    yield _data("F12 description and address change places", "F12", swapped, named_by=DRIFT)
    yield _data("F12 columns in another order", "F12", {"kind": "reorder"}, not_for=marks("accela accela_report"))
    yield _data("F12 a header in capitals", "F12", {"kind": "recase", "column": "cost"}, named_by=DRIFT)
    for column in ("cost", "contractor", "description", "address"):
        options = {"kind": "empty", "column": column}
        yield _data(f"F12 {column} emptied", "F12", options, named_by=DRIFT)
        yield _data(f"F12 {column} emptied in new rows", "F12", options, named_by=DRIFT, new_rows=True, mornings=6)
    newly = {"kind": "recode", "column": "status"}
    yield _data("F12 status recoded in new rows", "F12", newly, named_by=WORDS | DRIFT, new_rows=True)


def _first_two(column: str) -> frozenset[str]:
    """Accela's list has no table without its first two columns, so the simulator cannot drop them."""
    return marks("accela") if column in ("permit", "issued") else frozenset()


def _values() -> Iterator[Mode]:
    for kind, column in (("blank", "zip"), ("none_given", "contractor"), ("na", "contractor")):
        yield _data(f"F13 {kind} for no {column}", "F13", {"kind": kind, "column": column}, named_by=DRIFT)
    for kind in ("zero", "one"):
        yield _data(f"F13 cost of {kind} for none", "F13", {"kind": kind, "column": "cost"}, named_by=DRIFT)
    for column in ("permit", "status", "address"):
        yield _data(f"F13 padded {column}", "F13", {"kind": "padded", "column": column}, named_by=DRIFT)
    for kind in ("dollars", "commas", "exponent", "negative", "huge", "words"):
        options = {"kind": kind, "column": "cost"}
        yield _data(f"F14 cost in {kind}", "F14", options, named_by=DRIFT)
        yield _data(f"F14 cost in {kind} in new rows", "F14", options, named_by=DRIFT, new_rows=True)
    for kind in ("us", "day_first", "slashes", "epoch", "day", "clock", "zone", "far", "future", "ancient"):
        options = {"kind": kind, "column": "issued"}
        yield _data(f"F15 days as {kind}", "F15", options, named_by=DRIFT | ODD_DAYS | MISSING)
    for kind in ("us", "day_first", "far", "future", "ancient"):
        options = {"kind": kind, "column": "issued"}
        named = DRIFT | ODD_DAYS | MISSING
        yield _data(f"F15 days as {kind} in new rows", "F15", options, named_by=named, new_rows=True)


def _content() -> Iterator[Mode]:
    frozen = {"kind": "frozen"}
    yield _data("F16 frozen under fresh metadata", "F16", frozen, named_by=MISSING, new_rows=True, mornings=3)
    yield _data("F16 every second new row", "F16", {"kind": "thinned"}, named_by=MISSING, new_rows=True, mornings=10)
    yield _data("F16 the older half only", "F16", {"kind": "cut"}, named_by=MISSING)
    for kind in ("private", "gone", "withdrawn", "unauthorized"):
        yield Mode(f"F17 {kind}", "F17", {"kind": kind})
    yield _data("F18 every row twice", "F18", {"kind": "repeat"}, named_by=KEYS)
    yield _data("F18 new rows twice", "F18", {"kind": "repeat"}, named_by=KEYS, new_rows=True)
    several = {"kind": "several", "column": "description"}
    yield _data("F18 several rows a permit", "F18", several, named_by=KEYS | DRIFT)
    yield _data("F18 several rows a new permit", "F18", several, named_by=KEYS | DRIFT, new_rows=True)
    yield _data("F18 permits share a key", "F18", {"kind": "merged"}, named_by=KEYS)
    yield _data("F18 new permits share a key", "F18", {"kind": "merged"}, named_by=KEYS, new_rows=True)
    yield _data("F19 another city's rows mixed in", "F19", {"kind": "mixed"}, named_by=PLACE)
    yield _data("F19 another city's rows among new ones", "F19", {"kind": "mixed"}, named_by=PLACE, new_rows=True)
    yield _data("F19 another city's list", "F19", {"kind": "whole"}, named_by=PLACE | KEYS)
    yield _data("F19 another city's new rows", "F19", {"kind": "whole"}, named_by=PLACE | KEYS, new_rows=True)
    yield _data("F20 contact filled by rote", "F20", {"column": "contractor"}, named_by=CONTACT | DRIFT)
    fake = {"column": "contractor"}
    yield _data(
        "F20 new rows' contact filled by rote", "F20", fake, named_by=CONTACT | DRIFT, new_rows=True, mornings=5
    )


def _protocol() -> Iterator[Mode]:
    for kind in ("shifted", "sheet", "inline", "serial", "biff", "html"):
        not_for = marks("biff") if kind in ("sheet", "inline", "serial", "biff") else frozenset[str]()
        yield Mode(f"F21 workbook: {kind}", "F21", {"kind": kind}, needs=marks("workbook"), not_for=not_for)
    for kind in ("viewstate", "error", "saturated", "pager"):
        yield Mode(f"F22 {kind}, once", "F22", {"kind": kind}, needs=marks("accela"))
        yield Mode(f"F22 {kind} for good", "F22", {"kind": kind, "count": "forever"}, needs=marks("accela"))
    for kind in ("weak", "gzip", "future"):
        yield Mode(f"F23 {kind} validator", "F23", {"kind": kind}, needs=marks("cached"))
    yield Mode(
        "F23 304 although it changed", "F23", {"kind": "liar"}, needs=marks("cached"), named_by=MISSING, mornings=3
    )


def _robots_and_wire() -> Iterator[Mode]:
    closed = ("broken", "timeout", "wildcard", "disallow")
    for kind in ("missing", "forbidden", "throttled", "hops", "long", "longest", *closed):
        yield Mode(f"F24 robots.txt {kind}", "F24", {"kind": kind}, is_open=kind not in closed)
    for kind in ("reset", "cut", "gzip", "short", "empty"):
        yield Mode(f"F25 {kind}, once", "F25", {"kind": kind})
        yield Mode(f"F25 {kind} half way", "F25", {"kind": kind, "after": 1}, needs=marks("paged session index"))
        yield Mode(f"F25 {kind} for good", "F25", {"kind": kind, "count": "forever", "on": "rows"}, named_by=MISSING)
    yield Mode("F25 byte order mark", "F25", {"kind": "bom", "count": "forever"}, needs=marks("text"))
    yield Mode("F25 UTF-16 unsaid", "F25", {"kind": "utf16", "count": "forever"}, needs=marks("text"))
    yield Mode("F25 redirect in circles", "F25", {"kind": "loop", "count": "forever"})
    yield Mode("F25 slow loris", "F25", conditions=lambda: Conditions(crawl=700.0))
    yield Mode("F25 no trusted certificate", "F25", conditions=lambda: Conditions(transport=NoTrust()))
    huge: dict[str, Any] = {"kind": "huge", "count": "forever", "on": "rows"}
    yield Mode("F25 endless body", "F25", huge, conditions=lambda: Conditions(max_body_bytes=HUGE_BYTES))
