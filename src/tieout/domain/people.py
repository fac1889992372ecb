"""People at the console: roles, what each role may do, and whose trouble it settles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tieout.domain.faults.kinds import Owner


class Role(StrEnum):
    """What a person is to the company."""

    FINANCE = "finance"
    FINANCE_APPROVER = "finance approver"
    OPERATIONS = "operations"
    WAREHOUSE = "warehouse"
    CUSTOMER_SERVICE = "customer service"
    RETAIL_MANAGER = "retail manager"
    ECOMMERCE = "ecommerce"
    INTEGRATION_OPERATOR = "integration operator"
    SUPPORT = "support"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing that somebody may do; also the scope of an API token."""

    DESK_SEE = "desk.see"
    DESK_WORK = "desk.work"
    """Assign, comment, snooze, try again."""
    DESK_SETTLE = "desk.settle"
    """Override, close, book by hand: only cases of an owner that the person stands for."""
    DESK_BULK = "desk.bulk"
    DOCUMENTS_SEE = "documents.see"
    DOCUMENTS_RAW = "documents.raw"
    """Raw messages and requests, masked."""
    CUSTOMER_SEE = "customer.see"
    """Where a parcel, refund or exchange is, in words for a customer; no ledger figures."""
    MONEY_SEE = "money.see"
    """Reconciliation debt, lag and the reports."""
    MAPPINGS_SEE = "mappings.see"
    MAPPINGS_PROPOSE = "mappings.propose"
    MAPPINGS_APPROVE = "mappings.approve"
    """Only tables of an owner that the person stands for."""
    ACCOUNTS_SEE = "accounts.see"
    SCHEDULES_RUN = "schedules.run"
    ALERTS_SEE = "alerts.see"
    ALERTS_WORK = "alerts.work"
    EXPORTS_MAKE = "exports.make"
    AUDIT_SEE = "audit.see"
    PEOPLE_SEE = "people.see"
    PEOPLE_EDIT = "people.edit"
    TOKENS_MAKE = "tokens.make"
    """API tokens of one's own, with no more than one may oneself."""
    WEBHOOKS_EDIT = "webhooks.edit"
    SETTINGS_SEE = "settings.see"


_P = Permission
_READ = frozenset({_P.DESK_SEE, _P.DOCUMENTS_SEE, _P.CUSTOMER_SEE, _P.MONEY_SEE, _P.MAPPINGS_SEE, _P.ALERTS_SEE})
_WORK = _READ | {_P.DESK_WORK, _P.DESK_SETTLE, _P.DESK_BULK, _P.ALERTS_WORK, _P.EXPORTS_MAKE, _P.MAPPINGS_PROPOSE}
_OWN = frozenset({_P.MAPPINGS_APPROVE, _P.TOKENS_MAKE})
_PLUMBING = frozenset({_P.DOCUMENTS_RAW, _P.ACCOUNTS_SEE, _P.SCHEDULES_RUN, _P.SETTINGS_SEE})

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.FINANCE: _WORK | {_P.ACCOUNTS_SEE, _P.TOKENS_MAKE},
    Role.FINANCE_APPROVER: _WORK | _OWN | {_P.ACCOUNTS_SEE, _P.AUDIT_SEE},
    Role.OPERATIONS: _WORK | _OWN | {_P.ACCOUNTS_SEE},
    Role.WAREHOUSE: frozenset({_P.DESK_SEE, _P.DESK_WORK, _P.DOCUMENTS_SEE, _P.CUSTOMER_SEE, _P.MAPPINGS_SEE}),
    Role.CUSTOMER_SERVICE: frozenset({_P.DESK_SEE, _P.DESK_WORK, _P.DESK_SETTLE, _P.CUSTOMER_SEE}),
    Role.RETAIL_MANAGER: _WORK,
    Role.ECOMMERCE: _READ | {_P.DESK_WORK, _P.MAPPINGS_PROPOSE, _P.EXPORTS_MAKE},
    Role.INTEGRATION_OPERATOR: _WORK | _OWN | _PLUMBING | {_P.WEBHOOKS_EDIT},
    Role.SUPPORT: _READ | {_P.DESK_WORK, _P.DOCUMENTS_RAW, _P.ACCOUNTS_SEE},
    Role.AUDITOR: _READ
    | {_P.DOCUMENTS_RAW, _P.ACCOUNTS_SEE, _P.AUDIT_SEE, _P.PEOPLE_SEE, _P.SETTINGS_SEE}
    | {_P.EXPORTS_MAKE},
    Role.ADMINISTRATOR: frozenset({_P.PEOPLE_SEE, _P.PEOPLE_EDIT, _P.AUDIT_SEE, _P.ACCOUNTS_SEE, _P.SETTINGS_SEE})
    | {_P.ALERTS_SEE, _P.ALERTS_WORK, _P.SCHEDULES_RUN, _P.WEBHOOKS_EDIT, _P.TOKENS_MAKE},
}
"""Least privilege: administrators give access and settle nothing; auditors read and change nothing."""

STANDS_FOR: Mapping[Role, frozenset[Owner]] = {
    Role.FINANCE: frozenset({Owner.FINANCE}),
    Role.FINANCE_APPROVER: frozenset({Owner.FINANCE}),
    Role.OPERATIONS: frozenset({Owner.OPERATIONS}),
    Role.WAREHOUSE: frozenset({Owner.OPERATIONS}),
    Role.CUSTOMER_SERVICE: frozenset({Owner.CUSTOMER_EXPERIENCE}),
    Role.RETAIL_MANAGER: frozenset({Owner.RETAIL}),
    Role.ECOMMERCE: frozenset({Owner.CUSTOMER_EXPERIENCE}),
    Role.INTEGRATION_OPERATOR: frozenset({Owner.INTEGRATION}),
    Role.SUPPORT: frozenset(),
    Role.AUDITOR: frozenset(),
    Role.ADMINISTRATOR: frozenset(),
}
"""Whose cases a role settles, and whose mapping tables it approves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a person signed in, or a program with a token."""

    name: str
    display_name: str
    roles: tuple[Role, ...]
    companies: tuple[str, ...] = ()
    """The companies that they may see; empty means all."""
    scopes: frozenset[Permission] | None = None
    """What a token is limited to; None for a person."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that they may do."""
        allowed = frozenset().union(*(PERMISSIONS[role] for role in self.roles))
        return allowed if self.scopes is None else allowed & self.scopes

    @property
    def stands_for(self) -> frozenset[Owner]:
        """Whose trouble they settle."""
        return frozenset().union(*(STANDS_FOR[role] for role in self.roles))

    def may(self, permission: Permission) -> bool:
        """Say whether they may do one thing."""
        return permission in self.permissions

    def sees(self, company: str) -> bool:
        """Say whether they may see a company."""
        return not self.companies or company in self.companies
