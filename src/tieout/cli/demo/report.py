"""The tie-out of the play: what Tieout says, held against the sandbox's own ledgers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from tieout.bootstrap import Application
from tieout.cli.demo import outlet as second
from tieout.cli.demo.orders_report import OrdersTieOut
from tieout.cli.demo.outlet import Outlet
from tieout.cli.demo.playing import Cast
from tieout.cli.demo.script import RaisedRma
from tieout.cli.demo.tally import Ledgers, Tally, minor_of, read_ledgers, tally, ties_out
from tieout.domain.legs import debt
from tieout.processes.returns import KIND
from tieout.processes.standing import leg_state, standing_of
from tieout.store import cases, documents, legs
from tieout.store.store import Connection

Json = dict[str, Any]
ALL_ROWS = 1_000_000
QUARANTINE = "QUARANTINE"


@dataclass(slots=True, kw_only=True)
class TieOut:
    """The figures of the play."""

    documents: int = 0
    tied_out: int = 0
    on_case: int = 0
    unaccounted: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    legs: Counter[str] = field(default_factory=Counter)
    cases: Counter[str] = field(default_factory=Counter)
    credited_minor: int = 0
    refunded_minor: int = 0
    explained_minor: int = 0
    """Credit notes less refunds, over the documents that are on a case."""
    debt_minor: int = 0
    specials: list[Tally] = field(default_factory=list)
    orders: OrdersTieOut = field(default_factory=OrdersTieOut)
    damaged_units: int = 0
    """Units of tied-out returns that were found damaged."""
    quarantined_units: int = 0
    """Units in Sage's quarantine."""
    broken_proofs: list[str] = field(default_factory=list)
    faults_injected: dict[str, int] = field(default_factory=dict)
    workers_killed: int = 0
    seconds: float = 0.0

    @property
    def lost(self) -> int:
        """RMAs that are neither tied out nor on a case."""
        return len(self.unaccounted)

    @property
    def is_right(self) -> bool:
        """Whether everything is accounted for, nothing is doubled, and the remote books agree with one another."""
        agrees = self.credited_minor == self.refunded_minor + self.explained_minor
        is_apart = self.damaged_units == self.quarantined_units
        as_expected = is_apart and self.orders.is_right and all(line.is_right for line in self.specials)
        return not (self.unaccounted or self.duplicates or self.broken_proofs) and agrees and as_expected

    def to_json(self) -> Json:
        """The figures as one JSON document."""
        return {
            "documents": self.documents,
            "tied_out": self.tied_out,
            "on_case": self.on_case,
            "duplicates": len(self.duplicates),
            "lost": self.lost,
            "legs": {s: self.legs.get(s, 0) for s in ("agreed", "differs", "overdue", "unexpected")},
            "cases": dict(sorted(self.cases.items())),
            "credited_minor": self.credited_minor,
            "refunded_minor": self.refunded_minor,
            "explained_minor": self.explained_minor,
            "debt_minor": self.debt_minor,
            "special_returns": [line.to_json() for line in self.specials],
            "orders": self.orders.to_json(),
            "damaged_units": self.damaged_units,
            "quarantined_units": self.quarantined_units,
            "faults_injected": dict(sorted(self.faults_injected.items())),
            "workers_killed": self.workers_killed,
            "broken_proofs": self.broken_proofs,
            "seconds": round(self.seconds, 1),
        }


def tie_out(
    application: Application, company: str, url: str, raised: list[RaisedRma], cast: Cast, outlet: Outlet
) -> TieOut:
    """Count every RMA the portal holds, and hold our story against the sandbox's ledgers."""
    result = TieOut(documents=len(raised))
    with application.store.scope(company) as c:
        for rma in raised:
            _count_document(c, application, company, rma, result)
    with application.store.scope(None) as c:
        _count_legs(c, application, result)
    with httpx.Client(base_url=f"{url}/_sandbox", timeout=120) as control:
        for sage, shop in (("sage200", "shopify"), (second.SAGE, second.SHOP)):
            _prove(control, sage, shop, result)
        books = read_ledgers(control, portal="returngo")
        books_of_outlet = read_ledgers(control, second.SAGE, second.SHOP)
    _count_money(books, cast, result, _rmas_on_case(application, company, raised))
    result.quarantined_units = sum(int(row["quantity"]) for row in books.stock if row["warehouse"] == QUARANTINE)
    result.specials = tally(application, company, cast, books)
    result.specials += tally(application, second.COMPANY, outlet, books_of_outlet)
    return result


def _count_legs(c: Connection, application: Application, result: TieOut) -> None:
    """Every leg of every document of both companies, and the debt that they come to."""
    now = application.clock()
    for row in documents.documents_in(c, limit=ALL_ROWS):
        for leg in legs.legs_of(c, row):
            state = leg_state(leg, now)
            result.legs[state.value] += 1
            result.debt_minor += debt(standing_of(leg), state)


def _count_document(c: Connection, application: Application, company: str, rma: RaisedRma, result: TieOut) -> None:
    document = documents.document(c, company, KIND, rma.rma_id)
    open_case = cases.open_case_of(c, company, KIND, rma.rma_id) if document else None
    if open_case is not None:
        result.on_case += 1
        result.cases[open_case.code] += 1
    elif document is not None and ties_out(c, document, application):
        result.tied_out += 1
        result.damaged_units += sum(is_damaged for _, is_damaged in rma.units)
    else:
        result.unaccounted.append(rma.rma_id)


def _rmas_on_case(application: Application, company: str, raised: list[RaisedRma]) -> set[str]:
    with application.store.scope(company) as c:
        return {rma.rma_id for rma in raised if cases.open_case_of(c, company, KIND, rma.rma_id)}


def _prove(control: httpx.Client, sage: str, shop: str, result: TieOut) -> None:
    """What the remote systems' own books say of themselves: whether they agree, and what stands there twice."""
    proofs = control.get(f"/{sage}/ledgers/proofs").json()
    result.broken_proofs += [f"{sage}: {name}" for name, holds in proofs.items() if name != "duplicates" and not holds]
    result.duplicates += [f"{sage}: {entry}" for entry in proofs["duplicates"]]
    doubled = control.get(f"/{shop}/proofs").json()["duplicates"]
    result.duplicates += [f"{shop}: {entry}" for entry in doubled]


def _count_money(books: Ledgers, cast: Cast, result: TieOut, on_case: set[str]) -> None:
    """Credits and refunds by the remote systems' own books, never by ours; the special returns are counted apart."""
    accounts = {scene.account for scene in cast.scenes}
    orders = {order.sold.number for scene in cast.scenes for order in scene.orders}
    credits_made = [row for row in books.sales if "Credit" in row["type"] and row["customer"] not in accounts]
    refunds_made = [row for row in books.refunds if row["order"] not in orders]
    result.credited_minor = sum(abs(minor_of(row["gross"])) for row in credits_made)
    result.refunded_minor = sum(abs(minor_of(row["amount"])) for row in refunds_made)
    on_case_credited = sum(abs(minor_of(row["gross"])) for row in credits_made if _rma_of(row) in on_case)
    on_case_refunded = sum(abs(minor_of(row["amount"])) for row in refunds_made if _rma_in(row["note"]) in on_case)
    result.explained_minor = on_case_credited - on_case_refunded


def _rma_of(row: Json) -> str:
    return _rma_in(str(row.get("narrative", ""))) or str(row.get("second_reference", ""))


def _rma_in(text: str) -> str:
    _, found, rest = text.partition("RMA ")
    return rest.split()[0] if found and rest.split() else ""
