"""Plain `def` beside `async`: the list of leads served both ways, over the same rows, by turns, in one run.

    python -m benchmarks.api_colour --rows 100000 --json

Both answer the same bytes for the same question with the same statements, role, claims and token check; only the
colour of the function, and with it the pool, differs. Prints one JSON line. See docs/decisions on what it decided.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import psycopg
from fastapi import FastAPI, Query, Request
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from starlette.responses import Response

from leadledger.app import create_app
from leadledger.auth import read_bearer
from leadledger.database import QUERIES as DATABASE_QUERIES
from leadledger.database import Database, api_url
from leadledger.leads.conditions import choose_conditions
from leadledger.leads.counting import compose_count, read_count
from leadledger.leads.coverage import cover
from leadledger.leads.filters import LeadFilter
from leadledger.leads.paging import compose_pages
from leadledger.leads.question import Question
from leadledger.leads.search import make_page
from leadledger.modes import now_in
from leadledger.responses import json_response
from leadledger.settings import load_settings
from permit_leads.settings import REPOSITORY
from permit_leads.store import embedded
from permit_leads.store.migrate import migrate
from permit_leads.store.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
PATH = "/api/leads?trade=roofing&county=48453&limit=25"
FACTORIES = {"def": "create_def_app", "async": "create_async_app"}


def create_def_app() -> FastAPI:
    """The API as it is."""
    return create_app()


def create_async_app() -> FastAPI:
    """The same route in the other colour: everything that waits is awaited, the rest is the API's own code."""
    settings = load_settings()
    known = create_app(settings, Database(api_url(settings)))
    options = {"prepare_threshold": None, "application_name": "leadledger"}
    pool = AsyncConnectionPool(api_url(settings), kwargs=options, min_size=2, max_size=10, open=False)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        known.state.databases["live"].open()
        await pool.open()
        yield
        await pool.close()
        known.state.databases["live"].close()

    app = FastAPI(lifespan=lifespan, middleware=known.user_middleware)

    @app.get("/api/leads")
    async def list_leads(request: Request, asked: Annotated[LeadFilter, Query()]) -> Response:
        caller = known.state.verifier.verify(read_bearer(request.headers.get("authorization")))
        acting = {"mode": "live", "role": "authenticated", "claims": json.dumps(caller.claims), "timeout_ms": "8000"}
        async with pool.connection() as conn:
            await conn.execute(DATABASE_QUERIES["act_as"], acting)
            page = await ask(conn, asked)
        covered = cover(known.state.coverage_books["live"].look(), asked, None, is_found=bool(page["items"]))
        return json_response({**page, "coverage": covered})

    @app.get("/health")
    async def health() -> Response:
        return json_response({"status": "ok"})

    return app


async def ask(conn: psycopg.AsyncConnection[Any], asked: LeadFilter) -> dict[str, object]:
    """One page, as `search.list_leads` gets it."""
    today = now_in("live").date()
    question = Question(asked, choose_conditions(asked, today), None, today)
    count = await (await conn.execute(compose_count(question.conditions), question.values)).fetchone()
    counted = read_count(question, count)
    (statement,) = compose_pages(question, counted)
    async with conn.cursor(row_factory=dict_row) as rows:
        await rows.execute(statement, question.values)
        return make_page(question, counted, await rows.fetchall())


@contextmanager
def served(colour: str, environment: dict[str, str]) -> Iterator[int]:
    """One uvicorn process serving a colour on a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    factory = f"benchmarks.api_colour:{FACTORIES[colour]}"
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port), "--log-level", "warning"]
    unlimited = {**environment, "RATE_LIMIT_PER_MINUTE": "10000000", "RATE_LIMIT_ADDRESS_PER_MINUTE": "10000000"}
    process = subprocess.Popen(command, cwd=REPOSITORY, env=unlimited, stdout=subprocess.DEVNULL)
    try:
        wait_until_healthy(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def wait_until_healthy(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait for /health.

    Raises:
        RuntimeError: the process ended, or does not answer within a minute.
    """
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{port}/health").raise_for_status()
        except httpx.HTTPError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server on port {port} did not come up")


