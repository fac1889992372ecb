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

__all__ = [
    "EVERY_COMPANY",
    "METADATA",
    "account_pauses",
    "account_states",
    "approvals",
    "attempts",
    "audit",
    "audit_heads",
    "cases",
    "contentions",
    "cross_references",
    "documents",
    "effects",
    "event_keys",
    "events",
    "ledger_messages",
    "legs",
    "mapping_rules",
    "probes",
    "quotas",
    "schedule_runs",
    "sweeps",
]
