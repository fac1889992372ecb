"""The tie-out of the orders: what Tieout says of each, held against the warehouses' ledgers and Sage's own lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tieout.bootstrap import Application
from tieout.cli.demo.floors import Shipped
from tieout.cli.demo.orders_cast import Turn
from tieout.cli.demo.shipping import Entered, Shipping, met_by
from tieout.cli.demo.tally import ties_out
from tieout.domain.plans import Plan
from tieout.processes.kinds import ORDER
from tieout.processes.record import decision_from_json
from tieout.processes.told import FILE
from tieout.processes.warehouses_seen import STRAY
from tieout.store import attempts, cases, documents, effects
from tieout.store.documents import Document
from tieout.store.store import Connection

Json = dict[str, Any]
ALL_ROWS = 1_000_000
STRAYS = (FILE, STRAY)
"""Files that were refused, and shipments of no order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiddenOut:
    """An order that somebody had open in Sage while its despatch came back."""

    number: str
    holders: tuple[str, ...]
    times: int
    """How often Tieout found it in use."""
    seconds: float
    """From then until its despatch stood in Sage."""
    open_seconds: float
    """How long it was open on the screen."""
    despatches: int
    """How many despatches Sage has of it by our key."""
    is_right: bool
    """Whether it was met, and its lines were despatched as they were shipped: once."""

    def to_json(self) -> Json:
        """It as JSON."""
        return {
            "order": self.number,
            "held_by": list(self.holders),
            "times_met": self.times,
            "ridden_out_seconds": round(self.seconds, 1),
            "open_seconds": round(self.open_seconds, 1),
            "despatches": self.despatches,
            "is_right": self.is_right,
        }


@dataclass(slots=True, kw_only=True)
class Units:
    """What one warehouse was asked for, and what left of it by its own ledger and by Sage's lines."""

    orders: int = 0
    asked: int = 0
    shipped: int = 0
    despatched: int = 0
    on_case: int = 0
    """Shipped, and kept from Sage by a case."""

    def to_json(self) -> Json:
        """It as JSON."""
        return {
            "orders": self.orders,
            "units_asked": self.asked,
            "units_shipped": self.shipped,
            "units_despatched": self.despatched,
            "units_on_case": self.on_case,
        }


@dataclass(slots=True, kw_only=True)
class OrdersTieOut:
    """The figures of the orders."""

    orders: int = 0
    tied_out: int = 0
    waiting: dict[str, str] = field(default_factory=dict)
    """Why, by the order's number."""
    cases: Counter[str] = field(default_factory=Counter)
    """The cases of orders, by kind; an order has one at most."""
    stray_cases: Counter[str] = field(default_factory=Counter)
    """Cases of files and shipments that no order has."""
    lines: int = 0
    by_warehouse: dict[str, Units] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    """Lines of which Sage despatched more than left."""
    lost: list[str] = field(default_factory=list)
    """Orders that are nowhere, and lines that left without Sage and without a case."""
    told_storefront: int = 0
    ridden_out: RiddenOut | None = None

    @property
    def on_case(self) -> int:
        """Orders on a case."""
        return self.cases.total()

    @property
    def total(self) -> Units:
        """All warehouses together; an order at two of them counts at both."""
        each = self.by_warehouse.values()
        return Units(
            orders=sum(one.orders for one in each),
            asked=sum(one.asked for one in each),
            shipped=sum(one.shipped for one in each),
            despatched=sum(one.despatched for one in each),
            on_case=sum(one.on_case for one in each),
        )

    @property
    def is_right(self) -> bool:
        """Whether all are accounted for, nothing is doubled or lost, and the one that was open was ridden out."""
        is_ridden_out = self.ridden_out is None or self.ridden_out.is_right
        return not self.doubled and not self.lost and is_ridden_out

    def to_json(self) -> Json:
        """The figures as JSON."""
        total = self.total
        return {
            "orders": self.orders,
            "tied_out": self.tied_out,
            "waiting": len(self.waiting),
            "waiting_for": self.waiting,
            "on_case": self.on_case,
            "cases": dict(sorted(self.cases.items())),
            "stray_cases": dict(sorted(self.stray_cases.items())),
            "lines": self.lines,
            "units_asked": total.asked,
            "units_shipped": total.shipped,
            "units_despatched": total.despatched,
            "units_on_case": total.on_case,
            "by_warehouse": {name: units.to_json() for name, units in self.by_warehouse.items()},
            "duplicates": len(self.doubled),
            "lost": len(self.lost),
            "told_storefront": self.told_storefront,
            "ridden_out": self.ridden_out.to_json() if self.ridden_out else None,
        }


