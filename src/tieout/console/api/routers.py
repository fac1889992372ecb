"""Every router of the API that asks for a token."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from fastapi.routing import APIRoute

from tieout.console.api import (
    routes_accounts,
    routes_alerts,
    routes_audit,
    routes_bulk,
    routes_cases,
    routes_documents,
    routes_figures,
    routes_mappings,
    routes_webhooks,
)
from tieout.console.api.calls import permission_of
from tieout.domain.people import Permission

ROUTERS: Final[tuple[APIRouter, ...]] = (
    routes_accounts.router,
    routes_alerts.router,
    routes_audit.router,
    routes_bulk.router,
    routes_cases.router,
    routes_documents.router,
    routes_figures.router,
    routes_mappings.router,
    routes_webhooks.router,
)


def scopes_used() -> frozenset[Permission]:
    """The scopes that some endpoint asks for: no other is worth giving to a token."""
    routes = [route for router in ROUTERS for route in router.routes]
    return frozenset(permission_of(route) for route in routes if isinstance(route, APIRoute))
