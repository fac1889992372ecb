"""Every command to Sage as the next thing to do at a site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.connectors.sage200.conformance.desktop_hands import do_by_hand
from tests.connectors.sage200.conformance.sites import ON

from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal, SalesOrder
from tieout.ports.errors import NeedsHand, Refused

if TYPE_CHECKING:
    from tests.connectors.sage200.conformance.sites import At

TWO = Decimal(2)
RETURNS = Nominal(account="4010")
ADDRESS = c.PostalAddress(name="A Person", lines=("1 High Street",), city="Leeds", postcode="LS1 1AA")


def nominal(account: str) -> Nominal:
    return Nominal(account=account)


def done(at: At, command: c.AnyCommand) -> None:
    """Do it as the site does it: by the API, by the companion, or by the person whom the task or refusal asks."""
    try:
        at.bound(command).act()
    except (NeedsHand, Refused) as asked:
        do_by_hand(at, command, str(asked))


# Orders


def enter_order(at: At) -> c.EnterOrder:
    line = c.EntryLine(sku="VASE", quantity=TWO, unit_price=Decimal("20.00"), tax_code="1", warehouse="HOME")
    return c.EnterOrder(
        key=at.key("OE"),
        customer_id=at.customer_id(),
        channel_reference=at.key("CH"),
        on=ON,
        lines=(line, c.EntryLine(kind="comment", description="Leave it in the porch")),
        net=at.money(4000),
        tax=at.tax(4000),
        delivery=ADDRESS,
    )


def amend_order(at: At) -> c.AmendOrder:
    order = at.sells()
    return c.AmendOrder(key=at.key("OA"), order_number=order.number, lines=(change(order),))


def allocate_order(at: At) -> c.AllocateOrder:
    order = at.sells()
    return c.AllocateOrder(key=at.key("OL"), order_number=order.number, lines=(change(order),))


def change(order: SalesOrder) -> c.LineAmendment:
    return c.LineAmendment(order_line=order.lines[0].line_id, quantity=TWO)


def cancel_order(at: At) -> c.CancelOrder:
    return c.CancelOrder(key=at.key("OC"), order_number=at.sells().number)


def despatch(at: At) -> c.Despatch:
    order = at.sells()
    line = c.DespatchLine(order_line=order.lines[0].line_id, sku="VASE", quantity=TWO, despatched_before=Decimal(0))
    return c.Despatch(key=at.key("DS"), order_number=order.number, on=ON, lines=(line,), courier="Royal Mail")


def post_sop_invoice(at: At) -> c.PostSopInvoice:
    order = at.sells(despatched=True)
    return c.PostSopInvoice(
        key=at.key("SI"),
        order_number=order.number,
        customer_id=order.customer_id,
        on=ON,
        net=at.money(3000),
        tax=at.tax(3000),
    )


# Returns


def raise_return(at: At) -> c.RaiseReturn:
    return return_of(at, at.sells(despatched=True, invoiced=True, sku="MUG"))


def return_of(at: At, order: SalesOrder) -> c.RaiseReturn:
    line = order.lines[0]
    back = c.ReturnLine(
        order_line=line.line_id,
        sku=line.sku,
        quantity=TWO,
        unit_price=line.unit_price,
        tax_code=line.tax_code,
        warehouse="HOME",
        nominal=RETURNS,
    )
    return c.RaiseReturn(
        key=at.key("RT"),
        customer_id=order.customer_id,
        order_number=order.number,
        rma="RMA-77",
        reason="DAMAGED",
        raised_on=ON,
        lines=(back,),
    )


def raised(at: At) -> tuple[SalesOrder, str]:
    """A sold order and the key of the return that stands on it: raised in Sage by a person where the API has none."""
    order = at.sells(despatched=True, invoiced=True, sku="MUG")
    command = return_of(at, order)
    done(at, command)
    return order, command.key


def cancel_return(at: At) -> c.CancelReturn:
    _, return_key = raised(at)
    return c.CancelReturn(key=at.key("CA"), return_key=return_key)


def receive_return(at: At) -> c.ReceiveReturn:
    return receipt_of(at, *raised(at))


def receipt_of(at: At, order: SalesOrder, return_key: str) -> c.ReceiveReturn:
    line = order.lines[0]
    place = c.BinLine(order_line=line.line_id, sku=line.sku, quantity=TWO, bin="GOODS-IN", nominal=RETURNS)
    return c.ReceiveReturn(
        key=at.key("RC"),
        return_key=return_key,
        order_number=order.number,
        received_on=ON,
        warehouse="HOME",
        lines=(place,),
    )


def post_sop_credit_note(at: At) -> c.PostSopCreditNote:
    order, return_key = raised(at)
    done(at, receipt_of(at, order, return_key))
    return c.PostSopCreditNote(
        key=at.key("SC"),
        return_key=return_key,
        customer_id=order.customer_id,
        order_number=order.number,
        on=ON,
        narrative="RMA-77",
        lines=(credit_line(at, order),),
    )


def credit_line(at: At, order: SalesOrder) -> c.CreditLine:
    line = order.lines[0]
    return c.CreditLine(
        order_line=line.line_id,
        sku=line.sku,
        quantity=TWO,
        net=at.money(2000),
        tax=at.tax(2000),
        tax_code="1",
        nominal=RETURNS,
    )


# The customers' ledger


def raise_credit_note(at: At) -> c.RaiseCreditNote:
    order = at.sells(despatched=True, invoiced=True, sku="MUG")
    return c.RaiseCreditNote(
        key=at.key("CN"),
        customer_id=order.customer_id,
        order_number=order.number,
        on=ON,
        second_reference="RMA-77",
        narrative="RMA-77",
        lines=(credit_line(at, order),),
    )


def post_refund_payment(at: At) -> c.PostRefundPayment:
    amount = at.money(2000) + at.tax(2000)
    return c.PostRefundPayment(
        key=at.key("RP"),
        customer_id=at.customer_id(),
        bank="CARD",
        amount=amount,
        on=ON,
        second_reference="RMA-77",
    )


def allocate_credit(at: At) -> c.AllocateCredit:
    credit, payment = raise_credit_note(at), post_refund_payment(at)
    for before in (credit, payment):
        done(at, before)
    return c.AllocateCredit(
        key=at.key("AL"),
        customer_id=credit.customer_id,
        credit_key=credit.key,
        payment_key=payment.key,
        amount=payment.amount,
        on=ON,
    )


def raise_invoice(at: At) -> c.RaiseInvoice:
    takings = c.LedgerLine(
        net=at.money(1001), tax=at.tax(1001), tax_code="1", nominal=nominal("4000"), narrative="Mugs"
    )
    books = c.LedgerLine(net=at.money(500), tax=at.money(0), tax_code="2", nominal=nominal("4200"))
    return c.RaiseInvoice(
        key=at.key("IN"), customer_id=at.customer_id(), on=ON, second_reference="TILL-3", lines=(takings, books)
    )


def post_receipt(at: At) -> c.PostReceipt:
    amount = at.money(1501) + at.tax(1001)
    return c.PostReceipt(
        key=at.key("RE"), customer_id=at.customer_id(), bank="CARD", amount=amount, on=ON, second_reference="TILL-3"
    )


def allocate_postings(at: At) -> c.AllocatePostings:
    invoice, receipt = raise_invoice(at), post_receipt(at)
    sides = []
    for before, value in ((invoice, receipt.amount), (receipt, -receipt.amount)):
        done(at, before)
        (row,) = at.does("GET", f"/ledgers/sales?reference={before.key}")
        sides.append(c.LedgerSide(urn=str(row["urn"]), value=value, outstanding=value))
    return c.AllocatePostings(key=at.key("AP"), customer_id=invoice.customer_id, on=ON, sides=tuple(sides))


# The cash book and the nominal ledger


def post_bank_entry(at: At) -> c.PostBankEntry:
    fees = c.LedgerLine(net=at.money(105), tax=at.tax(105), tax_code="1", nominal=nominal("7601"), narrative="Fees")
    return c.PostBankEntry(key=at.key("BE"), direction="payment", bank="CARD", on=ON, lines=(fees,))


def transfer_cash(at: At) -> c.TransferCash:
    return c.TransferCash(key=at.key("TC"), from_bank="CARD", to_bank="CURRENT", amount=at.money(7777), on=ON)


def post_journal(at: At) -> c.PostJournal:
    lines = tuple(
        c.JournalLine(nominal=nominal(account), value=at.money(pence))
        for account, pence in (("7610", 500), ("4000", -300), ("4200", -200))
    )
    return c.PostJournal(key=at.key("JN"), on=ON, lines=lines, narrative="Over and short")


# Stock


def place(account: str) -> dict[str, Any]:
    """Two mugs on the shelf, against a nominal."""
    where = {"sku": "MUG", "warehouse": "HOME", "bin": "A1", "quantity": TWO, "on": ON}
    return {**where, "nominal": nominal(account), "second_reference": "RMA-77", "narrative": "Chipped"}


def write_on(at: At) -> c.WriteOn:
    return c.WriteOn(key=at.key("WO"), **place("5200"))


def write_off(at: At) -> c.WriteOff:
    return c.WriteOff(key=at.key("WF"), category="Damaged", **place("5100"))


def issue_stock(at: At) -> c.IssueStock:
    return c.IssueStock(key=at.key("IS"), **place("5300"))


def move_stock(at: At) -> c.MoveStock:
    return c.MoveStock(
        key=at.key("MV"),
        sku="MUG",
        quantity=TWO,
        from_warehouse="HOME",
        from_bin="A1",
        to_warehouse="QUARANTINE",
        to_bin="Q1",
        on=ON,
        second_reference="RMA-77",
    )


def count_stock(at: At) -> c.CountStock:
    counted = c.CountedBin(sku="BOOK", bin="A1", quantity=Decimal(997))
    return c.CountStock(
        key=at.key("CT"),
        warehouse="HOME",
        counts=(counted,),
        variance_nominal=nominal("5200"),
        narrative="Recount",
    )


# Accounts


def open_customer(at: At) -> c.OpenCustomer:
    reference = f"SHOP{at.site.company_id}"
    return c.OpenCustomer(key=reference, reference=reference, name="New Shop Ltd", address=ADDRESS, tax_code="1")


def add_delivery_address(at: At) -> c.AddDeliveryAddress:
    return c.AddDeliveryAddress(key=at.key("DA"), customer_id=at.customer_id(), address=ADDRESS)


def write_memo(at: At) -> c.WriteMemo:
    return c.WriteMemo(key=at.key("ME"), on_what="customer", target=at.customer_id(), note="Returned as RMA-77")


NEXT: Mapping[str, Callable[[At], c.AnyCommand]] = {
    made.__name__: made
    for made in (
        *(enter_order, amend_order, allocate_order, cancel_order, despatch, post_sop_invoice),
        *(raise_return, cancel_return, receive_return, post_sop_credit_note),
        *(raise_credit_note, post_refund_payment, allocate_credit, raise_invoice, post_receipt, allocate_postings),
        *(post_bank_entry, transfer_cash, post_journal),
        *(write_on, write_off, issue_stock, move_stock, count_stock),
        *(open_customer, add_delivery_address, write_memo),
    )
}
"""By the kind of the command: what brings a site to where it is next, and gives it."""
