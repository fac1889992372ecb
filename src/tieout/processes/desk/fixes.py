"""What most likely settles a case: a suggestion with its reason, which a person applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urlencode

from tieout.domain.faults import BY_CODE
from tieout.domain.rules.tables import TABLES
from tieout.processes.flows import FLOWS
from tieout.processes.kinds import REFUND
from tieout.store import desk_lists
from tieout.store.case_filters import CaseFilter
from tieout.store.cases import Case
from tieout.store.store import Connection

BY_HAND: Final = frozenset(
    {
        "CARRIAGE_REFUND",
        "MANUAL_ADJUSTMENT",
        "VOUCHER_RETURNED",
        "CURRENCY_DIFFERS",
        "DECIMAL_MISMATCH",
        "CREDIT_ROUTE_CONFLICT",
        "REFUND_FAILED",
    }
)
"""Kinds that end with something booked by hand in Sage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """The other open cases of the same cause."""

    many: int
    stakes: Mapping[str, int]
    """Money at stake in them by currency, minor units."""


NONE: Final = Others(many=0, stakes={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What is suggested for a case."""

    kind: Literal["map", "retry", "override", "by hand", "adopt", "elsewhere"]
    says: str
    """What to do, as the runbook says it."""
    table: str = ""
    table_title: str = ""
    row_key: str = ""
    address: str = ""
    """The page that does it, filled in as far as it is known."""
    others: Others = NONE
    """What the same fix would release besides."""


def fix_for(c: Connection, case: Case, now: datetime) -> Fix:
    """The suggested fix of a case, in a transaction that sees its company alone."""
    kind = BY_CODE.get(case.code)
    says = kind.do if kind is not None else "Find out what happened, then close the exception with the reason."
    others = _others(c, case, now)
    for table, key in _rows(case):
        address = f"/mappings/{table}/propose?{urlencode({'key': key, 'company': case.company, 'case': case.id})}"
        title = TABLES[table].title
        return Fix(kind="map", says=says, table=table, table_title=title, row_key=key, address=address, others=others)
    if case.document_kind == REFUND:
        return Fix(kind="adopt", says=says, others=others)
    if case.code in BY_HAND:
        return Fix(kind="by hand", says=says, others=others)
    if kind is not None and kind.can_accept:
        return Fix(kind="override", says=says, others=others)
    if case.document_kind in FLOWS:
        return Fix(kind="retry", says=says, others=others)
    return Fix(kind="elsewhere", says=says, others=others)


def _rows(case: Case) -> list[tuple[str, str]]:
    """The mapping rows that mend the case's faults, that of the first fault first."""
    rows = [str(fault.get("row") or "") for fault in case.faults if isinstance(fault, Mapping)]
    parts = [row.partition("/") for row in rows[:1] if row]
    return [(table, key) for table, _, key in parts if table in TABLES and key]


def _others(c: Connection, case: Case, now: datetime) -> Others:
    """Counted as the lists count them, less the case itself."""
    if not case.cause or case.state != "open":
        return NONE
    alike = CaseFilter(cause=case.cause, code=case.code, sleep="any")
    totals = desk_lists.case_totals(c, alike, now=now)
    stakes = dict(totals.stakes)
    currency = case.currency or "GBP"
    stakes[currency] = stakes.get(currency, 0) - (case.stake_minor or 0)
    return Others(many=max(totals.count - 1, 0), stakes={name: minor for name, minor in stakes.items() if minor > 0})
