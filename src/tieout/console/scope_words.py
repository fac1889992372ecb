"""What a token may be allowed, in words for whoever makes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tieout.domain.people import Permission

_P = Permission
SCOPE_WORDS: Final[Mapping[Permission, str]] = {
    _P.DESK_SEE: "Read exceptions",
    _P.DESK_WORK: "Assign, comment on, snooze and retry exceptions",
    _P.DESK_SETTLE: "Override and close exceptions of your own area",
    _P.DESK_BULK: "Act on many exceptions at once",
    _P.DOCUMENTS_SEE: "Read documents, their figures and their timeline",
    _P.DOCUMENTS_RAW: "Read messages of other systems, masked",
    _P.CUSTOMER_SEE: "Read where a customer's return stands",
    _P.MONEY_SEE: "Read the reconciliation debt and the lag",
    _P.MAPPINGS_SEE: "Read mapping tables",
    _P.MAPPINGS_PROPOSE: "Propose mapping rows",
    _P.MAPPINGS_APPROVE: "Approve mapping rows of your own area",
    _P.ACCOUNTS_SEE: "Read how the accounts are",
    _P.SCHEDULES_RUN: "Run what runs by the clock",
    _P.ALERTS_SEE: "Read alerts",
    _P.ALERTS_WORK: "Take alerts",
    _P.EXPORTS_MAKE: "Export lists",
    _P.AUDIT_SEE: "Read the audit",
    _P.PEOPLE_SEE: "Read who has access",
    _P.PEOPLE_EDIT: "Give access",
    _P.TOKENS_MAKE: "Make tokens",
    _P.WEBHOOKS_EDIT: "Read and change webhooks",
    _P.SETTINGS_SEE: "Read the settings",
}
