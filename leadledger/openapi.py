"""Prints the OpenAPI document: `python -m leadledger.openapi > docs/openapi.json`; needs no database."""

from __future__ import annotations

import json
import sys

from leadledger.app import build_app


def render() -> str:
    """The document in the order and spelling that is committed."""
    return json.dumps(build_app().openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
