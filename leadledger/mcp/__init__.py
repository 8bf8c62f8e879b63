"""The API for agents: a server of the Model Context Protocol on stdio, `python -m leadledger.mcp`."""
