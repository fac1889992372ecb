"""The systems around a small house, filled and served: Sage 200, ReturnGO and Shopify with equal figures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import httpx

from tieout.domain.money import Money, money, tax_on, total
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.returngo import ReturnGoSandbox
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.shopify import ShopifySandbox

Json: TypeAlias = Any  # a JSON edge
THE_DAY = datetime(2011, 1, 20, 12, tzinfo=UTC)
"""Noon of the day that all tests live on: UK VAT went from 17.5 to 20 per cent on the fourth of that month."""
SHOP = "small-house.myshopify.com"
RATES = {1: Decimal(20), 2: Decimal(0), 9: Decimal("17.5")}
"""VAT in per cent by Sage's tax code number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Where the merchant trades: which company of Sage, its currency and its VAT by Sage's tax code number."""

    company_id: int = 0
    """0 for the stand-in's default company."""
    api: str = ""
    currency: str = "GBP"
    rates: Mapping[int, Decimal] = field(default_factory=lambda: RATES)


HOME_MARKET = Market()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sale: `price` is net."""

    sku: str
    quantity: int
    price: str
    tax_code: int = 1

    @property
    def net(self) -> Money:
        return money(Decimal(self.price) * self.quantity)


ORDERS: dict[str, tuple[str, tuple[Line, ...]]] = {
    "W1001": ("2011-01-10", (Line("MUG", 3, "10.00"), Line("BOOK", 1, "4.55", 2))),
    "W1002": ("2010-12-20", (Line("MUG", 5, "3.33", 9), Line("LAMP", 2, "12.49", 9))),
    "W1003": ("2011-01-12", (Line("LAMP", 2, "25.00"),)),
    "W1004": ("2011-01-12", (Line("MUG", 4, "10.00"), Line("BOWL", 3, "7.99"))),
}
"""Sold on which day, and the lines; every order was despatched, invoiced and paid."""
SKUS = ("MUG", "BOOK", "LAMP", "BOWL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What stands in the remote systems, in pence and units."""

    credits: tuple[tuple[str, int, int], ...] = ()
    """(date, net, VAT) of every credit note, positive."""
    payments: tuple[int, ...] = ()
    """Every sales payment."""
    outstanding: int = 0
    """What is not allocated in the sales ledger."""
    refunds: tuple[tuple[str, int], ...] = ()
    """(order, amount) of every refund of the shop."""
    stock: tuple[tuple[str, str, int], ...] = ()
    """(stock code, bin, quantity) where there is any."""
    available: tuple[tuple[str, int], ...] = ()
    """(stock code, quantity) that the shop offers."""
    rmas: tuple[tuple[str, str], ...] = ()
    """(RMA, status at the portal)."""

    def in_bin(self, sku: str, name: str) -> int:
        return next((count for code, place, count in self.stock if (code, place) == (sku, name)), 0)

    def on_offer(self, sku: str) -> int:
        return dict(self.available)[sku]


def pence(pounds: str) -> int:
    return money(Decimal(pounds)).minor


def build_estate(seed: int = 1) -> Estate:
    """Three calm systems whose clock stands on the day that all tests live on."""
    clock = SandboxClock.set_to(THE_DAY)
    shopify = ShopifySandbox(clock, shop_domain=SHOP, seed=seed)
    returngo = ReturnGoSandbox(clock, shop_name=SHOP, shopify=shopify, seed=seed + 10)
    return Estate([Sage200Sandbox(clock, seed=seed + 20), returngo, shopify], clock, seed)


