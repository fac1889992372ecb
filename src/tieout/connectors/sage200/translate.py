"""Sage 200's shapes into the trade's documents and figures. Pure: no call, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from tieout.connectors.sage200.wire import (
    LineShape,
    MovementView,
    NominalItem,
    NominalShape,
    OrderShape,
    PostedShape,
    ReturnLineView,
    TaxCodeShape,
    TaxItem,
)
from tieout.domain import commands as c
from tieout.domain.documents.books import PostedCredit
from tieout.domain.documents.sales_order import Nominal, OrderLine, PostedInvoice, SalesOrder
from tieout.domain.money import Money, money, round_half_up, tax_on, total
from tieout.ports.errors import BadAnswer

T = TypeVar("T")

INVOICE = "TradingAccountEntryTypeInvoice"
CREDIT_NOTE = "TradingAccountEntryTypeCreditNote"
PAYMENT = "TradingAccountEntryTypePurchaseReceiptSalesPayment"

STANDARD_LINE = "EnumLineTypeStandard"
VALUED_LINES = (STANDARD_LINE, "EnumLineTypeFreeText", "EnumLineTypeCharge")
CHARGE_LINE = "EnumLineTypeCharge"
CANCELLED = "EnumDocumentStatusCancelled"
ON_HOLD = "EnumDocumentStatusOnHold"
FINISHED = (CANCELLED, "EnumDocumentStatusComplete")
UNIT_PRICE_STEP = Decimal("0.00001")
RATE_STEP = Decimal("0.5")
ROUNDING_PENCE = 2
"""VAT is worked out on the document and shared over lines, so a line may be a penny or two off its rate."""


def day_of(stamp: str) -> date:
    """The business date of a stamp: a calendar date of the company, not an instant (2.3)."""
    try:
        return date.fromisoformat(stamp[:10])
    except ValueError:
        raise BadAnswer(f"Sage 200 gave {stamp[:30]!r} for a date") from None


def stamp_of(day: date) -> str:
    """A business date as bodies want it: a bare date is refused (2.3)."""
    return f"{day.isoformat()}T00:00:00Z"


def sales_order(
    order: OrderShape,
    *,
    currency: str,
    tax_codes: Mapping[int, TaxCodeShape],
    warehouses: Mapping[int, str],
    invoices: Sequence[PostedInvoice],
    prices_hold_tax: bool = False,
) -> SalesOrder:
    """An order with the values of its lines after every discount, tied to the order's own totals."""
    lines = [line for line in order.lines if line.line_type in VALUED_LINES]
    values = line_values(order, lines, currency, prices_hold_tax=prices_hold_tax)
    return SalesOrder(
        order_id=str(order.id),
        number=order.document_no,
        channel_reference=order.customer_document_no,
        customer_id=str(order.customer_id),
        customer_reference=order.customer.reference if order.customer else "",
        currency=currency,
        ordered_on=day_of(order.document_date),
        is_cancelled=order.document_status == CANCELLED or order.cancelled_status.endswith("Full"),
        lines=tuple(
            order_line(line, net, tax, tax_codes.get(line.tax_code_id), warehouses.get(line.warehouse_id, ""))
            for line, (net, tax) in zip(lines, values, strict=True)
        ),
        invoices=tuple(invoices),
        is_on_hold=order.document_status == ON_HOLD,
    )


def order_line(line: LineShape, net: Money, tax: Money, tax_code: TaxCodeShape | None, warehouse: str) -> OrderLine:
    """One line; what is invoiced is what really reached the sales ledger."""
    quantity, despatched, invoiced = quantities(line)
    return OrderLine(
        line_id=str(line.id),
        sku=line.code,
        description=line.description,
        quantity=quantity,
        despatched=despatched,
        invoiced=invoiced,
        unit_price=unit_price(line, net, quantity),
        net=net,
        tax=tax,
        tax_code=tax_code.code if tax_code else "",
        tax_rate=rate_at_supply(net, tax, tax_code.tax_rate if tax_code else Decimal(0)),
        nominal=Nominal(
            account=line.nominal_reference,
            cost_centre=line.nominal_cost_centre,
            department=line.nominal_department,
        ),
        warehouse=warehouse,
        is_goods=line.line_type == STANDARD_LINE,
    )


def quantities(line: LineShape) -> tuple[Decimal, Decimal, Decimal]:
    """Ordered, despatched and invoiced; a charge has no quantity (7.3) and counts as one, whole or not at all."""
    posted = line.posted_invoice_credit_quantity
    invoiced = line.invoice_credit_quantity if posted is None else posted
    if line.line_type != CHARGE_LINE or line.line_quantity:
        return line.line_quantity, line.despatch_receipt_quantity, invoiced
    is_invoiced = invoiced > 0 or line.invoice_credit_status.endswith("Fully")
    return Decimal(1), Decimal(is_invoiced), Decimal(is_invoiced)


