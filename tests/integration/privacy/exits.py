"""Every way out of the site, as one text each: all GET addresses of the document, searches, tools, files, letters."""

from __future__ import annotations

import asyncio
import itertools
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import orjson
import polars as pl
from mcp_types import CallToolRequestParams

from leadledger.app import build_app
from leadledger.mcp.contract import TOOLS
from leadledger.mcp.server import Agent
from tests.integration.privacy.person import NEEDLES
from tests.integration.privacy.site import OPENNESS, Site

GETS = {
    operation["operationId"]: (path, operation)
    for path, methods in build_app().openapi()["paths"].items()
    for method, operation in methods.items()
    if method == "get"
}
PARAMETER = re.compile(r"{(\w+)}")
BOX = {"bbox": "-99,29,-72,42"}
ALL = {"openness": OPENNESS, "limit": "100"}
HIS_WORDS = ("zebedee quillfeather", "quagmire", "zebedee@quillfeather.example", "555-0137", "removed on request")
# What is asked besides the bare address; whoever adds an address that cannot be asked bare says here how it is.
QUESTIONS: dict[str, list[dict[str, Any]]] = {
    "list_leads": [ALL, {**ALL, "sort": "cost"}, *({**ALL, "q": q} for q in HIS_WORDS)],
    "count_facets": [{"openness": OPENNESS}, *({"openness": OPENNESS, "q": q} for q in HIS_WORDS)],
    "count_clusters": [{**BOX, "openness": OPENNESS, "zoom": zoom} for zoom in ("5", "8")],
    "get_contractor": [
        {"name": name}
        for name in ("Zebedee Quillfeather", "Quillfeather Zebedee A", "Quillfeather, Zebedee", "removed on request")
    ],
    "get_property": [],
    "list_offers": [{"lead_id": "{lead_id}"}],
    "list_events": [{"after": "0", "include": "record", "limit": "100"}],
    "diff_permit": [{"from": "1", "to": "2"}],
    "get_permit": [{}, {"as_of": "{between}"}],
    "get_field_coverage": [{}, {"dataset_id": "{dataset_id}"}],
}
# Asked for what nobody has, they refuse; what they refuse with is read as well.
MAY_REFUSE = {"get_contractor", "get_property", "download_export", "count_clusters", "list_leads"}


def api(site: Site) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each answer of each GET address about him: what was asked, what came, and what the asker said himself."""
    for name, (path, _) in GETS.items():
        for place in _places(site, path):
            for question in _questions(site, name):
                yield from _ask(site, name, place, question)


def _places(site: Site, path: str) -> list[str]:
    names = PARAMETER.findall(path)
    return [
        path.format_map(dict(zip(names, ids, strict=True)))
        for ids in itertools.product(*(site.known[name] for name in names))
    ]


def _questions(site: Site, name: str) -> list[dict[str, Any]]:
    asked = QUESTIONS.get(name, [{}])
    if name == "get_property":
        asked = [{"address": "4711 Quagmire Ct", "zip": site.printed.zip}]
    texts = {
        "dataset_id": site.printed.dataset_id,
        "between": site.known["between"][0],
        "lead_id": site.known["lead_id"][0],
    }
    return [
        {one: text.format_map(texts) if isinstance(text, str) else text for one, text in query.items()}
        for query in asked
    ]


def _ask(site: Site, name: str, place: str, query: dict[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """All pages of one answer."""
    said = tuple(str(value) for value in query.values())
    for page in itertools.count(1):
        answer = site.person.ask("GET", place, params=query)
        assert answer.status_code < 400 or name in MAY_REFUSE, (name, place, query, answer.text)
        if answer.status_code < 400:
            site.answered.add(name)
        yield f"{name} {place} {query if page == 1 else f'page {page}'}", text_of(answer), said
        cursor = _cursor(answer)
        if not cursor:
            return
        query = {**query, **cursor}


def _cursor(answer: httpx.Response) -> dict[str, str]:
    if not answer.headers.get("content-type", "").startswith("application/json") or answer.status_code >= 400:
        return {}
    body = answer.json()
    if not isinstance(body, dict):
        return {}
    cursor = body.get("next_cursor")
    return {"cursor": cursor} if cursor else {}


def text_of(answer: httpx.Response) -> str:
    """Headers and body, a file's cells opened."""
    kind = answer.headers.get("content-type", "")
    name = "x.xlsx" if "spreadsheet" in kind else "x.parquet" if "parquet" in kind else "x.txt"
    return f"{answer.headers}\n{cells_of(answer.content, name)}"


