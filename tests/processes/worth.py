"""Value beyond a refund, and goods in exchange: what the house declares, sales to take back, and what changed."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests.processes.estate import HOME_MARKET, Line, _sage_order, _shop_order, pence
from tests.processes.house import Rma

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import House

DAY = "2011-01-12"
STORE_CREDIT, GIFT_CARD, SWAP = "RefundToStoreCredit", "RefundToGiftCard", "InstantVariantExchange"
"""The portal's words for what a customer gets."""
CLEARING = {"store_credit": "CREDITS", "gift_card": "CARDS"}
"""The clearing account in Sage of each kind of credit."""
FEES, CREDITS, CARDS, SHOPPAY = "4020", "2310", "2320", "1210"
"""Nominals that are watched: fees and bonuses, both clearing accounts, the shop's way of payment."""
POSTED = ("restocking_fee", "return_shipping_fee", "cancellation_fee", "store_credit_bonus", "partial_amount")
ADDRESS = {
    "name": "A. Customer",
    "address1": "1 High Street",
    "city": "Leeds",
    "province": "West Yorkshire",
    "zip": "LS1 1AA",
    "country_code": "GB",
    "phone": "0113 496 0000",
}
BY_EITHER_ROUTE = pytest.mark.parametrize(
    "shared_house", ["sop", pytest.param("ledger", marks=[pytest.mark.long])], indirect=True
)
_names = itertools.count(8000)


def stock_up(house: House) -> None:
    """The accounts that values are posted to, and a rule for every kind of value."""
    names = ((FEES, "Return fees"), (CREDITS, "Store credit"), (CARDS, "Gift cards"))
    banks = [("CREDITS", "Store credit", CREDITS), ("CARDS", "Gift cards", CARDS)]
    house.control.post(
        "/sage200/load",
        {
            "nominals": [{"account": account, "name": name} for account, name in names],
            "banks": [{"code": code, "name": name, "nominal": nominal} for code, name, nominal in banks],
        },
    )
    for kind in CLEARING:
        treat(house, kind, "liability")
    for kind in POSTED:
        house.rule("value_policy", kind, account=FEES, tax_code="1", approve_over="never")
    house.rule("value_policy", "returnless", approve_over="never")
    treat(house, "exchange", "zero")


def treat(house: House, kind: str, treatment: str) -> None:
    """Book a kind of value so from now on."""
    bank = {"bank": CLEARING[kind]} if kind in CLEARING else {}
    house.rule("value_policy", kind, treatment=treatment, approve_over="never", **bank)


def paying(house: House, by: str) -> AbstractContextManager[None]:
    """Money goes back by `us`, or by the `portal` at our word."""
    return _released_by_portal(house) if by == "portal" else nullcontext()


@contextmanager
def _released_by_portal(house: House) -> Iterator[None]:
    house.rule("policy", "refund_release", value="portal")
    house.control.put("/returngo/settings", {"auto_refund": "validated", "auto_release": "validated"})
    try:
        yield
    finally:
        house.rule("policy", "refund_release", value="us")
        house.control.put("/returngo/settings", {"auto_refund": "none", "auto_release": "none"})


@contextmanager
def issuing(house: House, percent: int) -> Iterator[None]:
    """The portal issues so much of the price as store credit."""
    house.control.put("/returngo/settings", {"store_credit_percent": percent})
    try:
        yield
    finally:
        house.control.put("/returngo/settings", {"store_credit_percent": 100})


def sold(house: House, *lines: Line, customer: int = 12345, address: bool = True) -> str:
    """One sale of its own in both systems, two mugs when no lines are named; returns its number."""
    name = f"W{next(_names)}"
    lines = lines or (Line("MUG", 2, "10.00"),)
    house.control.post("/sage200/load", {"orders": [_sage_order(name, DAY, lines)]})
    order = _shop_order(name, DAY, lines, HOME_MARKET)
    order["customer"]["id"] = customer
    if address:
        order["shipping_address"] = ADDRESS
    house.control.shop_ids |= house.control.post("/shopify/load", {"orders": [order]})["orders"]
    return name


