"""The special returns kind by kind: how they ended, and what their customers got by every system's own books."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

import httpx

from tieout.bootstrap import Application
from tieout.cli.demo.cast import TIED_OUT, Scene, billed
from tieout.domain.legs import LegState, is_tied_out
from tieout.domain.money import money
from tieout.processes.standing import leg_state
from tieout.store import cases, documents, legs
from tieout.store.documents import Document
from tieout.store.store import Connection

Json = dict[str, Any]
ISSUED = frozenset({"RefundToStoreCredit", "RefundToGiftCard"})
PAID_ON_TOP = "InvoicePayment"


@dataclass(slots=True, kw_only=True)
class Tally:
    """One kind of special return."""

    kind: str
    title: str
    expected_code: str
    """The case that its documents must be on; empty when they must tie out."""
    booked_minor: int
    given_minor: int
    """What Sage, and what shop and portal, must show that the customer got: known before the play."""
    pence_by_vat: int = 0
    """How many pence Sage may be off, where it reckons the VAT of an order by itself."""
    passes: str = ""
    """The case that a person must have settled on the way; empty for none."""
    played: int = 0
    tied_out: int = 0
    cases: Counter[str] = field(default_factory=Counter)
    settled: Counter[str] = field(default_factory=Counter)
    """Cases that were settled on the way, by code."""
    in_sage_minor: int = 0
    """Credit notes less what is kept of them and billed for exchanges."""
    outside_minor: int = 0
    """Refunds in the shop, store credit and gift cards of the portal, less what was paid on top."""

    @property
    def is_right(self) -> bool:
        """Whether every document ended as it was to, with these amounts on both sides."""
        ended = self.cases[self.expected_code] if self.expected_code else self.tied_out
        is_booked = abs(self.in_sage_minor - self.booked_minor) <= self.pence_by_vat
        is_settled = not self.passes or self.settled[self.passes] > 0
        return ended == self.played and is_settled and is_booked and self.outside_minor == self.given_minor

    def to_json(self) -> Json:
        """The line as JSON."""
        return {
            "kind": self.kind,
            "played": self.played,
            "tied_out": self.tied_out,
            "on_case": self.cases.total(),
            "cases": dict(sorted(self.cases.items())),
            "settled_cases": dict(sorted(self.settled.items())),
            "in_sage_minor": self.in_sage_minor,
            "in_shop_and_portal_minor": self.outside_minor,
            "is_as_expected": self.is_right,
        }


class Players(Protocol):
    """Whoever plays scenes."""

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """What is played."""
        ...

    @property
    def paid_on_top(self) -> Mapping[str, int]:
        """Pence by account that were paid at a till."""
        ...

    def documents_of(self, scene: Scene) -> Iterator[tuple[str, str]]:
        """(kind, number) of every document that a scene has led to."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgers:
    """The systems' own books, read once when everything has come to rest."""

    sales: tuple[Json, ...]
    """Posted transactions of Sage's sales ledger."""
    refunds: tuple[Json, ...]
    """Refunds of the shop."""
    rmas: tuple[Json, ...]
    """RMAs of the portal, with what it paid."""
    stock: tuple[Json, ...]
    """What is in Sage's bins."""


def read_ledgers(control: httpx.Client, sage: str = "sage200", shop: str = "shopify", portal: str = "") -> Ledgers:
    """Read them through the sandbox's control surface; without a portal the shop takes returns itself."""
    return Ledgers(
        sales=tuple(control.get(f"/{sage}/ledgers/sales").json()),
        refunds=tuple(control.get(f"/{shop}/ledgers/refunds").json()["refunds"]),
        rmas=tuple(control.get(f"/{portal}/ledgers/rmas").json()["rmas"]) if portal else (),
        stock=tuple(control.get(f"/{sage}/ledgers/stock").json()),
    )


def tally(application: Application, company: str, players: Players, books: Ledgers) -> list[Tally]:
    """One line for every scene, in their order."""
    in_sage, outside = _given_in_sage(players.scenes, books), _given_outside(players, books)
    lines = []
    with application.store.scope(company) as c:
        for scene in players.scenes:
            line = Tally(
                kind=scene.kind,
                title=scene.title,
                expected_code="" if scene.ends == TIED_OUT else scene.ends,
                booked_minor=scene.booked.minor,
                given_minor=scene.given.minor,
                pence_by_vat=scene.pence_by_vat,
                passes=scene.passes,
                in_sage_minor=in_sage[scene.account],
                outside_minor=outside[scene.account],
            )
            for kind, key in players.documents_of(scene):
                _count(c, application, company, documents.document(c, company, kind, key), line)
            lines.append(line)
    return lines


def ties_out(c: Connection, document: Document, application: Application) -> bool:
    """Whether a document is finished and every leg of it agrees."""
    states = [leg_state(leg, application.clock()) for leg in legs.legs_of(c, document)]
    return document.state == "done" and is_tied_out(states) and LegState.AGREED in states


def _count(c: Connection, application: Application, company: str, document: Document | None, line: Tally) -> None:
    line.played += 1
    if document is None:
        return
    known = cases.cases_of(c, company, document.kind, document.key)
    line.settled.update(case.code for case in known if case.state != "open")
    standing = cases.open_case_of(c, company, document.kind, document.key)
    if standing is not None:
        line.cases[standing.code] += 1
    elif ties_out(c, document, application):
        line.tied_out += 1


def _given_in_sage(scenes: tuple[Scene, ...], books: Ledgers) -> Mapping[str, int]:
    """By account: what was billed for the sale, less everything billed and credited on it up to now."""
    found = Counter({scene.account: sum(billed(order.billed).minor for order in scene.orders) for scene in scenes})
    for row in books.sales:
        if row["customer"] in found and ("Invoice" in row["type"] or "Credit" in row["type"]):
            found[row["customer"]] -= minor_of(row["gross"])
    return found


def _given_outside(players: Players, books: Ledgers) -> Mapping[str, int]:
    """By account: what shop and portal gave, less what they took on top."""
    account_of = {order.sold.number: scene.account for scene in players.scenes for order in scene.orders}
    found: dict[str, int] = defaultdict(int)
    for account, paid in players.paid_on_top.items():
        found[account] -= paid
    for refund in books.refunds:
        if refund["order"] in account_of:
            found[account_of[refund["order"]]] += minor_of(refund["amount"])
    for rma in books.rmas:
        for move in rma["transactions"] if rma["order_name"] in account_of and rma["transactions"] else ():
            sign = (move["type"] in ISSUED) - (move["type"] == PAID_ON_TOP)
            found[account_of[rma["order_name"]]] += sign * minor_of(move["amount"]) * (move["status"] == "Success")
    return found


def minor_of(amount: str | float) -> int:
    """Pence of an amount as the books state it."""
    return money(Decimal(str(amount))).minor
