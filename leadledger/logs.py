"""One JSON object a line on stdout, without tokens, keys or e-mail addresses."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

SECRETS = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]+\.?[\w-]*"  # JSON Web Tokens
    r"|sb_(?:publishable|secret)_\w+"
    r"|(?:[sr]k_(?:live|test)|whsec)_\w+"  # Stripe's
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<=://)[^/\s@]+(?=@)"  # user and password in an address
)
FRAME_COUNT = 12


def configure_logging() -> None:
    """Send our events to stdout; uvicorn's own access lines, which hold whole queries, are switched off."""
    logging.getLogger("uvicorn.access").disabled = True
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            describe_exception,
            redact,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ],
        logger_factory=structlog.PrintLoggerFactory(),  # to whatever stdout is when a line is written
        cache_logger_on_first_use=False,
    )


def redact(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blacken what must not be written down, wherever it hides in a text."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = SECRETS.sub("…", value)
    return event


def describe_exception(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Class, first line and frames of an exception; the rest of a database's message may quote a row."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-FRAME_COUNT:]
        event["error"] = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        event["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _to_json(event: MutableMapping[str, Any], **_: object) -> str:
    return orjson.dumps(event, default=str).decode()
