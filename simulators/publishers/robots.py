"""robots.txt of a host, in the ways RFC 9309 tells apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulators.publishers.messages import Reply, Request

RobotsKind = Literal["allow", "disallow", "missing", "status", "timeout", "redirect", "text"]


@dataclass(frozen=True, slots=True)
class Robots:
    """How a host answers for /robots.txt. `status` serves kind "status" (403, 429, 500 …), `hops` kind "redirect"."""

    kind: RobotsKind = "allow"
    status: int = 403
    hops: int = 1
    crawl_delay: float | None = None
    text: str = ""
    seconds: float = 60.0

    def answer(self, request: Request) -> Reply:
        """The answer; redirects lead to /robots-1.txt, /robots-2.txt … and then to a file that allows all."""
        if self.kind == "missing":
            return Reply(404, b"not found", {"Content-Type": "text/plain"})
        if self.kind == "status":
            return Reply(self.status, b"", {"Content-Type": "text/plain"})
        hop = self._hop(request.path)
        if self.kind == "redirect" and hop < self.hops:
            return Reply(301, b"", {"Location": f"/robots-{hop + 1}.txt"})
        delay = self.seconds if self.kind == "timeout" else 0.0
        return Reply(200, self._text().encode(), {"Content-Type": "text/plain; charset=utf-8"}, delay_seconds=delay)

    def serves(self, path: str) -> bool:
        """Whether the path is robots.txt or one of its redirects."""
        return path == "/robots.txt" or (path.startswith("/robots-") and path.endswith(".txt"))

    def _hop(self, path: str) -> int:
        number = path.removeprefix("/robots-").removesuffix(".txt")
        return int(number) if number.isdigit() else 0

    def _text(self) -> str:
        if self.kind == "text":
            return self.text
        rule = "Disallow: /" if self.kind == "disallow" else "Disallow:"
        delay = f"Crawl-delay: {self.crawl_delay:g}\n" if self.crawl_delay is not None else ""
        return f"User-agent: *\n{delay}{rule}\n"


def odd_robots(kind: str) -> Robots:
    """The robots.txt of fault F24; `longest` allows by its longer rule, `long` disallows only beyond 500 KiB."""
    comment = "# " + "x" * 1021 + "\n"
    odd = {
        "missing": Robots("missing"),
        "forbidden": Robots("status", status=403),
        "throttled": Robots("status", status=429),
        "broken": Robots("status", status=500),
        "timeout": Robots("status", status=504),
        "hops": Robots("redirect", hops=6),
        "long": Robots("text", text=f"User-agent: *\n{comment * 600}Disallow: /\n"),
        "longest": Robots("text", text="User-agent: *\nDisallow: /\nAllow: /*\n"),
        "wildcard": Robots("text", text="User-agent: *\nDisallow: /*\n"),
        "disallow": Robots("disallow"),
    }
    return odd[kind]