def unit_price(line: LineShape, net: Money, quantity: Decimal) -> Decimal:
    """The net price of one unit after discount.

    `discounted_unit_price` has two decimals (A.2) and is of no use: the price less the unit's
    discount when that makes the line's value, else the value shared over the quantity.
    """
    stated = line.selling_unit_price - line.unit_discount_value
    if money(stated * quantity, net.currency) == net or not quantity:
        return stated
    return (net.decimal() / quantity).quantize(UNIT_PRICE_STEP, rounding=ROUND_HALF_UP)


def rate_at_supply(net: Money, tax: Money, rate_now: Decimal) -> Decimal:
    """The rate that was charged: the code's rate of today when it explains the VAT, else what the figures say."""
    if abs(tax_on(net, rate_now).minor - tax.minor) <= ROUNDING_PENCE or not net:
        return rate_now
    steps = round_half_up(Decimal(tax.minor) * 100 / net.minor / RATE_STEP)
    return steps * RATE_STEP


def line_values(
    order: OrderShape, lines: Sequence[LineShape], currency: str, *, prices_hold_tax: bool
) -> list[tuple[Money, Money]]:
    """Net and tax by line, after the document's discount, adding up to the order's totals.

    Sage does not say whether `line_total_value` holds the document discount; the totals of the
    order tell. Lines that explain the totals in no way are a BadAnswer: no credit may rest on them.
    """
    taxes = [money(line.line_tax_value, currency) for line in lines]
    nets = [money(line.line_total_value, currency) for line in lines]
    if prices_hold_tax:
        nets = [value - tax for value, tax in zip(nets, taxes, strict=True)]
    if order.total_net_value is None or order.total_tax_value is None or not lines:
        return list(zip(nets, taxes, strict=True))
    net, tax = money(order.total_net_value, currency), money(order.total_tax_value, currency)
    discount = money(order.subtotal_discount_value or Decimal(0), currency)
    if total(nets, currency) != net:
        nets = without_discount(lines, nets, abs(discount))
    if total(nets, currency) != net or total(taxes, currency) != tax:
        raise BadAnswer(
            f"Sage 200: the lines of order {order.document_no} make {total(nets, currency)} and VAT "
            f"{total(taxes, currency)}, its totals say {net} and VAT {tax}"
        )
    return list(zip(nets, taxes, strict=True))


def without_discount(lines: Sequence[LineShape], nets: Sequence[Money], discount: Money) -> list[Money]:
    """The lines' values less their share of the document discount, which charges do not bear."""
    weights = [0 if line.line_type == CHARGE_LINE else max(net.minor, 0) for line, net in zip(lines, nets, strict=True)]
    if not sum(weights):
        return list(nets)
    shares = discount.split(weights)
    return [net - share for net, share in zip(nets, shares, strict=True)]


def posted_invoice(row: PostedShape, currency: str) -> PostedInvoice:
    """An invoice as it stands in the ledger."""
    return PostedInvoice(
        posting_id=str(row.id),
        number=row.reference,
        posted_on=day_of(row.transaction_date),
        net=money(row.document_goods_value, currency),
        tax=money(row.document_tax_value, currency),
        outstanding=money(row.document_outstanding_value, currency),
    )


def posted_credit(row: PostedShape, currency: str) -> PostedCredit:
    """A credit note as it stands in the ledger, where its values are negative (6.3); ours are positive."""
    return PostedCredit(
        posting_id=str(row.id),
        reference=row.reference,
        second_reference=row.second_reference,
        customer_id=str(row.customer_id),
        posted_on=day_of(row.transaction_date),
        net=abs(money(row.document_goods_value, currency)),
        tax=abs(money(row.document_tax_value, currency)),
        outstanding=abs(money(row.document_outstanding_value, currency)),
    )


def credit_found(row: PostedShape, currency: str) -> c.Found:
    """The figures of a posted credit note, from what Sage posted to nominals and tax codes."""
    lines = credit_lines(row, currency)
    figures = c.document_figures(str(row.customer_id), day_of(row.transaction_date), lines)
    return c.Found(reference=row.reference or row.urn, figures=figures, link=proof_of(row))


def proof_of(row: PostedShape) -> str:
    """The URN, and where in the nominal ledger the posting landed, in Sage's word: a deferred one waits (4.3, 6.5)."""
    places = dict.fromkeys(item.location for item in row.nominal_analysis_items if item.location)
    return ", ".join((f"urn {row.urn}", *(f"nominal {place}" for place in places)))


def credit_lines(row: PostedShape, currency: str) -> list[c.CreditLine]:
    """Lines that carry the posted net by nominal and VAT by tax code; BadAnswer when they contradict the header."""
    lines = analysis_lines(row.nominal_analysis_items, row.tax_analysis_items, currency)
    net, tax = abs(money(row.document_goods_value, currency)), abs(money(row.document_tax_value, currency))
    nets, taxes = total([line.net for line in lines], currency), total([line.tax for line in lines], currency)
    if (nets, taxes) != (net, tax):
        raise BadAnswer(
            f"Sage 200: posting {row.reference} (urn {row.urn}) says {net} and VAT {tax}, its analysis makes "
            f"{nets} and VAT {taxes}"
        )
    return lines


