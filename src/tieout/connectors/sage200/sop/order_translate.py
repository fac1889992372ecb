"""Orders that were entered, despatched and invoiced, as figures. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from tieout.connectors.sage200.sop.order_changes import NO_CONFIRMATION, STANDARD_LINE
from tieout.connectors.sage200.sop.wire_orders import DespatchLineView, OpenLine, OpenOrder
from tieout.connectors.sage200.translate import day_of
from tieout.connectors.sage200.wire import PostedShape
from tieout.domain import commands as c
from tieout.domain.money import Money, money

Ratio = tuple[Decimal, Decimal]
"""A factor and a divisor, kept apart so that no third of a box is lost."""


def order_found(order: OpenOrder, command: c.EnterOrder, currency: str) -> c.Found:
    """The figures of an order as Sage keeps it; totals only where the command knows them."""
    sold = [(f"quantity {line.code}", line.line_quantity) for line in order.lines if line.line_type == STANDARD_LINE]
    totals = {
        **total_figure("net", command.net, order.total_net_value, currency),
        **total_figure("tax", command.tax, order.total_tax_value, currency),
        **total_figure("paid", command.payment.amount if command.payment else None, order.paid, currency),
    }
    figures = {"customer": str(order.customer_id), "channel": order.customer_document_no, **c.summed(sold), **totals}
    return c.Found(reference=order.document_no, figures=figures, link=f"order {order.id}")


def total_figure(name: str, wanted: Money | None, seen: Decimal | None, currency: str) -> dict[str, str]:
    """A total in pence, with its currency where that is another than wanted; nothing where none is wanted."""
    if wanted is None or seen is None:
        return {}
    amount = money(seen, currency)
    return {name: str(amount.minor) if currency == wanted.currency else f"{amount.minor} {currency}"}


def under_key(rows: Sequence[DespatchLineView], key: str) -> list[DespatchLineView]:
    """The despatched lines whose tracking notes hold the key as a word of its own."""
    return [row for row in rows if key in row.sop_despatch_notes.split()]


def selling_per_unit(lines: Sequence[OpenLine], rows: Sequence[DespatchLineView]) -> dict[int, Ratio]:
    """How the view's rows become selling units, by order line, for lines where the rows are in stock units.

    No document says which they are in: the order's own despatched quantity tells, for every
    despatch of the line together must make it.
    """
    totals: dict[int, Decimal] = {}
    for row in rows:
        totals[row.sop_order_line_id] = totals.get(row.sop_order_line_id, Decimal(0)) + row.sop_despatch_line_quantity
    return {
        line.id: (line.stock_unit_multiple, line.selling_unit_multiple)
        for line in lines
        if line.id in totals
        and totals[line.id] != line.despatch_receipt_quantity
        and totals[line.id] * line.stock_unit_multiple == line.despatch_receipt_quantity * line.selling_unit_multiple
    }


def quantities_of(rows: Sequence[DespatchLineView], ratios: Mapping[int, Ratio]) -> dict[str, Decimal]:
    """What left by order line, in selling units; `ratios` turn the rows of a line into selling units."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        line = str(row.sop_order_line_id)
        times, by = ratios.get(row.sop_order_line_id, (Decimal(1), Decimal(1)))
        quantity = row.sop_despatch_line_quantity * times / by
        sums[line] = sums.get(line, Decimal(0)) + quantity
    return sums


def despatch_found(order_number: str, left: Mapping[str, Decimal], reference: str) -> c.Found:
    """The figures of a despatch: order, and quantity by order line."""
    lines = c.summed([(f"line {line}", quantity) for line, quantity in left.items()])
    return c.Found(reference=reference, figures={"order": order_number, **lines})


def sop_invoice_found(row: PostedShape, currency: str) -> c.Found:
    """The figures of a posted invoice."""
    figures = {
        "customer": str(row.customer_id),
        "on": day_of(row.transaction_date).isoformat(),
        "net": str(money(row.document_goods_value, currency).minor),
        "tax": str(money(row.document_tax_value, currency).minor),
    }
    return c.Found(reference=row.reference, figures=figures, link=f"urn {row.urn}")


def invoice_fault(order: OpenOrder, command: c.PostSopInvoice, currency: str) -> str:
    """Why the invoice that Sage would make is not the one wanted, as far as the order tells; empty when it may be.

    A posted invoice cannot be taken back (6.3). Where a whole order is invoiced at once its totals
    are the invoice's; of a part the totals are Sage's to make and are compared afterwards.
    """
    if not any(_is_due(line) for line in order.lines):
        return "has nothing despatched that is not invoiced"
    is_whole = not any(line.open or line.invoice_credit_quantity for line in order.lines)
    if not is_whole or order.total_net_value is None or order.total_tax_value is None:
        return ""
    net, tax = money(order.total_net_value, currency), money(order.total_tax_value, currency)
    if (net, tax) == (command.net, command.tax):
        return ""
    return f"would be invoiced at {net} and VAT {tax}, not {command.net} and VAT {command.tax}"


def _is_due(line: OpenLine) -> bool:
    """Whether something of the line can be invoiced: what is despatched, and what needs no confirmation."""
    ready = line.line_quantity if line.confirmation_intent_type == NO_CONFIRMATION else line.despatch_receipt_quantity
    return ready > line.invoice_credit_quantity