class Control:
    """What people in the systems around us do, through the sandbox's control surface."""

    def __init__(self, url: str, estate: Estate, market: Market | None = None) -> None:
        self.market = market or HOME_MARKET
        self.url = url
        self.estate = estate
        self.http = httpx.Client(base_url=f"{url}/_sandbox", timeout=30)
        self.shop_ids: Json = {}

    def close(self) -> None:
        self.http.close()

    def ask(self, method: str, path: str, body: object = None) -> Json:
        if path.startswith("/sage200/") and self.market.company_id:
            path += f"{'&' if '?' in path else '?'}company={self.market.company_id}"
        answer = self.http.request(method, path, json=body)
        assert answer.status_code < 300, f"{method} {path} answered {answer.status_code}: {answer.text[:400]}"
        return json.loads(answer.content, parse_float=Decimal) if answer.content else None

    def post(self, path: str, body: object = None) -> Json:
        return self.ask("POST", path, body)

    def put(self, path: str, body: object) -> Json:
        return self.ask("PUT", path, body)

    def get(self, path: str) -> Json:
        return self.ask("GET", path)

    def shift(self, by: timedelta) -> None:
        """Move the systems' clock."""
        offset = (self.estate.clock.offset + by).total_seconds()
        self.put("/clock", {"offset_seconds": offset})

    def temper(self, system: str, **values: object) -> None:
        """Give a system a temper; without values it is calm."""
        self.put(f"/{system}/temper", values)

    def fill(self) -> None:
        """Load the merchant's customers, goods and sales into Sage and the shop."""
        self.post("/sage200/load", _sage())
        self.shop_ids = self.post("/shopify/load", _shop(self.market))["orders"]
        self.put("/shopify/settings", {"bucket_size": 2_000_000, "restore_per_second": 100_000})
        self.put("/returngo/quota", {"per_day": 200_000})

    def books(self) -> Books:
        """What stands in the remote systems now."""
        ledger = self.get("/sage200/ledgers/sales")
        shop, stock = self.get("/shopify/ledgers/inventory"), self.get("/sage200/ledgers/stock")
        rmas, refunds = self.get("/returngo/ledgers/rmas")["rmas"], self.get("/shopify/ledgers/refunds")["refunds"]
        return Books(
            credits=tuple(
                sorted((r["date"], -pence(r["net"]), -pence(r["tax"])) for r in ledger if "Credit" in r["type"])
            ),
            payments=tuple(sorted(pence(r["gross"]) for r in ledger if "SalesPayment" in r["type"])),
            outstanding=sum(pence(r["outstanding"]) for r in ledger),
            refunds=tuple(sorted((r["order"], pence(r["amount"])) for r in refunds)),
            stock=tuple(sorted((r["product"], r["bin"], int(r["quantity"])) for r in stock if r["quantity"] != "0")),
            available=tuple(sorted((r["sku"], int(r["available"])) for r in shop["levels"])),
            rmas=tuple(sorted((r["rma_id"], r["status"]) for r in rmas)),
        )

    def deeds(self) -> Counter[str]:
        """How often each kind of change was really made through the systems' doors, by their own journals.

        The shop's own record of a return is kept by the portal and is none of ours.
        """
        counted: Counter[str] = Counter()
        for system in self.estate.systems:
            for entry in system.journal.entries(effects_only=True):
                if entry.method not in {"CONTROL", "DESKTOP"}:
                    counted.update(effect.name for effect in entry.effects if not effect.name.startswith("return."))
        return counted

    def requests(self, system: str) -> int:
        """How many requests a system has received."""
        return len(self.get(f"/{system}/journal")["entries"])

    def prove(self) -> None:
        """Assert that every ledger agrees with the others and that nothing was done twice."""
        proofs = self.get("/sage200/ledgers/proofs")
        assert proofs.pop("duplicates") == []
        assert all(proofs.values()), proofs
        assert self.get("/shopify/proofs")["duplicates"] == []

    def add_sage_order(self, name: str, day: str) -> None:
        """One more sale that only Sage knows."""
        self.post("/sage200/load", {"orders": [_sage_order(name, day, (Line("MUG", 1, "10.00"),))]})

    def add_order(self, name: str, day: str, *lines: Line, invoiced: bool = True) -> None:
        """One more sale in both systems: of one mug when no lines are named."""
        lines = lines or (Line("MUG", 1, "10.00"),)
        self.post("/sage200/load", {"orders": [{**_sage_order(name, day, lines), "invoiced": invoiced}]})
        self.shop_ids |= self.post("/shopify/load", {"orders": [_shop_order(name, day, lines, self.market)]})["orders"]


def _sage() -> Json:
    return {
        "warehouses": [
            {"name": "HOME", "use_for_sales_trading": True, "bins": [{"name": "A1"}, {"name": "GOODS-IN"}]},
            {"name": "QUARANTINE", "use_for_sales_trading": False, "bins": [{"name": "Q1"}]},
        ],
        "banks": [{"code": "SHOPPAY", "name": "Shopify Payments clearing", "nominal": "1210"}],
        "customers": [{"reference": "12345", "name": "A. Customer"}, {"reference": "12346", "name": "B. Customer"}],
        "products": [
            {
                "code": sku,
                "name": sku.title(),
                "costing": "AVERAGE" if sku == "MUG" else "FIFO",
                "standard_price": "99.00",
                "stock": [{"warehouse": "HOME", "bin": "A1", "quantity": "100", "unit_cost": "1.50"}],
            }
            for sku in SKUS
        ],
        "orders": [_sage_order(name, day, lines) for name, (day, lines) in ORDERS.items()],
    }


def _sage_order(name: str, day: str, lines: tuple[Line, ...]) -> Json:
    return {
        "customer": "12345",
        "customer_document_no": name,
        "document_date": day,
        "lines": [
            {
                "product": line.sku,
                "quantity": str(line.quantity),
                "unit_price": line.price,
                "tax_code": line.tax_code,
                "warehouse": "HOME",
            }
            for line in lines
        ],
        "despatched": True,
        "invoiced": True,
        "paid": "SHOPPAY",
    }


def _shop(market: Market) -> Json:
    return {
        "location": "HOME",
        "variants": [{"sku": sku, "title": sku.title(), "price": "99.00", "available": 100} for sku in SKUS],
        "orders": [_shop_order(name, day, lines, market) for name, (day, lines) in ORDERS.items()],
    }


def _shop_order(name: str, day: str, lines: tuple[Line, ...], market: Market) -> Json:
    """The same sale in the shop, with the VAT that Sage has: of the running total by rate."""
    taxes = []
    for index, line in enumerate(lines):
        before = total([other.net for other in lines[:index] if other.tax_code == line.tax_code])
        rate = market.rates[line.tax_code]
        taxes.append(tax_on(before + line.net, rate) - tax_on(before, rate))
    return {
        "name": name,
        "created_at": f"{day}T10:00:00+00:00",
        "customer": {"id": 12345, "email": "a@example.org", "first_name": "A", "last_name": "Customer"},
        "currency": market.currency,
        "taxes_included": False,
        "gateway": "shopify_payments",
        "lines": [
            {
                "sku": line.sku,
                "title": line.sku.title(),
                "quantity": line.quantity,
                "price": line.price,
                "tax": tax.text(),
                "tax_rate": str(market.rates[line.tax_code] / 100),
            }
            for line, tax in zip(lines, taxes, strict=True)
        ],
    }