def tie_out_orders(application: Application, company: str, shipping: Shipping) -> OrdersTieOut:
    """Count every order of the play, and hold its lines against both ledgers."""
    result = OrdersTieOut(orders=len(shipping.entered))
    on_case: set[str] = set()
    with application.store.scope(company) as c:
        for each in shipping.entered:
            on_case |= _count(c, application, company, each, result)
        for row in documents.documents_in(c, limit=ALL_ROWS):
            standing = cases.open_case_of(c, company, row.kind, row.key) if row.kind in STRAYS else None
            if standing is not None:
                result.stray_cases[standing.code] += 1
    left = [row for floor in shipping.floors for row in floor.shipped()]
    _count_units(application, company, shipping, left, on_case, result)
    result.ridden_out = _ridden_out(application, company, shipping, left, result)
    return result


def _count(c: Connection, application: Application, company: str, each: Entered, result: OrdersTieOut) -> set[str]:
    """How one order ended; its number when it is on a case."""
    document = documents.document(c, company, ORDER, each.number)
    standing = cases.open_case_of(c, company, ORDER, each.number) if document else None
    if document is not None:
        known = effects.effects_of(c, document)
        result.told_storefront += any(one.command == "fulfil_order" and one.state == "done" for one in known)
    if standing is not None:
        result.cases[standing.code] += 1
        return {each.number}
    reason = _waits_for(c, document) if document is not None and document.state == "waiting" else ""
    if document is not None and ties_out(c, document, application):
        result.tied_out += 1
    elif reason:
        result.waiting[each.number] = reason
    else:
        result.lost.append(f"order {each.number} is {document.state if document else 'not known'}")
    return set()


def _waits_for(c: Connection, document: Document) -> str:
    """The reason that the last decision stated; empty for none."""
    last = attempts.last_attempt(c, document)
    decision = decision_from_json(last.decision) if last is not None and last.decision is not None else None
    return decision.waiting_for if isinstance(decision, Plan) else ""


def _count_units(
    application: Application,
    company: str,
    shipping: Shipping,
    left: Iterable[Shipped],
    on_case: set[str],
    result: OrdersTieOut,
) -> None:
    """Line by line: what the warehouse says has left, and what Sage says was despatched."""
    shipped: dict[tuple[str, str, str], tuple[int, int]] = {}
    for row in left:
        at = result.by_warehouse.setdefault(row.account, Units())
        at.orders += 1
        for sku, asked in row.asked.items():
            known = shipped.get((row.account, row.order_number, sku), (0, 0))
            shipped[row.account, row.order_number, sku] = (known[0] + asked, known[1] + row.left.get(sku, 0))
    despatched = _despatched(application, company, shipping)
    for (account, number, sku), (asked, gone) in shipped.items():
        at, in_sage = result.by_warehouse[account], despatched.pop((number, sku), 0)
        result.lines += 1
        at.asked, at.shipped, at.despatched = at.asked + asked, at.shipped + gone, at.despatched + in_sage
        where = f"order {number}, {sku}: {gone} shipped, {in_sage} despatched in Sage"
        if in_sage > gone:
            result.doubled.append(where)
        elif in_sage < gone and number in on_case:
            at.on_case += gone - in_sage
        elif in_sage < gone:
            result.lost.append(where)
    result.doubled += [f"order {number}, {sku}: {count} of nothing" for (number, sku), count in despatched.items()]


def _despatched(application: Application, company: str, shipping: Shipping) -> dict[tuple[str, str], int]:
    """By order and stock code, as Sage's order lines say."""
    book = application.companies[company].order_book
    assert book is not None, "a company with warehouses has a ledger whose orders can be read"
    found: dict[tuple[str, str], int] = {}
    for each in shipping.entered:
        order = book.open_order(each.number)
        for line in order.lines if order is not None else ():
            if line.despatched:
                found[each.number, line.sku] = found.get((each.number, line.sku), 0) + int(line.despatched)
    return found


def _ridden_out(
    application: Application, company: str, shipping: Shipping, left: Iterable[Shipped], result: OrdersTieOut
) -> RiddenOut | None:
    """The order that was open on somebody's screen: how often it was met, and when its despatch stood in Sage."""
    held = next((each for each in shipping.entered if each.order.turn is Turn.ON_SCREEN), None)
    if held is None:
        return None
    met = met_by(application, company, held.number)
    with application.store.scope(company) as c:
        document = documents.document(c, company, ORDER, held.number)
        known = effects.effects_of(c, document) if document is not None else []
    done = [one for one in known if one.command == "despatch" and one.state == "done"]
    stood = max((one.settled_at for one in done if one.settled_at is not None), default=None)
    is_whole = any(row.order_number == held.number and row.left == row.asked for row in left)
    doubled = any(f"order {held.number}," in line for line in (*result.doubled, *result.lost))
    return RiddenOut(
        number=held.number,
        holders=tuple(dict.fromkeys(one.holder for one in met if one.holder)),
        times=len(met),
        seconds=(stood - met[0].at).total_seconds() if met and stood is not None else 0.0,
        open_seconds=shipping.held_seconds,
        despatches=len(done),
        is_right=bool(met) and len(done) == 1 and is_whole and not doubled,
    )
