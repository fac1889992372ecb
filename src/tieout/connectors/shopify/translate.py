"""From Shopify's shapes to our documents. Pure; shop money only."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tieout.connectors.shopify import compat
from tieout.connectors.shopify.wire import (
    AddressShape,
    AgreementShape,
    GroupShape,
    LineShape,
    MoneyShape,
    OrderMoneyShape,
    OrderShape,
    RefundLineShape,
    RefundShape,
    TransactionShape,
)
from tieout.domain.commands import offer_figures
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.shop_order import ShopExchange, ShopLine, ShopOrder, ShopRefund, ShopRefundLine
from tieout.domain.money import Money, money, total
from tieout.ports.errors import BadAnswer

SETTLED = "SUCCESS"
FAILED = frozenset({"FAILURE", "ERROR"})
"""Every other word than these three counts as pending: money may have moved, and nobody has confirmed it."""

TAKINGS = frozenset({"SALE", "CAPTURE"})
GIVEN_BACK = "REFUND"


def order_from(
    shape: OrderShape, *, exchanges: tuple[ShopExchange, ...] = (), added: frozenset[str] = frozenset()
) -> ShopOrder:
    """The order with every line and refund that the shape holds; lines `added` by exchanges are none of its sale."""
    return ShopOrder(
        order_id=digits(shape.id),
        name=shape.name,
        currency=shape.currency_code,
        presentment_currency=shape.presentment_currency_code,
        gateway=compat.GATEWAY_JOIN.join(sorted({row.gateway for row in takings(shape)})),
        total=shop_money(shape.total_price_set),
        lines=tuple(
            line_from(line, taxes_included=shape.taxes_included, currency=shape.currency_code)
            for line in shape.line_items.nodes
            if line.id not in added
        ),
        refunds=refunds_of(shape),
        exchanges=exchanges,
        delivery=address_from(shape.shipping_address, shape.email) if shape.shipping_address else None,
        customer_email=shape.email,
        ordered_at=shape.created_at,
        shipping=postage_of(shape),
        app=shape.app.name if shape.app else "",
        source=shape.source_name,
        tags=shape.tags,
        note=shape.note,
    )


def address_from(shape: AddressShape, email: str) -> PostalAddress:
    """Where the order goes; the country by its code of two letters."""
    return PostalAddress(
        name=shape.name,
        lines=tuple(line for line in (shape.company, shape.address1, shape.address2) if line),
        city=shape.city,
        county=shape.province,
        postcode=shape.zip,
        country=shape.country_code,
        contact=shape.name,
        telephone=shape.phone,
        email=email,
    )


def postage_of(shape: OrderShape) -> Money:
    """What was charged for delivery after discounts, tax included: refunds of it do not make it less."""
    rows = shape.shipping_lines.nodes
    charged = [shop_money(row.discounted_price_set) for row in rows]
    taxes = [shop_money(tax.price_set) for row in rows for tax in row.tax_lines]
    return total(charged if shape.taxes_included else [*charged, *taxes], shape.currency_code)


def line_from(line: LineShape, *, taxes_included: bool, currency: str) -> ShopLine:
    """One order line: the whole of it after discounts and discount codes, tax included."""
    tax = total([shop_money(row.price_set) for row in line.tax_lines], currency)
    discounted = discounted_total(line, currency)
    rate = sum((row.rate for row in line.tax_lines if row.rate is not None), Decimal(0))
    return ShopLine(
        line_id=digits(line.id),
        sku=line.sku,
        quantity=line.quantity,
        refundable=line.refundable_quantity,
        gross=discounted if taxes_included else discounted + tax,
        tax=tax,
        tax_rate=rate * 100,
        bundle_sku=line.line_item_group.variant_sku or line.line_item_group.title if line.line_item_group else "",
        is_gift_card=line.is_gift_card,
    )


def discounted_total(line: LineShape, currency: str) -> Money:
    """Unit price times quantity less every discount allocated to the line.

    `discountedTotalSet` is not it: the schema says that it leaves out discounts of the whole order.
    """
    price = line.original_unit_price_set.shop_money
    allocated = total([shop_money(row.allocated_amount_set) for row in line.discount_allocations], currency)
    return money(price.amount * line.quantity, price.currency_code) - allocated


def refunds_of(shape: OrderMoneyShape) -> tuple[ShopRefund, ...]:
    """Every refund on the order, whoever made it."""
    apps = apps_by_refund(shape.agreements.nodes)
    return tuple(refund_from(refund, shape, apps.get(refund.id, "")) for refund in shape.refunds)


def refund_from(refund: RefundShape, order: OrderMoneyShape, app: str) -> ShopRefund:
    """One refund: pending and settled money together, since `totalRefundedSet` is nought while it is pending."""
    if refund.created_at is None:
        raise BadAnswer(f"Shopify does not say when refund {digits(refund.id)} was made")
    rows = [row for row in refund.transactions.nodes if row.kind == GIVEN_BACK]
    alive = [row for row in rows if row.status not in FAILED]
    return ShopRefund(
        refund_id=digits(refund.id),
        order_id=digits(order.id),
        order_name=order.name,
        made_at=refund.created_at,
        amount=total([shop_money(row.amount_set) for row in alive], order.currency_code),
        is_settled=all(row.status == SETTLED for row in alive),
        has_failed=len(alive) < len(rows),
        note=refund.note,
        app=app,
        lines=tuple(_refund_line(line, taxes_included=order.taxes_included) for line in refund.refund_line_items.nodes),
        shipping=_postage_back(refund, taxes_included=order.taxes_included),
        staff=refund.staff_member.name if refund.staff_member else "",
        return_name=refund.belongs_to.name if refund.belongs_to else "",
        transactions=tuple(digits(row.id) for row in alive),
    )


def apps_by_refund(agreements: tuple[AgreementShape, ...]) -> Mapping[str, str]:
    """The app that made each refund, by the refund's gid; empty for a person in the admin."""
    return {row.refund.id: _app(row) for row in agreements if row.refund is not None}


