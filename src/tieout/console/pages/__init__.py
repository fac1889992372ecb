"""The pages, one module for each part of the menu."""

from __future__ import annotations

from fastapi import APIRouter

from tieout.console.pages import accounts, document_list, documents, exceptions, sign_in, sign_on, today

ROUTERS: tuple[APIRouter, ...] = (
    accounts.router,
    document_list.router,
    documents.router,
    exceptions.router,
    sign_in.router,
    sign_on.router,
    today.router,
)
"""Every router of the console."""
