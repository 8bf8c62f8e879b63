"""The faults (F01 to F25) a publisher can be told to have; simulators/README.md describes each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Lock
from typing import Literal

from simulators.publishers.menu import DATA, DEFAULTS, KINDS, NEEDS_COLUMN, Count, FaultId
from simulators.publishers.messages import Kind, Reply, html
from simulators.publishers.quirks import Quirks
from simulators.publishers.socrata.errors import private_error

_BLOCK_PAGE = (
    "<html><head><title>Attention Required!</title></head><body><h1>Sorry, you have been blocked</h1></body></html>"
)
_CAPTCHA_PAGE = "<html><body><form id='challenge-form'><div class='g-recaptcha'></div></form></body></html>"
_LOGIN_PAGE = "<html><head><title>Sign in</title></head><body><form action='/login' method='post'></form></body></html>"
_PAGES = {"block": _BLOCK_PAGE, "captcha": _CAPTCHA_PAGE, "login": _LOGIN_PAGE}


class UnknownFaultError(ValueError):
    """A fault that cannot be: unknown id, key or kind."""


@dataclass
class Fault:
    """One fault; empty `host` and `dataset` mean everywhere. `after` matching requests pass before it strikes."""

    id: FaultId
    host: str = ""
    dataset: str = ""
    on: str = ""  # rows, count, metadata, index, any; empty: what the fault usually strikes
    after: int | None = None
    count: Count | None = None
    kind: str = ""
    seconds: float = 1.0
    status: int = 0
    code: int = 400
    message: str = "Unable to complete operation."
    rows: int | None = None
    cap: int | None = None
    column: str = ""
    to: str = ""
    where: Literal["served", "ahead"] = "served"
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.id not in DEFAULTS:
            raise UnknownFaultError(f"unknown fault {self.id!r}; known are F01 to F25")
        kinds = KINDS.get(self.id, ("",))
        if self.kind not in kinds:
            raise UnknownFaultError(
                f"{self.id} has the kinds {', '.join(filter(None, kinds)) or 'none'}, not {self.kind!r}"
            )
        if self.id in NEEDS_COLUMN and not self.column and self.kind != "reorder":
            raise UnknownFaultError(f"{self.id} needs a column")

    def strikes(self, host: str, names: Iterable[str], kind: Kind) -> bool:
        """Whether this request is struck; counts it either way."""
        kinds, count, after = DEFAULTS[self.id]
        wanted = kinds if not self.on else (self.on,) if self.on != "any" else (*DATA, "robots")
        if self.host not in ("", host) or (self.dataset and self.dataset not in names) or kind not in wanted:
            return False
        self.seen += 1
        limit = self.count if self.count is not None else count
        if self.seen <= (self.after if self.after is not None else after):
            return False
        if limit != "forever" and self.fired >= limit:
            return False
        self.fired += 1
        return True


class FaultBook:
    """The faults that are on; may be changed while requests are answered."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = Lock()
        self._faults = list(faults)

    def strike(self, host: str, names: Iterable[str], kind: Kind) -> list[Fault]:
        """The faults that strike this request."""
        known = tuple(names)
        with self._lock:
            return [fault for fault in self._faults if fault.strikes(host, known, kind)]

    def add(self, *faults: Fault) -> None:
        """Switch faults on."""
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults.clear()

    def listed(self) -> list[Fault]:
        """The faults that are on, with their counts."""
        with self._lock:
            return list(self._faults)


def make_fault(given: Mapping[str, object]) -> Fault:
    """A fault out of a TOML or JSON table.

    Raises:
        UnknownFaultError: an unknown id, key or kind.
    """
    known = {item.name for item in fields(Fault) if item.init}
    unknown = sorted(set(given) - known)
    if unknown or "id" not in given:
        raise UnknownFaultError(
            f"a fault has id and {', '.join(sorted(known - {'id'}))}; got {', '.join(unknown) or 'no id'}"
        )
    return Fault(**given)  # type: ignore[arg-type]  # keys are checked above, values are the caller's


def read_faults(path: Path) -> list[Fault]:
    """Faults of a TOML file with [[fault]] tables."""
    return [make_fault(table) for table in tomllib.loads(path.read_text("utf-8")).get("fault", [])]


def early_reply(faults: Iterable[Fault]) -> Reply | None:
    """The answer of a fault that stands before the protocol (F01, F02, F03, F05, F17), if one strikes."""
    for fault in faults:
        if fault.id == "F01":
            return Reply(429, b"Too many requests", {"Content-Type": "text/plain"} | _retry_after(fault))
        if fault.id == "F02":
            return html("<html><body><h1>Service Unavailable</h1></body></html>", fault.status or 503)
        if fault.id == "F03":
            return Reply(202, b"", {"Content-Type": "application/json;charset=utf-8"})
        if fault.id == "F05":
            return (
                private_error() if fault.kind == "private" else html(_PAGES[fault.kind or "block"], fault.status or 200)
            )
        if fault.id == "F17":
            return private_error() if fault.kind == "private" else _gone(fault.kind)
    return None


def _gone(kind: str) -> Reply:
    status = {"gone": 404, "withdrawn": 410, "unauthorized": 401}[kind]
    return Reply(status, b'{"error": true, "message": "not available"}', {"Content-Type": "application/json"})


def bend(faults: Iterable[Fault], seed: int) -> Quirks:
    """The quirks of the faults that the protocols themselves show (F04, F06 to F09)."""
    by_id = {fault.id: fault for fault in faults}
    webforms = by_id.get("F22")
    short, cap, refused = by_id.get("F07"), by_id.get("F08"), by_id.get("F04")
    return Quirks(
        seed=seed,
        page_cap=(cap.cap or 100) if cap else None,
        short_rows=(short.rows or 0) if short else None,
        ignores_order="F09" in by_id,
        is_service_root="F06" in by_id,
        validators=by_id["F23"].kind if "F23" in by_id else "",
        error_code=refused.code if refused else None,
        error_message=refused.message if refused else "",
        webforms=webforms.kind if webforms else "",
        sheet=by_id["F21"].kind if "F21" in by_id else "",
    )


def _retry_after(fault: Fault) -> dict[str, str]:
    now = datetime.now(UTC)
    values = {
        "none": "",
        "seconds": str(int(fault.seconds)),
        "date": format_datetime(now + timedelta(seconds=fault.seconds), usegmt=True),
        "garbage": "in a while",
        "past": format_datetime(now - timedelta(hours=1), usegmt=True),
    }
    value = values[fault.kind or "none"]
    return {"Retry-After": value} if value else {}
