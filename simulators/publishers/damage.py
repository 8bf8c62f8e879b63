"""F25: answers that break on their way, or whose bytes are not what they say they are."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import replace

from simulators.publishers.faults import Fault
from simulators.publishers.messages import Reply

HUGE_BYTES = 9 * 1024 * 1024


def damaged(reply: Reply, faults: Iterable[Fault]) -> Reply:
    """The answer as it leaves the publisher: broken where F25 struck."""
    kind = next((fault.kind for fault in faults if fault.id == "F25"), None)
    return reply if kind is None or reply.status != 200 else _damaged(reply, kind)


def _damaged(reply: Reply, kind: str) -> Reply:
    body, half = reply.body, len(reply.body) // 2
    match kind:
        case "reset":
            return replace(reply, cut_at=0)
        case "cut":
            return replace(reply, cut_at=half)
        case "gzip":
            packed = gzip.compress(body, 1)
            headers = reply.headers | {"Content-Encoding": "gzip"}
            return replace(reply, body=packed[: len(packed) // 2], headers=headers)
        case "short":  # the length fits, the content is cut
            return replace(reply, body=body[:half])
        case "empty":
            return replace(reply, body=b"")
        case "bom":
            return replace(reply, body=b"\xef\xbb\xbf" + body)
        case "utf16":
            return replace(reply, body=body.decode("utf-8", "replace").encode("utf-16"))
        case "huge":
            return replace(reply, body=body + b" " * HUGE_BYTES)
    return Reply(302, b"", {"Location": "?again=1"})  # loop: each address leads to itself
