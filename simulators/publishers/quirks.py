"""How an answer is bent by the faults that are on: read by the protocols, set by faults.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quirks:
    """Nothing bent by default. `seed` makes the order of unordered answers differ from request to request."""

    seed: int = 0
    page_cap: int | None = None  # F08: the server's own page size
    short_rows: int | None = None  # F07: rows of a short page that says more is to come
    ignores_order: bool = False  # F09: shuffles although an order was asked for
    is_service_root: bool = False  # F06: describes the service instead of answering
    error_code: int | None = None  # F04: HTTP 200 that carries an error
    validators: str = ""  # F23: weak or gzip ETags, a Last-Modified in the future, 304 whatever changed
    error_message: str = "Unable to complete operation."
    webforms: str = ""  # F22: viewstate, error, saturated or pager
    sheet: str = ""  # F21: how a workbook is written in another way


PLAIN = Quirks()
