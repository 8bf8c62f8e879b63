"""Answers agents by asking the API with the key of the account; adds nothing and leaves nothing out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    InputRequiredResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
)

from leadledger import VERSION
from leadledger.mcp.contract import ArgumentMissing, Operation, read_contract

INSTRUCTIONS = """Leads out of public building permits of the United States, with reasons, receipts and coverage.

`null` always means that the publisher does not say. Before you call a list empty, read its `coverage`: "covered" means
there is nothing that fits, "stale" that newer permits may be missing, "not_covered" that nobody can know. Rows with a
`simulated_note` come from a simulator and are no real permits; say so when you show them."""


class ApiSilent(Exception):
    """The API cannot be reached, or does not say what it can do."""


@dataclass(slots=True)
class Agent:
    """The API as tools; the contract is read from it once."""

    api: httpx.AsyncClient
    _contract: Mapping[str, Operation] = field(default_factory=dict)

    async def list_tools(
        self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None = None
    ) -> ListToolsResult:
        """Everything that can be asked."""
        return ListToolsResult(tools=[one.describe() for one in (await self._operations()).values()])

    async def call_tool(
        self, _: ServerRequestContext[Any], asked: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult:
        """What the API answers, or in one sentence why it does not."""
        try:
            operations = await self._operations()
            if asked.name not in operations:
                return _refuse(f"there is no tool {asked.name!r}; there are {', '.join(operations)}")
            path, query = operations[asked.name].address(asked.arguments or {})
            answer = await self.api.get(path, params=query)
        except ArgumentMissing as missing:
            return _refuse(str(missing))
        except (httpx.HTTPError, httpx.InvalidURL, ApiSilent) as error:
            return _refuse(f"the API at {self.api.base_url} does not answer: {type(error).__name__}")
        if answer.is_success:
            text = TextContent(type="text", text=answer.text)
            return CallToolResult(content=[text], structured_content=orjson.loads(answer.content))
        return _refuse(_describe_refusal(answer))

    async def _operations(self) -> Mapping[str, Operation]:
        if not self._contract:
            answer = await self.api.get("/openapi.json")
            if not answer.is_success:
                raise ApiSilent(f"/openapi.json: {answer.status_code}")
            self._contract = read_contract(answer.json())
        return self._contract


def build_server(api: httpx.AsyncClient) -> Server[Any]:
    """A server of the protocol in front of this API."""
    agent = Agent(api)
    return Server(
        "leadledger",
        title="LeadLedgerPro",
        version=VERSION,
        instructions=INSTRUCTIONS,
        on_list_tools=agent.list_tools,
        on_call_tool=agent.call_tool,
    )


def _refuse(reason: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=reason)], is_error=True)


def _describe_refusal(answer: httpx.Response) -> str:
    """The one error body in a line; a proxy's page in between is not passed on."""
    try:
        body = answer.json()
        said = f"{body['code']}: {body['message']} (request {body['request_id']})"
    except (ValueError, KeyError, TypeError):
        said = f"status {answer.status_code}, without a reason"
    wait = answer.headers.get("retry-after")
    return f"{said}; try again in {wait} s" if wait else said
