"""The tables of our own database; every column says what it holds."""

from __future__ import annotations

from tieout.store.tables.accounts import (
    account_pauses,
    account_states,
    contentions,
    ledger_messages,
    probes,
    quotas,
    schedule_runs,
    sweeps,
)
from tieout.store.tables.alerts import alert_notices, alerts, debt_days
from tieout.store.tables.availability import availability
from tieout.store.tables.columns import METADATA
from tieout.store.tables.desk import (
    EVERY_COMPANY,
    approvals,
    audit,
    audit_heads,
    cases,
    cross_references,
    mapping_rules,
)
from tieout.store.tables.documents import attempts, documents, effects, event_keys, events, legs
from tieout.store.tables.mapping_proposals import mapping_proposals
from tieout.store.tables.people import (
    api_tokens,
    bulk_acts,
    comments,
    saved_views,
    sessions,
    sign_in_failures,
    sign_in_hops,
    suggestions,
    users,
    webhook_messages,
    webhooks,
)
from tieout.store.tables.tallies import age_tallies, case_tallies, cause_tallies, document_tallies, lag_days, unit_lags

__all__ = [
    "EVERY_COMPANY",
    "METADATA",
    "account_pauses",
    "account_states",
    "age_tallies",
    "alert_notices",
    "alerts",
    "api_tokens",
    "approvals",
    "attempts",
    "audit",
    "audit_heads",
    "availability",
    "bulk_acts",
    "case_tallies",
    "cases",
    "cause_tallies",
    "comments",
    "contentions",
    "cross_references",
    "debt_days",
    "document_tallies",
    "documents",
    "effects",
    "event_keys",
    "events",
    "lag_days",
    "ledger_messages",
    "legs",
    "mapping_proposals",
    "mapping_rules",
    "probes",
    "quotas",
    "saved_views",
    "schedule_runs",
    "sessions",
    "sign_in_failures",
    "sign_in_hops",
    "suggestions",
    "sweeps",
    "unit_lags",
    "users",
    "webhook_messages",
    "webhooks",
]
