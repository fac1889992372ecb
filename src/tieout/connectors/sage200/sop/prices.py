"""Prices as the company keeps them: where its order prices hold VAT, ours, which are net, are sent with it.

Whether prices hold VAT is a setting of the company, fixed once orders exist (section 6.8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from tieout.domain import commands as c
from tieout.domain.money import round_half_up

PRICE_PLACES = 5
"""Decimals of a selling unit price (section 5)."""


def with_tax(net: Decimal, rate_percent: Decimal) -> Decimal:
    """A net unit price with its VAT, rounded half up to the five decimals that Sage keeps."""
    gross = net * (100 + rate_percent) / 100
    return Decimal(round_half_up(gross.scaleb(PRICE_PLACES))).scaleb(-PRICE_PLACES)


def return_with_tax(command: c.RaiseReturn, rates: Mapping[str, Decimal]) -> c.RaiseReturn:
    """The return with VAT in its prices; `rates` are per cent by tax code."""
    lines = (replace(line, unit_price=with_tax(line.unit_price, rates[line.tax_code])) for line in command.lines)
    return replace(command, lines=tuple(lines))


def order_with_tax(command: c.EnterOrder, rates: Mapping[str, Decimal]) -> c.EnterOrder:
    """The order with VAT in the prices that it states; a priced line without a known tax code stays as it is."""
    lines = (
        line
        if line.unit_price is None or line.tax_code is None or line.tax_code not in rates
        else replace(line, unit_price=with_tax(line.unit_price, rates[line.tax_code]))
        for line in command.lines
    )
    return replace(command, lines=tuple(lines))


def untaxed(command: c.EnterOrder) -> tuple[str, ...]:
    """Priced lines that name no tax code: their price with VAT cannot be known."""
    return tuple(
        f"the price of {line.sku or line.description} needs a tax code, because this company's prices hold VAT"
        for line in command.lines
        if line.unit_price and line.tax_code is None
    )
