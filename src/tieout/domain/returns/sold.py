"""What was sold, in the lines that can come back: discounts shared over the goods, bundles taken apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from tieout.domain.documents.sales_order import Nominal, OrderLine, SalesOrder
from tieout.domain.documents.shop_order import ShopLine, ShopOrder
from tieout.domain.money import Money, total
from tieout.domain.returns.bundles import Bundle, order_apart
from tieout.domain.rules.mapping import MappingTables

HISTORICAL = "storefront order"
"""How the match of a return to an order that Sage no longer holds is named."""


def as_sold(order: SalesOrder, bundles: Mapping[str, Bundle]) -> SalesOrder:
    """The order in lines that can come back one unit at a time; its net and its VAT stay to the penny."""
    return order_apart(_discounts_shared(order), bundles)


def historical_order(
    shop_order: ShopOrder, *, customer_id: str, customer_reference: str, tables: MappingTables
) -> SalesOrder | None:
    """A sale that Sage no longer holds, told from the storefront's order: price and VAT of the day it was made.

    None where the house has no rule for such orders (`value_policy`, `historical`). Lines whose VAT rate is not in the
    table `tax_rate` carry no tax code; a check says so.
    """
    rule = tables.find("value_policy", "historical")
    if rule is None:
        return None
    nominal = Nominal(
        account=rule.value.get("account", ""),
        cost_centre=rule.value.get("cost_centre", ""),
        department=rule.value.get("department", ""),
    )
    return SalesOrder(
        order_id="",
        number=shop_order.name,
        channel_reference=shop_order.name,
        customer_id=customer_id,
        customer_reference=customer_reference,
        currency=shop_order.currency,
        ordered_on=shop_order.ordered_at.date() if shop_order.ordered_at else date.min,
        is_cancelled=False,
        lines=tuple(_line_of(line, nominal, tables) for line in shop_order.lines if line.quantity),
        invoices=(),
        is_historical=True,
    )


def rate_text(rate: Decimal) -> str:
    """A VAT rate as the key of the table `tax_rate`: `20`, `17.5`, `0`."""
    return f"{rate.normalize():f}"


def _line_of(line: ShopLine, nominal: Nominal, tables: MappingTables) -> OrderLine:
    quantity = Decimal(line.quantity)
    net = line.gross - line.tax
    return OrderLine(
        line_id=line.line_id,
        sku=line.sku,
        description=line.sku,
        quantity=quantity,
        despatched=quantity,
        invoiced=quantity,
        unit_price=(net.decimal() / quantity).quantize(Decimal("0.00001")),
        net=net,
        tax=line.tax,
        tax_code=tables.value("tax_rate", rate_text(line.tax_rate), "code") or "",
        tax_rate=line.tax_rate,
        nominal=nominal,
        warehouse="",
        is_goods=not line.is_gift_card,
    )


def _discounts_shared(order: SalesOrder) -> SalesOrder:
    """Every line that only takes off the order's value is borne by the goods, by their weight in the order."""
    discounts = [line for line in order.lines if _takes_off(line)]
    if not discounts:
        return order
    lines = [line for line in order.lines if not _takes_off(line)]
    for discount in discounts:
        bearing = [line.is_goods and line.net.minor > 0 and line.tax_code == discount.tax_code for line in lines]
        if not any(bearing):
            bearing = [line.is_goods and line.net.minor > 0 for line in lines]
        if not any(bearing):
            return order
        lines = _bear(lines, bearing, discount)
    return replace(order, lines=tuple(lines))


def _bear(lines: Sequence[OrderLine], bearing: Sequence[bool], discount: OrderLine) -> list[OrderLine]:
    weights = [line.net.minor if bears else 0 for line, bears in zip(lines, bearing, strict=True)]
    nets, taxes = discount.net.split(weights), discount.tax.split(weights)
    return [
        _worth(line, total([line.net, net]), total([line.tax, tax])) if bears else line
        for line, bears, net, tax in zip(lines, bearing, nets, taxes, strict=True)
    ]


def _worth(line: OrderLine, net: Money, tax: Money) -> OrderLine:
    price = (net.decimal() / line.quantity).quantize(Decimal("0.00001")) if line.quantity else line.unit_price
    return replace(line, net=net, tax=tax, unit_price=price)


def _takes_off(line: OrderLine) -> bool:
    return not line.is_goods and line.net.minor < 0
