"""The pages, one module for each part of the menu."""

from __future__ import annotations

from fastapi import APIRouter

from tieout.console.pages import (
    accounts,
    bulk,
    cases,
    customer,
    document_list,
    documents,
    exceptions,
    me,
    people,
    people_review,
    sign_in,
    sign_on,
    today,
)

ROUTERS: tuple[APIRouter, ...] = (
    accounts.router,
    bulk.router,
    cases.router,
    customer.router,
    document_list.router,
    documents.router,
    exceptions.router,
    me.router,
    people.router,
    people_review.router,
    sign_in.router,
    sign_on.router,
    today.router,
)
"""Every router of the console."""
