"""The pages, one module for each part of the menu."""

from __future__ import annotations

from fastapi import APIRouter

from tieout.console.pages import (
    accounts,
    alerts,
    audit,
    bulk,
    cases,
    customer,
    document_list,
    documents,
    exceptions,
    figures,
    help_pages,
    mapping_changes,
    mapping_imports,
    mapping_proposals,
    mappings,
    me,
    people,
    people_review,
    schedules,
    settings,
    sign_in,
    sign_on,
    styleguide,
    today,
    tokens,
    webhooks,
)

ROUTERS: tuple[APIRouter, ...] = (
    accounts.router,
    alerts.router,
    audit.router,
    bulk.router,
    cases.router,
    customer.router,
    document_list.router,
    documents.router,
    exceptions.router,
    figures.router,
    help_pages.router,
    mapping_changes.router,
    mapping_imports.router,
    mapping_proposals.router,
    mappings.router,
    me.router,
    people.router,
    people_review.router,
    schedules.router,
    settings.router,
    sign_in.router,
    sign_on.router,
    styleguide.router,
    today.router,
    tokens.router,
    webhooks.router,
)
"""Every router of the console."""
