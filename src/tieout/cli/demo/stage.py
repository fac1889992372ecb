"""Sets the stage: the sandbox estate filled with the file's trading, and a Tieout pointed at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import httpx

from tieout.cli.demo.trading import Play, Sale, SaleLine
from tieout.domain.money import Money, money, tax_on, total
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate, SandboxSystem
from tieout.sandbox.files import FilesSandbox
from tieout.sandbox.mintsoft import MintsoftSandbox
from tieout.sandbox.returngo import ReturnGoSandbox
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.shopify import ShopifySandbox

SHOP = "tieout-demo.myshopify.com"
OUTLET = "tieout-outlet.myshopify.com"
WEB_CUSTOMER = "WEB"
"""The cash account of sales whose customer the file does not name."""
TAX_CODES = {Decimal(20): 1, Decimal("17.5"): 9, Decimal(15): 10, Decimal(0): 2}
GATEWAY = "shopify_payments"
CREDIT_BANK = "CREDITS"
"""The clearing account that store credit and gift cards are paid from."""
GOODWILL, FEES = "6210", "4910"
"""Nominals of what is given away, and of what is kept of a refund."""
ORDERS_AT_ONCE = 250
BINS = {"HOME": "A1", "LEEDS": "L1", "DESK": "D1"}
"""Warehouses that goods leave from, with the bin that they lie in: those of two 3PLs, and the returns desk."""

Json = dict[str, Any]

PLACES: Json = {
    "warehouses": [
        {"name": "HOME", "use_for_sales_trading": True, "bins": [{"name": "A1"}, {"name": "GOODS-IN"}]},
        {"name": "QUARANTINE", "use_for_sales_trading": False, "bins": [{"name": "Q1"}]},
    ],
    "nominals": [
        {"account": "2215", "name": "Store credit and gift cards"},
        {"account": GOODWILL, "name": "Goodwill and bonuses"},
        {"account": FEES, "name": "Fees kept of refunds"},
    ],
    "banks": [
        {"code": "SHOPPAY", "name": "Shopify Payments clearing", "nominal": "1210"},
        {"code": CREDIT_BANK, "name": "Store credit and gift cards", "nominal": "2215"},
    ],
}
"""Warehouses, nominals and banks of every company on the stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A filled estate, ready to be served."""

    estate: Estate
    files: FilesSandbox
    """The 3PL whose file server must run while the play does."""
    clock: SandboxClock
    today: date


def build_stage(play: Play, seed: int) -> Stage:
    """An empty estate whose clock stands at six of the day after the last sale.

    What it is filled with is hours old when the play begins at noon, so that nobody takes it for today's work.
    """
    today = max(sale.day for sale in play.sales) + timedelta(days=1)
    clock = SandboxClock.set_to(datetime.combine(today, time(6), UTC))
    shopify = ShopifySandbox(clock, shop_domain=SHOP, seed=seed)
    returngo = ReturnGoSandbox(clock, shop_name=SHOP, shopify=shopify, seed=seed + 10)
    outlet_sage = Sage200Sandbox(clock, seed=seed + 30)
    outlet = ShopifySandbox(clock, shop_domain=OUTLET, seed=seed + 40)
    outlet_sage.name, outlet.name = "outlet-sage", "outlet"
    files = FilesSandbox(clock, seed=seed + 60)
    systems: list[SandboxSystem] = [Sage200Sandbox(clock, seed=seed + 20), returngo, shopify, outlet_sage, outlet]
    estate = Estate([*systems, MintsoftSandbox(clock, seed=seed + 50), files], clock, seed)
    return Stage(estate=estate, files=files, clock=clock, today=today)


def fill(url: str, play: Play) -> Json:
    """Load the file's customers, products and invoices into Sage and the shop; returns the shop's ids."""
    with httpx.Client(base_url=f"{url}/_sandbox", timeout=300) as control:
        load_into(control, "sage200", _sage_records(play))
        load_into(control, "shopify", {"location": "HOME", "variants": list(_variants(play))})
        ids: Json = {}
        for sales in _in_parts(play.sales):
            load_into(control, "sage200", {"orders": [sage_order(sale) for sale in sales]})
            ids |= load_into(control, "shopify", {"orders": [shop_order(sale) for sale in sales]})["orders"]
        return ids


def load_into(control: httpx.Client, system: str, content: Json) -> Json:
    """Load records into one system; returns what it says was loaded."""
    answer = control.post(f"/{system}/load", json=content)
    assert answer.status_code == 200, f"{system} did not take the trading: {answer.text[:500]}"
    loaded: Json = answer.json()
    return loaded


def _sage_records(play: Play) -> Json:
    countries = {sale.customer: sale.country for sale in play.sales if sale.customer}
    titles = _titles(play)
    prices = {line.sku: line.unit_price for sale in play.sales for line in sale.lines}
    return {
        **PLACES,
        "warehouses": [*PLACES["warehouses"], *_more_warehouses()],
        "customers": [
            {"reference": WEB_CUSTOMER, "name": "Web shop customers"},
            *({"reference": ref, "name": f"Customer {ref}, {where}"[:60]} for ref, where in countries.items()),
        ],
        "products": [
            {"code": sku, "name": (titles[sku] or sku)[:60], "costing": "AVERAGE", "standard_price": str(price)}
            for sku, price in prices.items()
        ],
    }


def _more_warehouses() -> Iterator[Json]:
    for name in ("LEEDS", "DESK"):
        yield {"name": name, "use_for_sales_trading": True, "bins": [{"name": BINS[name]}]}


def _titles(play: Play) -> dict[str, str]:
    counted: dict[str, Counter[str]] = {}
    for sale in play.sales:
        for line in sale.lines:
            counted.setdefault(line.sku, Counter())[line.title.strip()] += 1
    return {sku: titles.most_common(1)[0][0] for sku, titles in counted.items()}


def _variants(play: Play) -> Iterator[Json]:
    titles = _titles(play)
    prices = {line.sku: line.unit_price for sale in play.sales for line in sale.lines}
    for sku, price in prices.items():
        yield {"sku": sku, "title": titles[sku] or sku, "price": f"{max(price, Decimal(0)):.2f}", "available": 100}


def sage_order(sale: Sale) -> Json:
    """A sale as Sage holds it: despatched, invoiced and paid."""
    return {
        "customer": sale.customer or WEB_CUSTOMER,
        "customer_document_no": sale.number,
        "document_date": sale.day.isoformat(),
        "lines": [
            {
                "product": line.sku,
                "quantity": str(line.quantity),
                "unit_price": str(line.unit_price),
                "tax_code": TAX_CODES[sale.vat_percent],
                "warehouse": "HOME",
            }
            for line in sale.lines
        ],
        "despatched": True,
        "invoiced": True,
        "paid": "SHOPPAY",
    }


def shop_order(sale: Sale) -> Json:
    """The same order in the shop: net prices, VAT on the whole order shared over its lines."""
    nets = [_line_net(line) for line in sale.lines]
    tax = tax_on(total(nets), sale.vat_percent)
    taxes = tax.split([net.minor for net in nets]) if any(nets) else [Money(0) for _ in nets]
    return {
        "name": sale.number,
        "created_at": datetime.combine(sale.day, time(10), UTC).isoformat(),
        "customer": {"id": int(sale.customer) if sale.customer else 0, "email": "", "first_name": "", "last_name": ""},
        "currency": "GBP",
        "taxes_included": False,
        "gateway": GATEWAY,
        "lines": [
            _shop_line(line, net, line_tax, sale.vat_percent)
            for line, net, line_tax in zip(sale.lines, nets, taxes, strict=True)
        ],
    }


def _shop_line(line: SaleLine, net: Money, tax: Money, rate: Decimal) -> Json:
    """A price finer than a penny is shown as the next penny up, less a discount that gives the line's value."""
    price = money(line.unit_price + Decimal("0.00499"))
    discount = Money(price.minor * line.quantity) - net
    return {
        "sku": line.sku,
        "title": line.title.strip() or line.sku,
        "quantity": line.quantity,
        "price": price.text(),
        "discount": discount.text(),
        "tax": tax.text(),
        "tax_rate": str(rate / 100),
    }


def _line_net(line: SaleLine) -> Money:
    return money(line.unit_price * line.quantity)


def _in_parts(sales: Sequence[Sale]) -> Iterable[Sequence[Sale]]:
    return (sales[start : start + ORDERS_AT_ONCE] for start in range(0, len(sales), ORDERS_AT_ONCE))
