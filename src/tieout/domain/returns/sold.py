"""What was sold, in the lines that can come back: discounts shared over the goods, bundles taken apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
    """Every line that only takes off the order's value is borne by the goods, by their weight in the order.

    Where they cannot bear all of it the order stays as it is, and the check of prices says so.
    """
    lines = [line for line in order.lines if not _takes_off(line)]
    codes = {line.tax_code for line in lines if line.is_goods and line.net.minor > 0}
    for discount in (line for line in order.lines if _takes_off(line)):
        bearing = _bearing(lines, discount, codes)
        if -discount.net > total([line.net for line in bearing], order.currency) or (
            -discount.tax > total([line.tax for line in bearing], order.currency)
        ):
            return order
        lines = _bear(lines, bearing, discount)
    return replace(order, lines=tuple(lines))


def _bearing(lines: Sequence[OrderLine], discount: OrderLine, codes: Collection[str]) -> list[OrderLine]:
    """The goods that bear a discount: those of its tax code; all of them where none has it and the discount no VAT."""
    goods = [line for line in lines if line.is_goods and line.net.minor > 0]
    is_borne_alike = discount.tax_code in codes or discount.tax
    return [line for line in goods if line.tax_code == discount.tax_code] if is_borne_alike else goods


def _bear(lines: Sequence[OrderLine], bearing: Sequence[OrderLine], discount: OrderLine) -> list[OrderLine]:
    weights = [line.net.minor for line in bearing]
    nets = [-part for part in (-discount.net).split(weights)]
    whole = [-part for part in (-(discount.net + discount.tax)).split(weights)]  # as the shop shares it, tax included
    taxes = [gross - net for gross, net in zip(whole, nets, strict=True)]
    if any(line.tax + tax < Money(0, tax.currency) for line, tax in zip(bearing, taxes, strict=True)):
        taxes = discount.tax.split([line.tax.minor for line in bearing])
    borne = {
        line.line_id: _worth(line, line.net + net, line.tax + tax)
        for line, net, tax in zip(bearing, nets, taxes, strict=True)
    }
    return [borne.get(line.line_id, line) for line in lines]


def _worth(line: OrderLine, net: Money, tax: Money) -> OrderLine:
    price = (net.decimal() / line.quantity).quantize(Decimal("0.00001")) if line.quantity else line.unit_price
    return replace(line, net=net, tax=tax, unit_price=price)


def _takes_off(line: OrderLine) -> bool:
    return not line.is_goods and line.net.minor < 0
