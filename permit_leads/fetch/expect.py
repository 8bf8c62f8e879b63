"""A cheap look at whether a body is what was asked for, before anybody reads it."""

from __future__ import annotations

from permit_leads.errors import SourceChanged
from permit_leads.fetch.walls import Expected, has_table
from permit_leads.fetch.wire import Answer, Transient
from permit_leads.fetch.zipped import require_whole_zip

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")  # the second has no member
WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # zip (xlsx) and OLE2 (xls)


def require_expected(dataset_id: str, answer: Answer, expected: Expected) -> None:
    """Raises when the body cannot be what was expected.

    Raises:
        Transient: empty, or JSON or a ZIP that was cut off.
        SourceChanged: something else.
    """
    if not answer.body.strip():
        raise Transient("an empty body")
    if expected == "json":
        _require_json(dataset_id, answer)
    elif expected == "workbook":
        _require_workbook(dataset_id, answer)
    elif expected == "zip":
        if not answer.body.startswith(ZIP_STARTS):
            raise SourceChanged(dataset_id, f"{answer.url} is no ZIP file: {excerpt(answer.body)}")
        require_whole_zip(answer.body)
    elif expected == "csv" and answer.body.lstrip().startswith(b'{"'):
        raise SourceChanged(dataset_id, f"{answer.url} answers JSON, no CSV: {excerpt(answer.body)}")


def _require_workbook(dataset_id: str, answer: Answer) -> None:
    """A ZIP (xlsx), OLE2 (xls), or the HTML table that report servers call a workbook."""
    if not answer.body.startswith(WORKBOOK_STARTS) and not has_table(answer.body):
        raise SourceChanged(dataset_id, f"{answer.url} is no workbook: {excerpt(answer.body)}")
    require_whole_zip(answer.body)


def _require_json(dataset_id: str, answer: Answer) -> None:
    """Looks at both ends of the body only."""
    head = answer.body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] not in (b"[", b"{"):
        raise SourceChanged(dataset_id, f"{answer.url} answers no JSON: {excerpt(answer.body)}")
    if answer.body[-64:].rstrip()[-1:] != (b"]" if head[:1] == b"[" else b"}"):
        raise Transient("a body that was cut off")


def excerpt(body: bytes) -> str:
    """The beginning of a body in one line; for messages."""
    return " ".join(body[:400].decode("utf-8", "replace").split())[:200]
