"""What most likely settles a case: a suggestion with its reason, which a person applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from tieout.domain.faults import BY_CODE
from tieout.domain.rules.tables import TABLES
from tieout.processes.kinds import REFUND, RETURN
from tieout.store import cases
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
    """The other open cases of the same cause, by currency."""

    currency: str
    many: int
    stake_minor: int


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
    others: Sequence[Others] = ()
    """What the same fix would release besides."""


def fix_for(c: Connection, case: Case) -> Fix:
    """The suggested fix of a case."""
    kind = BY_CODE.get(case.code)
    says = kind.do if kind is not None else "Find out what happened, then close the exception with the reason."
    others = _others(c, case)
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
    if case.document_kind == RETURN:
        return Fix(kind="retry", says=says, others=others)
    return Fix(kind="elsewhere", says=says, others=others)


def _rows(case: Case) -> list[tuple[str, str]]:
    """The mapping rows that mend the case's faults, that of the first fault first."""
    rows = [str(fault.get("row") or "") for fault in case.faults if isinstance(fault, Mapping)]
    parts = [row.partition("/") for row in rows[:1] if row]
    return [(table, key) for table, _, key in parts if table in TABLES and key]


def _others(c: Connection, case: Case) -> Sequence[Others]:
    if not case.cause or case.state != "open":
        return ()
    return tuple(
        Others(currency=currency, many=many, stake_minor=stake)
        for currency, many, stake in cases.of_one_cause(c, case.company, case.cause, but=case.id)
    )