def analysis_lines(
    nominal_items: Sequence[NominalItem], tax_items: Sequence[TaxItem], currency: str
) -> list[c.CreditLine]:
    """Lines that carry the net by nominal and the VAT by tax code that a posting shows.

    Signs of analysis rows are not documented (section 9, 10): each list is turned so that it
    points the way of a credit.
    """
    nets = _towards_credit([money(item.value, currency) for item in nominal_items])
    taxes = _towards_credit([money(item.tax_amount, currency) for item in tax_items])
    nominals = [
        Nominal(account=item.code, cost_centre=item.cost_centre, department=item.department) for item in nominal_items
    ] or [Nominal(account="?")]
    codes = [item.code for item in tax_items] or ["?"]
    none = Money(0, currency)
    return [
        c.CreditLine(
            quantity=Decimal(0),
            net=nets[i] if i < len(nets) else none,
            tax=taxes[i] if i < len(taxes) else none,
            tax_code=codes[min(i, len(codes) - 1)],
            nominal=nominals[min(i, len(nominals) - 1)],
        )
        for i in range(max(len(nets), len(taxes), 1))
    ]


def nominal_of(row: NominalShape) -> Nominal:
    """The nominal that a record of the nominal ledger stands for."""
    return Nominal(account=row.reference, cost_centre=row.cost_centre_code, department=row.department_code)


def only(found: Sequence[T], what: str, named: Callable[[T], str]) -> T | None:
    """The one that a look found, or None; BadAnswer names them when there are several: none is taken for ours."""
    if len(found) > 1:
        raise BadAnswer(f"Sage 200 holds {len(found)} {what} under one key: {', '.join(map(named, found))}")
    return found[0] if found else None


def _towards_credit(values: Sequence[Money]) -> list[Money]:
    return [-value for value in values] if sum(value.minor for value in values) < 0 else list(values)


def payment_found(row: PostedShape, currency: str) -> c.Found:
    """The figures of a posted sales receipt or payment, with the bank account that it stands in."""
    banks = ", ".join(sorted({item.bank_code for item in row.bank_items})) or "?"
    amount = abs(money(row.document_gross_value, currency))
    figures = c.payment_figures(str(row.customer_id), banks, day_of(row.transaction_date), amount)
    return c.Found(reference=row.urn, figures=figures, link=f"urn {row.urn}")


def return_found(rows: Sequence[ReturnLineView]) -> c.Found:
    """The figures of one return: its customer, and quantity by stock item."""
    head = rows[0]
    figures = c.return_figures(str(head.customer_id), [(sku_of(row), row.sop_return_line_quantity) for row in rows])
    return c.Found(reference=head.sop_return_document_no, figures=figures, link=f"return {head.sop_return_id}")


def sku_of(row: ReturnLineView) -> str:
    """The stock code of a return line."""
    return row.sop_return_line_product_code or row.product_code


def open_quantity(rows: Sequence[ReturnLineView]) -> Decimal:
    """What is still to be received on the returns; nothing on a cancelled or completed one."""
    return sum(
        (
            row.sop_return_line_quantity - row.sop_return_line_despatch_receipt_quantity
            for row in rows
            if row.sop_return_document_status not in FINISHED
        ),
        Decimal(0),
    )


def is_untouched_and_over(rows: Sequence[ReturnLineView]) -> bool:
    """Whether a return was cancelled before anything of it was received or credited."""
    is_over = all(row.sop_return_document_status in FINISHED for row in rows)
    touched = any(
        row.sop_return_line_despatch_receipt_quantity or row.sop_return_line_invoice_credit_quantity for row in rows
    )
    return is_over and not touched


def moves_found(rows: Sequence[MovementView], out_of: tuple[str, str]) -> c.Found | None:
    """The figures of a transfer, which shows as a pair (6.4): out of one bin, into the other.

    Whether the view signs quantities is not documented: when no row is negative, the row at the
    bin `out_of` (warehouse, bin) is the outgoing one.
    """
    are_signed = any(row.quantity < 0 for row in rows)
    moves = [
        (
            row.product_code,
            row.warehouse_name,
            row.bin_name,
            -row.quantity if not are_signed and (row.warehouse_name, row.bin_name) == out_of else row.quantity,
        )
        for row in rows
    ]
    return _moved(rows, moves)


def _moved(rows: Sequence[MovementView], moves: Sequence[tuple[str, str, str, Decimal]]) -> c.Found | None:
    if not rows:
        return None
    return c.Found(reference=", ".join(str(row.id) for row in rows), figures=c.stock_figures(moves))