def asked(house: House, order: str, *items: Json, **head: Json) -> Rma:
    """An RMA over items that end differently, approved."""
    body = {"order_name": order, "customer": {"id": 12345}, "currency": "GBP", **head}
    body["items"] = [{"quantity": 1, "reason": "Too small", **item} for item in items]
    raised = house.control.post("/returngo/rmas", body)["rmas"][0]
    units = tuple(str(item["returned_item_id"]) for item in raised["items"])
    return house.approve(Rma(str(raised["rma_id"]), units))


def at_portal(house: House, rma: Rma) -> Json:
    """The RMA as it stands in the portal's books."""
    return next(row for row in house.control.get("/returngo/ledgers/rmas")["rmas"] if row["rma_id"] == rma.number)


def try_again(house: House, rma: Rma) -> None:
    """Somebody at the portal repeats the payment that failed."""
    failed = next(move for move in at_portal(house, rma)["transactions"] if move["status"] == "Failed")
    house.act(rma, "retry-transaction", transaction=failed["id"])


def codes(house: House, rma: Rma) -> list[str]:
    """The faults on the RMA's case; none without a case."""
    case = house.case(rma)
    return [str(fault["code"]) for fault in case.faults if isinstance(fault, Mapping)] if case else []


def assert_done(house: House, rma: Rma) -> None:
    """Nobody has anything to do about it any more, and all systems say the same."""
    assert codes(house, rma) == []
    assert house.document(rma).state == "done", house.leg_states(rma)
    house.control.prove()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one test changed in the remote systems, in pence and units."""

    credits: tuple[int, ...]
    """Every credit note, VAT included, positive."""
    fees: tuple[int, ...]
    """Every invoice in the sales ledger, VAT included."""
    payments: tuple[int, ...]
    refunds: tuple[int, ...]
    issued: tuple[int, ...]
    """Store credits and gift cards of the portal."""
    outstanding: int
    nominals: Mapping[str, int]
    """Those of the watched nominals that moved, credits positive."""
    stock: int
    """Units of all stock codes."""


class Since:
    """The remote systems as they were; asked later, what changed."""

    def __init__(self, house: House) -> None:
        self._control = house.control
        self._before = self._now()

    def changes(self) -> Changes:
        before, now = self._before, self._now()
        more = {
            name: tuple(sorted((now[name] - before[name]).elements()))
            for name in ("credits", "fees", "payments", "refunds", "issued")
        }
        watched = {name: now["nominals"][name] - before["nominals"][name] for name in (FEES, CREDITS, CARDS, SHOPPAY)}
        return Changes(
            **more,
            outstanding=now["outstanding"] - before["outstanding"],
            nominals={name: moved for name, moved in watched.items() if moved},
            stock=now["stock"] - before["stock"],
        )

    def _now(self) -> Json:
        rows = self._control.get("/sage200/ledgers/sales")
        nominals: Counter[str] = Counter()
        for account in self._control.get("/sage200/ledgers/nominal")["accounts"]:
            nominals[account["account"]] -= pence(account["balance"])
        moves = [move for rma in self._control.get("/returngo/ledgers/rmas")["rmas"] for move in rma["transactions"]]
        return {
            "credits": Counter(-pence(row["gross"]) for row in rows if "Credit" in row["type"]),
            "fees": Counter(pence(row["gross"]) for row in rows if "Invoice" in row["type"]),
            "payments": Counter(pence(row["gross"]) for row in rows if "SalesPayment" in row["type"]),
            "outstanding": sum(pence(row["outstanding"]) for row in rows),
            "refunds": Counter(
                pence(row["amount"])
                for row in self._control.get("/shopify/ledgers/refunds")["refunds"]
                if pence(row["amount"])
            ),
            "issued": Counter(
                pence(move["amount"])
                for move in moves
                if move["type"] in (STORE_CREDIT, GIFT_CARD) and move["status"] == "Success"
            ),
            "nominals": nominals,
            "stock": sum(int(row["quantity"]) for row in self._control.get("/sage200/ledgers/stock")),
        }
