"""The pages, one module for each part of the menu."""

from __future__ import annotations

from fastapi import APIRouter

from tieout.console.pages import accounts, sign_in, today

ROUTERS: tuple[APIRouter, ...] = (
    accounts.router,
    sign_in.router,
    today.router,
)
"""Every router of the console."""
