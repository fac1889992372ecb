"""The pages, one module for each part of the menu."""

from __future__ import annotations

from fastapi import APIRouter

from tieout.console.pages import accounts, documents, exceptions, sign_in, sign_on, today

ROUTERS: tuple[APIRouter, ...] = (
    accounts.router,
    documents.router,
    exceptions.router,
    sign_in.router,
    sign_on.router,
    today.router,
)
"""Every router of the console."""
