"""Log lines hold ids, never what proves or names somebody."""

from __future__ import annotations

import json

import pytest
import structlog

from leadledger.logs import configure_logging

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "secret",
    [JWT, "owner@example.com", "sb_publishable_abc123", "sb_secret_abc123", "someone:password"],
)
def test_secret_is_blackened_wherever_it_stands(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    text = f"failed at postgresql://{secret}@host/db" if ":" in secret else f"failed for {secret}, again"
    try:
        raise ValueError(f"{text}\nDETAIL: a row of somebody")
    except ValueError as error:
        structlog.get_logger().error("request.failed", exc_info=error, reason=text)
    line = capsys.readouterr().out
    assert secret not in line
    assert "somebody" not in line
    assert json.loads(line)["error"].startswith("ValueError: failed")


def test_line_is_one_json_object_with_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    structlog.get_logger().info("request.finished", status=200)
    event = json.loads(capsys.readouterr().out)
    assert (event["event"], event["level"], event["status"]) == ("request.finished", "info", 200)
    assert "timestamp" in event