async def load(port: int, token: str, seconds: float, connections: int) -> list[float]:
    """Ask as fast as answers come, over so many connections at once; milliseconds of each answer."""
    until = time.perf_counter() + seconds
    each = await asyncio.gather(*(ask_on_one_connection(port, token, until) for _ in range(connections)))
    return [one for taken in each for one in taken]


async def ask_on_one_connection(port: int, token: str, until: float) -> list[float]:
    """A bare client, so that it takes little of the two cores.

    Raises:
        RuntimeError: an answer is not 200.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    taken = []
    while (started := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"not answered: {head[:200]!r}")
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        taken.append((time.perf_counter() - started) * 1000)
    writer.close()
    return taken


def sign_up(port: int, key: str) -> str:
    """A real ES256 token of the embedded provider, which both colours check."""
    body = {"email": "benchmark@example.com", "password": "correct horse"}
    answer = httpx.post(f"http://127.0.0.1:{port}/auth/v1/signup", json=body, headers={"apikey": key})
    return str(answer.raise_for_status().json()["access_token"])


def prepare(home: Path, rows: int) -> dict[str, str]:
    """A migrated embedded server of its own with synthetic leads; the environment that points at it."""
    urls = embedded.ensure_running(home)
    with psycopg.connect(urls.owner, autocommit=True) as conn:
        migrate(conn)
        for title in ("dataset", "state", "permits", "leads", "vacuum"):
            conn.execute(QUERIES[title], {"rows": rows})
    own = {"LEADLEDGER_HOME": str(home), "API_DATABASE_URL": urls.api, "SUPABASE_ANON_KEY": "sb_publishable_benchmark"}
    foreign = ("SUPABASE_URL", "SUPABASE_JWT_SECRET")
    return {**{name: value for name, value in os.environ.items() if name not in foreign}, **own}


def measure(rows: int, seconds: float, connections: int, rounds: int) -> dict[str, object]:
    """Both colours by turns; medians over the rounds."""
    taken: dict[str, list[list[float]]] = {colour: [] for colour in FACTORIES}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            environment = prepare(home, rows)
            with served("def", environment) as def_port, served("async", environment) as async_port:
                token = sign_up(def_port, environment["SUPABASE_ANON_KEY"])
                ports = {"def": def_port, "async": async_port}
                for number in range(rounds + 1):
                    for colour, port in ports.items():
                        milliseconds = asyncio.run(load(port, token, seconds if number else 1.0, connections))
                        taken[colour].extend([milliseconds] if number else [])  # the first round warms up
        finally:
            embedded.stop(home)
    results = {colour: summarize(each, seconds) for colour, each in taken.items()}
    return {"benchmark": "api_colour", "rows": rows, "connections": connections, "rounds": rounds, **results}


def summarize(rounds: list[list[float]], seconds: float) -> dict[str, float]:
    """Requests a second, and how long they took; medians of the rounds."""
    cuts = [statistics.quantiles(taken, n=100) for taken in rounds]
    return {
        "requests_per_s": round(statistics.median(len(taken) / seconds for taken in rounds), 1),
        "p50_ms": round(statistics.median(cut[49] for cut in cuts), 1),
        "p95_ms": round(statistics.median(cut[94] for cut in cuts), 1),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description="def beside async: the list of leads served both ways")
    parser.add_argument("--rows", type=int, default=100_000, help="synthetic leads (default 100000)")
    parser.add_argument("--seconds", type=float, default=5.0, help="load per colour and round (default 5)")
    parser.add_argument("--connections", type=int, default=8, help="at once (default 8)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds whose median counts (default 3)")
    parser.add_argument("--json", action="store_true", help="accepted for symmetry; the output is always one JSON line")
    asked = parser.parse_args()
    print(json.dumps(measure(asked.rows, asked.seconds, asked.connections, asked.rounds)))


if __name__ == "__main__":
    main()
