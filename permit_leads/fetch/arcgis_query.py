"""Questions to one ArcGIS layer, and the errors it answers with, most of them inside HTTP 200."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from permit_leads.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from permit_leads.fetch.http import PoliteClient
from permit_leads.fetch.json_text import BrokenJson, member, parse, text_of
from permit_leads.fetch.wire import Transient
from permit_leads.page import Page, PageKind
from permit_leads.registry import Dataset

MAX_ADDRESS = 1900  # ArcGIS Online answers 404 to a GET of more than about 2,000 characters
FORM = "application/x-www-form-urlencoded"
# Codes inside HTTP 200. Source: Esri, "HTTP status codes" of the ArcGIS REST API; arcgis-rest-js error mocks.
REFUSED = frozenset({401, 403, 498, 499})
LATER = frozenset({429, 500, 502, 503, 504})


class QueryFailed(Exception):
    """The server will not answer this question; another form of it may do."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


class LayerClient:
    """Asks one layer, by POST where the question is too long for an address."""

    def __init__(self, dataset: Dataset, client: PoliteClient) -> None:
        self.dataset = dataset
        self._client = client

    def say(self, name: str, **fields: object) -> None:
        """Tell whoever follows the run."""
        self._client.on_event(name, source=self.dataset.id, **fields)

    def metadata(self) -> Page:
        """The layer's description of itself."""
        return self._fetch("GET", f"{self.dataset.url}?f=json", None, "metadata")

    def ask(self, kind: PageKind, parameters: dict[str, str]) -> Page:
        """The answer to one query.

        Raises:
            QueryFailed: the answer is an error about the question.
        """
        form = urlencode(parameters | {"f": "json"}, safe="*(),", quote_via=quote)
        address = f"{self.dataset.url}/query"
        if len(address) + len(form) < MAX_ADDRESS:
            return self._fetch("GET", f"{address}?{form}", None, kind)
        return self._fetch("POST", address, form, kind)

    def _fetch(self, method: str, url: str, form: str | None, kind: PageKind) -> Page:
        page = self._client.fetch(
            self.dataset.id,
            method,
            url,
            body=form,
            headers={"content-type": FORM} if form is not None else None,
            kind=kind,
            min_spacing=self.dataset.spacing_seconds,
            accept=frozenset({200, 400}),
            inspect=_raise_if_later,
        )
        failure = failure_in(page.body)
        if failure is not None:
            raise failure
        if page.status == 400:
            raise QueryFailed(400, page.body[:200].decode("utf-8", "replace"))
        return page


def source_error(dataset: Dataset, failure: QueryFailed) -> SourceError:
    """What a question that failed for good means for the dataset."""
    said = f"{dataset.url} answers error {failure.code}: {failure.message}"
    if failure.code in REFUSED:
        return SourceRefused(dataset.id, f"{said}; it has been closed to the public")
    if failure.code in LATER:
        return SourceUnavailable(dataset.id, said)
    return SourceChanged(dataset.id, f"{said}; look at the layer and edit the source file")


def failure_in(body: bytes) -> QueryFailed | None:
    """The error that an answer carries; `code` may be missing, and `details` may be a list, a text or nothing."""
    if b'"error"' not in body[:4096]:
        return None
    try:
        error = member(parse(body), "error")
    except BrokenJson as broken:
        raise Transient(f"a body that was cut off ({broken})") from broken
    if error is None:
        return None
    details = member(error, "details")
    parts = [member(error, "message"), *(details if isinstance(details, list) else [details])]
    message = " ".join(dict.fromkeys(text for text in map(text_of, parts) if text)) or "no message"
    code = text_of(member(error, "code")) or "400"
    return QueryFailed(int(code) if code.isdigit() else 400, message[:300])


def _raise_if_later(body: bytes) -> None:
    failure = failure_in(body)
    if failure is not None and failure.code in LATER:
        raise Transient(f"HTTP 200 with error {failure.code} ({failure.message})", failure.code)
