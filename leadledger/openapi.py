"""Prints the OpenAPI document: `python -m leadledger.openapi > docs/openapi.json`; needs no database."""

from __future__ import annotations

import json
import sys

from leadledger.app import build_app


def main() -> None:
    """Write it to stdout, in the order and spelling that `make docs` checks."""
    json.dump(build_app().openapi(), sys.stdout, indent=2, sort_keys=True, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