def takings(shape: OrderMoneyShape) -> tuple[TransactionShape, ...]:
    """The transactions that brought money in."""
    return tuple(row for row in shape.transactions if row.kind in TAKINGS and row.status == SETTLED)


def raised_figures(group: GroupShape, names: Mapping[str, str]) -> Mapping[str, str]:
    """What an adjustment raised on offer, by stock code and location; `names` are the command's, by location id."""
    offers = [
        (
            change.item.sku if change.item and change.item.sku else "",
            names.get(change.location.id, change.location.name) if change.location else "",
            change.delta,
        )
        for change in group.changes
        if change.name == "available"
    ]
    return offer_figures(offers)


def shop_money(shape: MoneyShape) -> Money:
    """The amount in the shop's own currency."""
    return money(shape.shop_money.amount, shape.shop_money.currency_code)


def digits(gid: str) -> str:
    """The plain number of a gid, digit for digit; a plain number as it is."""
    return gid.rsplit("/", 1)[-1].split("?", 1)[0].strip()


def gid(kind: str, number: str) -> str:
    """The gid of a plain number."""
    return f"gid://shopify/{kind}/{digits(number)}"


def _refund_line(line: RefundLineShape, *, taxes_included: bool) -> ShopRefundLine:
    """In a shop whose prices include tax, `subtotalSet` does, too, as the prices of the lines [assumed]."""
    subtotal = shop_money(line.subtotal_set)
    return ShopRefundLine(
        line_id=digits(line.line_item.id),
        sku=line.line_item.sku,
        quantity=line.quantity,
        gross=subtotal if taxes_included else subtotal + shop_money(line.total_tax_set),
        is_restocked=line.restocked,
    )


def _postage_back(refund: RefundShape, *, taxes_included: bool) -> Money | None:
    """Postage given back; order adjustments may state the same money again and are not read."""
    rows = refund.refund_shipping_lines.nodes
    if not rows:
        return None
    subtotals = [shop_money(row.subtotal_amount_set) for row in rows]
    taxes = [shop_money(row.tax_amount_set) for row in rows]
    return total(subtotals if taxes_included else [*subtotals, *taxes])


def _app(agreement: AgreementShape) -> str:
    title = agreement.app.title if agreement.app else ""
    return "" if title.casefold() in compat.ADMIN_APPS else title
