"""Tools as the API's own document describes them: the same parameters, bounds and words, so neither can drift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mcp_types import Tool, ToolAnnotations

# What agents are offered, by the operation each is; all of them only read.
TOOLS = {
    "search_leads": "list_leads",
    "get_lead": "get_lead",
    "get_permit": "get_permit",
    "get_property": "get_property",
    "get_contractor": "get_contractor",
    "get_coverage": "get_coverage",
    "get_field_coverage": "get_field_coverage",
    "get_market": "get_market",
    "list_trades": "list_trades",
    "list_counties": "list_counties",
}
REFERENCE = "#/components/schemas/"


class ArgumentMissing(ValueError):
    """A call without the id its address needs."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API can be asked: where, and with which parameters, each a JSON schema."""

    tool: str
    path: str
    description: str
    parameters: Mapping[str, Mapping[str, Any]]
    required: tuple[str, ...]

    def describe(self) -> Tool:
        """The tool as agents see it."""
        schema = {
            "type": "object",
            "properties": dict(self.parameters),
            "required": list(self.required),
            "additionalProperties": False,
        }
        hints = ToolAnnotations(read_only_hint=True, open_world_hint=False)
        return Tool(name=self.tool, description=self.description, input_schema=schema, annotations=hints)

    def address(self, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Path and query of a call; the API judges the query, so what it does not know is refused there.

        Raises:
            ArgumentMissing: the path needs an argument that is not given.
        """
        query = {name: value for name, value in arguments.items() if value is not None}
        parts = []
        for part in self.path.split("/"):
            name = part.strip("{}")
            if part != name and name not in query:
                raise ArgumentMissing(f"{name} is missing")
            parts.append(quote(str(query.pop(name)), safe="") if part != name else part)
        return "/".join(parts), query


def read_contract(document: Mapping[str, Any]) -> dict[str, Operation]:
    """The operations behind TOOLS, by tool; one that this API does not have is left out."""
    known = {
        operation["operationId"]: (path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method == "get"
    }
    return {tool: _read(document, tool, *known[name]) for tool, name in TOOLS.items() if name in known}


def _read(document: Mapping[str, Any], tool: str, path: str, operation: Mapping[str, Any]) -> Operation:
    asked = [one for one in operation.get("parameters", []) if one["in"] in ("query", "path")]
    parameters = {
        one["name"]: {**_resolve(document, one["schema"]), "description": one["description"]} for one in asked
    }
    required = tuple(one["name"] for one in asked if one.get("required"))
    return Operation(tool, path, operation["description"], parameters, required)


def _resolve(document: Mapping[str, Any], schema: Any) -> Any:
    """The schema with what it refers to written out: a tool's schema stands alone."""
    if isinstance(schema, list):
        return [_resolve(document, one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if str(schema.get("$ref", "")).startswith(REFERENCE):
        return _resolve(document, document["components"]["schemas"][schema["$ref"].removeprefix(REFERENCE)])
    return {name: _resolve(document, one) for name, one in schema.items()}
