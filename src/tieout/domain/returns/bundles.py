"""Bundles taken apart: a line of the bundle becomes lines of its components, and their prices add up to its own.

A row of the table `bundle` names the bundle's stock code; its field `components` lists them with how many are in one
bundle and the share of the price that one row bears: `MUG*2=60.00; BOOK*1=40.00`. Shares may be list prices, costs or
agreed percentages: only their ratio counts. Where no share is written, every unit bears the same. The rows in force on
the day of the sale count, because that is the bundle that was sold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from tieout.domain.documents.goods_in import GoodsReceipt, ReceiptLine
from tieout.domain.documents.rma import Rma, RmaUnit
from tieout.domain.documents.sales_order import OrderLine, SalesOrder
from tieout.domain.money import Money
from tieout.domain.rules.mapping import MappingRule, MappingTables

TABLE = "bundle"
COMPONENT = re.compile(r"(?P<sku>.+?)\s*\*\s*(?P<quantity>\d+)\s*(?:=\s*(?P<share>[\d.]+))?")
SHARE_DIGITS = 5
"""Shares are compared exactly down to so many digits behind the point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One stock code of a bundle."""

    sku: str
    quantity: int
    """Units in one bundle."""
    weight: int
    """Its share of the bundle's price, against those of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle as it was made up on one day."""

    sku: str
    components: tuple[Component, ...]
    rule: str
    """Name of the mapping rule that says so."""

    @property
    def weights(self) -> list[int]:
        """The components' shares, in their order."""
        return [component.weight for component in self.components]


def bundles_in(tables: MappingTables) -> Mapping[str, Bundle]:
    """Every bundle in force by its stock code in small letters; rows that cannot be read are left out."""
    found = {}
    for rule in tables.rules:
        if rule.table == TABLE and (components := _components(rule)):
            found[rule.key.strip().casefold()] = Bundle(sku=rule.key.strip(), components=components, rule=rule.name)
    return found


def malformed_bundles(tables: MappingTables) -> Iterator[str]:
    """The stock codes whose row cannot be read."""
    return (rule.key for rule in tables.rules if rule.table == TABLE and not _components(rule))


def order_apart(order: SalesOrder, bundles: Mapping[str, Bundle]) -> SalesOrder:
    """The order with every line of a bundle as lines of its components; net and VAT of each line stay to the penny."""
    lines = tuple(part for line in order.lines for part in _line_parts(line, _bundle_of(line.sku, bundles)))
    return replace(order, lines=lines)


def rma_apart(rma: Rma, bundles: Mapping[str, Bundle]) -> Rma:
    """The RMA with every unit of a bundle as units of its components, which share the price paid."""
    units = tuple(part for unit in rma.units for part in _unit_parts(unit, _bundle_of(unit.sku, bundles)))
    return replace(rma, units=units)


def receipts_apart(receipts: Sequence[GoodsReceipt], bundles: Mapping[str, Bundle]) -> tuple[GoodsReceipt, ...]:
    """Receipts whose whole bundles are counted as their components."""
    return tuple(
        replace(receipt, lines=tuple(part for line in receipt.lines for part in _counted_parts(line, bundles)))
        for receipt in receipts
    )


def _counted_parts(line: ReceiptLine, bundles: Mapping[str, Bundle]) -> Iterator[ReceiptLine]:
    bundle = _bundle_of(line.sku, bundles)
    if bundle is None:
        yield line
        return
    for component in bundle.components:
        yield replace(line, sku=component.sku, quantity=line.quantity * component.quantity)


def _line_parts(line: OrderLine, bundle: Bundle | None) -> Iterator[OrderLine]:
    if bundle is None:
        yield line
        return
    nets, taxes = line.net.split(bundle.weights), line.tax.split(bundle.weights)
    for component, net, tax in zip(bundle.components, nets, taxes, strict=True):
        quantity = line.quantity * component.quantity
        yield replace(
            line,
            line_id=f"{line.line_id}/{component.sku}",
            sku=component.sku,
            description=f"{component.sku} of {line.description or line.sku}",
            quantity=quantity,
            despatched=line.despatched * component.quantity,
            invoiced=line.invoiced * component.quantity,
            unit_price=(net.decimal() / quantity).quantize(Decimal("0.00001")) if quantity else Decimal(0),
            net=net,
            tax=tax,
        )


def _unit_parts(unit: RmaUnit, bundle: Bundle | None) -> Iterator[RmaUnit]:
    if bundle is None:
        yield unit
        return
    slots = [(component, number) for component in bundle.components for number in range(component.quantity)]
    paid = _shared(unit.paid_gross, bundle)
    values = _shared(unit.value, bundle) if unit.value is not None else [None] * len(slots)
    for (component, number), part, value in zip(slots, paid, values, strict=True):
        yield replace(
            unit,
            unit_id=f"{unit.unit_id}/{component.sku}/{number + 1}",
            shop_line=unit.shop_line,
            sku=component.sku,
            paid_gross=part,
            value=value,
            exchange=unit.exchange if (component, number) == slots[0] else (),
            fees=unit.fees if (component, number) == slots[0] else (),
            part_of=unit.unit_id,
        )


def _shared(amount: Money, bundle: Bundle) -> list[Money]:
    """The amount by component, then by its units."""
    return [
        part
        for component, share in zip(bundle.components, amount.split(bundle.weights), strict=True)
        for part in share.split([1] * component.quantity)
    ]


def _bundle_of(sku: str, bundles: Mapping[str, Bundle]) -> Bundle | None:
    return bundles.get(sku.strip().casefold())


def _components(rule: MappingRule) -> tuple[Component, ...]:
    """The components of a row; none when a part of it cannot be read, or some have shares and some have not."""
    parts = [part.strip() for part in rule.value.get("components", "").split(";") if part.strip()]
    matches = [COMPONENT.fullmatch(part) for part in parts]
    shares = [_share(match["share"]) for match in matches if match is not None and match["share"]]
    if not matches or None in matches or None in shares or len(shares) not in (0, len(parts)):
        return ()
    quantities = [int(match["quantity"]) for match in matches if match is not None]
    weights = [share for share in shares if share is not None] or quantities
    if not all(quantities) or sum(weights) <= 0:
        return ()
    skus = [match["sku"].strip() for match in matches if match is not None]
    return tuple(
        Component(sku=sku, quantity=quantity, weight=weight)
        for sku, quantity, weight in zip(skus, quantities, weights, strict=True)
    )


def _share(text: str) -> int | None:
    try:
        return int(Decimal(text).scaleb(SHARE_DIGITS))
    except InvalidOperation:
        return None
