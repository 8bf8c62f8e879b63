"""What comes in and what goes out, before and after HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote

Kind = Literal["rows", "count", "metadata", "index", "robots", "other"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `query` keeps order and repeats; `at` is the server's monotonic clock in seconds."""

    method: str
    host: str
    path: str
    raw_query: str
    headers: dict[str, str]
    body: bytes = b""
    at: float = 0.0

    @property
    def query(self) -> list[tuple[str, str]]:
        """Parameters of the URL and, for a form POST, of the body."""
        pairs = parse_qsl(self.raw_query, keep_blank_values=True)
        if self.method == "POST" and "form-urlencoded" in self.headers.get("content-type", ""):
            pairs += parse_qsl(self.body.decode("utf-8"), keep_blank_values=True)
        return pairs

    @property
    def plain_path(self) -> str:
        """The path with percent-encoding undone."""
        return unquote(self.path)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `delay_seconds` holds it back; `cut_at` sends only so many bytes and then drops the connection."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    cut_at: int | None = None


def html(body: str, status: int = 200) -> Reply:
    """A page of HTML."""
    return Reply(status, body.encode(), {"Content-Type": "text/html; charset=utf-8"})