def searches(site: Site) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Questions with a body, and writes that are sent again and answered from memory."""
    asked: list[tuple[str, dict[str, Any]]] = [
        ("/api/leads/search", {"openness": OPENNESS, "limit": 100}),
        ("/api/leads/search", {"openness": OPENNESS, "q": "zebedee quillfeather"}),
        ("/api/saved-search-previews", {"filter": {"openness": OPENNESS}}),
    ]
    for path, body in asked:
        yield f"POST {path} {body}", site.person.ask("POST", path, json=body).text, (str(body),)
    for lead_id in site.known["lead_id"]:
        again = site.person.ask("POST", "/api/claims", json={"lead_id": lead_id}, headers={"Idempotency-Key": lead_id})
        yield f"claim of {lead_id}, sent again", again.text, ()


def tools(site: Site) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every tool of the MCP server, with every question."""

    async def call(tool: str, arguments: Mapping[str, Any]) -> str:
        headers = {"Authorization": f"Bearer {site.person.token}"}
        async with httpx.AsyncClient(base_url=site.client.base_url, headers=headers, timeout=30) as api:
            result = await Agent(api).call_tool(None, CallToolRequestParams(name=tool, arguments=dict(arguments)))  # type: ignore[arg-type]
            return orjson.dumps(result.model_dump(mode="json")).decode()

    for tool, name in TOOLS.items():
        names = PARAMETER.findall(GETS[name][0])
        for ids in itertools.product(*(site.known[one] for one in names)):
            for question in _questions(site, name):
                arguments = {**question, **dict(zip(names, ids, strict=True))}
                said = tuple(map(str, question.values()))
                yield f"tool {tool} {arguments}", asyncio.run(call(tool, arguments)), said


def letters(site: Site, since: int) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What receivers got from the request of this number on, and the mails that lie in the outbox."""
    for number, request in enumerate(site.receiver.requests[since:], since):
        yield f"webhook {number} {request.path}", request.body.decode(), ()
    for path in sorted((site.home / "outbox").glob("*")):
        yield f"mail {path.name}", _mail_text(path.read_bytes()), ()
    if (outbox := site.client.get("/outbox")).status_code == 200:
        yield "outbox page", outbox.text, ()


def _mail_text(raw: bytes) -> str:
    mail = message_from_bytes(raw, policy=policy.default)
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts])


def files(folder: Path, *without: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every file below a folder, its cells opened, apart from some folders."""
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        place = path.relative_to(folder)
        if place.parts[0] not in without:
            yield f"file {place}", cells_of(path.read_bytes(), path.name, path), ()


def cells_of(content: bytes, name: str, path: Path | None = None) -> str:
    """A file's bytes as text, unpacked where its format packs them."""
    texts = [content.decode("utf-8", "replace")]
    if name.endswith(".parquet") and content.startswith(b"PAR1"):
        texts.append(pl.read_parquet(content).write_ndjson())
    if name.endswith(".xlsx") and content.startswith(b"PK"):
        texts += _zipped(content)
    if name.endswith(".eml"):
        texts.append(_mail_text(content))
    if path is not None and name.endswith(".sqlite"):
        with sqlite3.connect(path) as book:
            texts.append("\n".join(book.iterdump()))
    return "\n".join(texts)


def _zipped(content: bytes) -> list[str]:
    import io

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return [packed.read(one).decode("utf-8", "replace") for one in packed.namelist()]


def said(site: Site) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The lines that runs, workers and the operator's desk printed."""
    for number, (name, fields) in enumerate(site.town.told.events):
        yield f"line {number} {name}", str(fields), ()
    for number, line in enumerate(site.said):
        yield f"desk {number}", line, ()


def is_about_him(text: str) -> bool:
    return any(needle in text.casefold() for needle in NEEDLES)
