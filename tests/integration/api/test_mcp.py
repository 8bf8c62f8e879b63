"""The official client lists and calls every tool of `python -m leadledger.mcp` against a served API."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent, Tool

from leadledger.app import create_app
from leadledger.mcp.contract import TOOLS
from tests.conftest import _fresh_database, as_api
from tests.integration.api.conftest import make_settings, serve
from tests.integration.api.people import enter, give_key
from tests.integration.api.rows import NOTE, Loaded, load

ROOT = Path(__file__).resolve().parents[3]
T = TypeVar("T")
COMMAND = [sys.executable, "-m", "leadledger.mcp"]


@pytest.fixture(scope="module")
def environment(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where the API over fifty permits is, and a key for it."""
    for url in _fresh_database(template_database):
        with psycopg.connect(url, autocommit=True) as owner:
            load(owner, Loaded(permit_count=50))
            with serve(create_app(make_settings(as_api(url), tmp_path_factory.mktemp("home")))) as client:
                key = give_key(owner, enter(client), "read")
                yield {"LEADLEDGER_API_URL": str(client.base_url), "LEADLEDGER_API_KEY": key}


def speak(environment: dict[str, str], talk: Callable[[Client], Awaitable[T]]) -> T:
    """Talk to the server, started as an agent's host would start it."""

    async def converse() -> T:
        started = StdioServerParameters(
            command=COMMAND[0],
            args=COMMAND[1:],
            env={**environment, "LEADLEDGER_NO_ENV_FILE": "1", "PYTHONPATH": str(ROOT)},
        )
        async with Client(started) as client:
            return await talk(client)

    return asyncio.run(converse())


def call(environment: dict[str, str], tool: str, **arguments: Any) -> CallToolResult:
    return speak(environment, lambda client: client.call_tool(tool, arguments))


def text(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.fixture(scope="module")
def tools(environment: dict[str, str]) -> dict[str, Tool]:
    """The tools as listed."""

    async def ask(client: Client) -> list[Tool]:
        return (await client.list_tools()).tools

    return {tool.name: tool for tool in speak(environment, ask)}


def test_every_tool_is_listed_with_its_parameters(tools: dict[str, Tool]) -> None:
    assert set(tools) == set(TOOLS)
    asked = tools["search_leads"].input_schema
    assert {"trade", "county", "q", "cursor", "limit"} <= set(asked["properties"])
    assert asked["additionalProperties"] is False
    assert asked["properties"]["limit"]["maximum"] == 100
    assert tools["get_lead"].input_schema["required"] == ["lead_id"]
    assert "X-Account-Id" not in asked["properties"]
    assert all(tool.description and tool.annotations and tool.annotations.read_only_hint for tool in tools.values())


def test_every_tool_answers_with_what_the_api_says(environment: dict[str, str]) -> None:
    async def ask_all(client: Client) -> dict[str, CallToolResult]:
        leads = await client.call_tool("search_leads", {"trade": ["roofing"], "limit": 2})
        assert leads.structured_content
        lead = leads.structured_content["items"][0]
        by_tool = {
            "get_lead": {"lead_id": lead["lead_id"]},
            "get_permit": {"permit_id": lead["permit_id"]},
            "get_property": {"address": lead["original_address1"], "zip": lead["original_zip"]},
            "get_contractor": {"name": "Example Builders"},
        }
        others = [tool for tool in TOOLS if tool != "search_leads"]
        return {"search_leads": leads} | {tool: await client.call_tool(tool, by_tool.get(tool, {})) for tool in others}

    answers = speak(environment, ask_all)
    assert [tool for tool, answer in answers.items() if answer.is_error or not answer.structured_content] == []
    said = {tool: answer.structured_content or {} for tool, answer in answers.items()}
    assert len(said["search_leads"]["items"]) == 2
    assert said["search_leads"]["coverage"]["state"] == "covered"
    assert said["search_leads"]["items"][0]["simulated_note"] == NOTE
    assert said["get_lead"]["lead_id"] == said["search_leads"]["items"][0]["lead_id"]
    assert said["get_property"]["state"] == "found"
    assert said["get_contractor"]["permit_count"] == 50
    assert said["get_market"]["coverage"]["state"] == "covered"
    assert said["get_permit"]["coverage"][0]["freshness"] == "fresh"


def test_refusal_says_what_to_do(environment: dict[str, str]) -> None:
    async def ask_wrongly(client: Client) -> list[CallToolResult]:
        questions: list[tuple[str, dict[str, Any]]] = [
            ("search_leads", {"trades": ["roofing"]}),
            ("search_leads", {"limit": 1_000}),
            ("get_lead", {}),
            ("get_lead", {"lead_id": "../../openapi.json"}),
            ("delete_leads", {}),
        ]
        return [await client.call_tool(tool, arguments) for tool, arguments in questions]

    answers = speak(environment, ask_wrongly)
    assert [answer.is_error for answer in answers] == [True] * 5
    unknown, too_many, missing, forged, no_tool = map(text, answers)
    assert "did you mean 'trade'?" in unknown
    assert "invalid_parameter: limit" in too_many
    assert missing == "lead_id is missing"
    assert forged.startswith(("invalid_parameter: lead_id", "not_found"))
    assert "there is no tool 'delete_leads'" in no_tool


def test_wrong_key_and_silent_api_are_told(environment: dict[str, str]) -> None:
    other = environment["LEADLEDGER_API_KEY"][:-1] + ("a" if environment["LEADLEDGER_API_KEY"][-1] != "a" else "b")
    refused = call({**environment, "LEADLEDGER_API_KEY": other}, "search_leads")
    assert refused.is_error
    assert text(refused).startswith("unauthorized: the API key is none of ours")
    silent = call({**environment, "LEADLEDGER_API_URL": "http://127.0.0.1:9"}, "search_leads")
    assert silent.is_error
    assert text(silent) == "the API at http://127.0.0.1:9 does not answer: ConnectError"


@pytest.mark.parametrize(
    ("arguments", "changes", "reason"),
    [
        (["llp_live_key_in_argv"], {}, "takes no arguments"),
        ([], {"LEADLEDGER_API_KEY": ""}, "LEADLEDGER_API_KEY holds no API key"),
        ([], {"LEADLEDGER_API_URL": "http://api.example.com"}, "must be https://"),
    ],
)
def test_unsafe_start_is_refused(arguments: list[str], changes: dict[str, str], reason: str) -> None:
    given = {"LEADLEDGER_API_KEY": "llp_live_x", "LEADLEDGER_NO_ENV_FILE": "1", **changes}
    ended = subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert reason in ended.stderr
    assert "llp_live" not in ended.stderr.replace("llp_live_…", "")
