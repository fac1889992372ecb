"""Every router of the API that asks for a token."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from tieout.console.api import (
    routes_accounts,
    routes_alerts,
    routes_audit,
    routes_bulk,
    routes_cases,
    routes_documents,
    routes_mappings,
    routes_webhooks,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    routes_accounts.router,
    routes_alerts.router,
    routes_audit.router,
    routes_bulk.router,
    routes_cases.router,
    routes_documents.router,
    routes_mappings.router,
    routes_webhooks.router,
)
