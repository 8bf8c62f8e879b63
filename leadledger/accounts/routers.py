"""All addresses of accounts."""

from __future__ import annotations

from leadledger.accounts import invitation_routes, key_routes, routes, territory_routes

ROUTERS = (routes.router, key_routes.router, invitation_routes.router, territory_routes.router)
