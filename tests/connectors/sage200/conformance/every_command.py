"""Every command that concerns Sage 200, ready to be done, and how its doing is counted at the served stand-in."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money

if TYPE_CHECKING:
    from tieout.connectors.sage200 import Sage200

    from .conftest import World

ON = date(2026, 11, 20)
PORTS: Mapping[str, tuple[str, str]] = {
    "enter_order": ("order_entry", "find_order"),
    "amend_order": ("order_entry", "find_amended"),
    "allocate_order": ("order_entry", "find_allocated"),
    "cancel_order": ("order_entry", "find_order_cancelled"),
    "despatch": ("despatches", "find_despatch"),
    "post_sop_invoice": ("despatches", "find_sop_invoice"),
    "raise_return": ("returns", "find_return"),
    "cancel_return": ("returns", "find_cancelled"),
    "receive_return": ("returns", "find_receipt"),
    "post_sop_credit_note": ("returns", "find_sop_credit_note"),
    "raise_credit_note": ("ledger", "find_credit_note"),
    "post_refund_payment": ("ledger", "find_refund_payment"),
    "allocate_credit": ("ledger", "find_allocation"),
    "raise_invoice": ("customer_postings", "find_invoice"),
    "post_receipt": ("customer_postings", "find_receipt_posting"),
    "allocate_postings": ("customer_postings", "find_allocated_postings"),
    "post_bank_entry": ("cash_book", "find_bank_entry"),
    "transfer_cash": ("cash_book", "find_cash_transfer"),
    "post_journal": ("cash_book", "find_journal"),
    "write_on": ("stock", "find_write_on"),
    "write_off": ("stock", "find_write_off"),
    "issue_stock": ("stock", "find_issue"),
    "move_stock": ("stock", "find_move"),
    "count_stock": ("stock", "find_count"),
    "open_customer": ("customers", "find_customer"),
    "add_delivery_address": ("customers", "find_delivery_address"),
    "write_memo": ("customers", "find_memo"),
}
"""The port of a command by its kind, and the look for it; the deed is called as the kind."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """A command that is next, where it is sent, what the stand-in's journal calls it, and whose records it touches."""

    command: Any
    path: str
    effect: str
    method: str = "POST"
    records: Mapping[str, object] = field(default_factory=dict)

    def look(self, sage: Sage200) -> c.Found | None:
        port, find = PORTS[self.command.kind]
        found: c.Found | None = getattr(getattr(sage, port), find)(self.command)
        return found

    def do(self, sage: Sage200) -> None:
        port, _ = PORTS[self.command.kind]
        getattr(getattr(sage, port), self.command.kind)(self.command)

    def is_found_as_wanted(self, sage: Sage200) -> bool:
        found = self.look(sage)
        return found is not None and not c.differences(self.command.figures(), found.figures)


class Floor:
    """A world in which any command can be the next; every command it makes has a key of its own."""

    def __init__(self, world: World) -> None:
        self.world, self.sage = world, world.sage
        self.sold = world.order
        self.customer = self.sold.customer_id
        self._numbers = itertools.count(1)
        self._seen = 0
        goods = [{"warehouse": "HOME", "bin": "GOODS-IN", "quantity": "5000", "unit_cost": "3.00"}]
        vase = {"code": "VASE", "name": "Vase", "costing": "FIFO", "tax_code": 1, "standard_price": "30.00"}
        world.does("POST", "/load", {"products": [{**vase, "stock": goods}, {**vase, "code": "NONE-LEFT"}]})
        self.act("write_on").do(self.sage)

    def act(self, name: str, **choices: Any) -> Act:  # noqa: ANN401  # what the named command lets be chosen
        """The named command, with what must stand before it."""
        build: Callable[..., Act] = getattr(self, f"_{name}")
        return build(next(self._numbers), **choices)

    def mark(self) -> int:
        """The number of the newest entry in the stand-in's journal."""
        entries = self.world.does("GET", f"/journal?since={self._seen}")["entries"]
        self._seen = int(entries[-1]["seq"]) if entries else self._seen
        return self._seen

    def effects(self, since: int) -> Counter[str]:
        """What the stand-in did since, by the names of its journal."""
        return Counter(effect["name"] for effect in self.deeds(since))

    def deeds(self, since: int) -> list[dict[str, Any]]:
        """The same with their fields, oldest first."""
        entries = self.world.does("GET", f"/journal?effects_only=1&since={since}")["entries"]
        return [effect for entry in entries for effect in entry["effects"]]

    def writes(self, since: int) -> list[tuple[str, str]]:
        """Verb and path of every request since that could have changed anything."""
        entries = self.world.does("GET", f"/journal?since={since}")["entries"]
        return [(entry["method"], entry["path"]) for entry in entries if entry["method"] != "GET"]

    # Orders

    def _enter_order(self, n: int, sku: str = "VASE") -> Act:
        line = c.EntryLine(sku=sku, quantity=Decimal(2), unit_price=Decimal("20.00"), tax_code="1", warehouse="HOME")
        command = c.EnterOrder(
            key=f"TOE-{n:016}",
            customer_id=self.customer,
            channel_reference=f"CH-{n}",
            on=ON,
            lines=(line, c.EntryLine(kind="comment", description="Leave it in the porch")),
            net=Money(4000),
            tax=Money(800),
        )
        records = {"customer": "WEB", "numbers": ""}
        return Act(command=command, path="sop_orders", effect="sop_order.created", records=records)

    def order(self, sku: str = "VASE") -> tuple[str, int, str]:
        """An order that stands: its number, its record and its one line of two."""
        entered = self.act("enter_order", sku=sku)
        entered.do(self.sage)
        (order,) = self.sage.orders.orders(entered.command.channel_reference)
        return order.number, int(order.order_id), order.lines[0].line_id

    def _amend_order(self, n: int) -> Act:
        number, record, line = self.order()
        change = c.LineAmendment(order_line=line, quantity=Decimal(1))
        command = c.AmendOrder(key=f"TOA-{n:016}", order_number=number, lines=(change,))
        return Act(
            command=command, path="sop_orders", effect="sop_order.amended", method="PUT", records={"order": record}
        )

    def _allocate_order(self, n: int, sku: str = "VASE") -> Act:
        number, record, line = self.order(sku)
        change = c.LineAmendment(order_line=line, quantity=Decimal(2))
        command = c.AllocateOrder(key=f"TOL-{n:016}", order_number=number, lines=(change,))
        records = {"order": record, "product": sku}
        return Act(command=command, path="sop_orders", effect="sop_order.amended", method="PUT", records=records)

    def _cancel_order(self, n: int) -> Act:
        number, record, _ = self.order()
        command = c.CancelOrder(key=f"TOC-{n:016}", order_number=number)
        return Act(command=command, path="sop_orders_status", effect="sop_order.cancelled", records={"order": record})

    def _despatch(self, n: int) -> Act:
        number, record, line = self.order()
        two = c.DespatchLine(order_line=line, sku="VASE", quantity=Decimal(2), despatched_before=Decimal(0))
        command = c.Despatch(key=f"TDS-{n:016}", order_number=number, on=ON, lines=(two,), courier="Royal Mail")
        records = {"order": record, "product": "VASE", "warehouse": "HOME", "numbers": ""}
        return Act(command=command, path="sop_confirm_despatch", effect="sop_despatch.confirmed", records=records)

    def _post_sop_invoice(self, n: int, left: Act | None = None) -> Act:
        left = left or self.act("despatch")
        left.do(self.sage)
        command = c.PostSopInvoice(
            key=f"TSI-{n:016}",
            order_number=left.command.order_number,
            customer_id=self.customer,
            on=ON,
            net=Money(4000),
            tax=Money(800),
        )
        records = {"order": left.records["order"], "customer": "WEB", "numbers": ""}
        return Act(command=command, path="invoices", effect="sales_invoice.posted", records=records)

    # Returns

    def _raise_return(self, n: int) -> Act:
        command = self.world.make.raise_return(self.sold, f"TRT-{n:016}")
        records = {"customer": "WEB", "numbers": ""}
        return Act(command=command, path="sop_returns", effect="sop_return.created", records=records)

    def _raised(self) -> tuple[str, int]:
        """The key and the record of a return that stands."""
        raised, before = self.act("raise_return"), self.mark()
        raised.do(self.sage)
        (deed,) = self.deeds(before)
        return raised.command.key, int(deed["fields"]["id"])

    def _cancel_return(self, n: int) -> Act:
        key, record = self._raised()
        command = c.CancelReturn(key=f"TCA-{n:016}", return_key=key)
        return Act(
            command=command, path="sop_returns_status", effect="sop_return.cancelled", records={"return": record}
        )

    def _receive_return(self, n: int) -> Act:
        key, record = self._raised()
        lines = self.world.make.receive(self.sold).lines
        command = c.ReceiveReturn(
            key=f"TRC-{n:016}",
            return_key=key,
            order_number=self.sold.number,
            received_on=ON,
            warehouse="HOME",
            lines=lines,
        )
        records = {"return": record, "product": "MUG", "warehouse": "HOME", "numbers": ""}
        return Act(command=command, path="receipts", effect="sop_return.received", records=records)

    def _post_sop_credit_note(self, n: int, received: Act | None = None) -> Act:
        received = received or self.act("receive_return")
        received.do(self.sage)
        command = c.PostSopCreditNote(
            key=f"TSC-{n:016}",
            return_key=received.command.return_key,
            customer_id=self.customer,
            order_number=self.sold.number,
            on=ON,
            narrative="RMA-77",
            lines=self.world.make.credit_lines(self.sold),
        )
        records = {"return": received.records["return"], "customer": "WEB", "numbers": ""}
        return Act(command=command, path="credit-notes", effect="sales_credit_note.posted", records=records)

    # The customers' ledger

    def _raise_credit_note(self, n: int) -> Act:
        command = self.world.make.credit_note(self.sold, f"TCN-{n:016}")
        records = {"customer": "WEB", "numbers": ""}
        return Act(command=command, path="sales_credit_notes", effect="sales_credit_note.posted", records=records)

    def _post_refund_payment(self, n: int) -> Act:
        command = c.PostRefundPayment(
            key=f"TRP-{n:016}", customer_id=self.customer, bank="CARD", amount=Money(3000), on=ON, second_reference="R"
        )
        records = {"customer": "WEB", "numbers": ""}
        return Act(command=command, path="sales_payments", effect="sales_payment.posted", records=records)

    def _allocate_credit(self, n: int) -> Act:
        credit, payment = self.act("raise_credit_note"), self.act("post_refund_payment")
        amount = credit.command.lines[0].net + credit.command.lines[0].tax
        for line in credit.command.lines[1:]:
            amount = amount + line.net + line.tax
        paid = c.PostRefundPayment(
            key=payment.command.key, customer_id=self.customer, bank="CARD", amount=amount, on=ON, second_reference="R"
        )
        credit.do(self.sage)
        self.sage.ledger.post_refund_payment(paid)
        command = c.AllocateCredit(
            key=f"TAL-{n:016}",
            customer_id=self.customer,
            credit_key=credit.command.key,
            payment_key=paid.key,
            amount=amount,
            on=ON,
        )
        return Act(
            command=command, path="sales_allocations", effect="sales_allocation.posted", records={"customer": "WEB"}
        )

    def _raise_invoice(self, n: int) -> Act:
        lines = tuple(
            c.LedgerLine(net=Money(net), tax=Money(tax), tax_code=code, nominal=Nominal(account="4000"), narrative=said)
            for net, tax, code, said in ((1000, 200, "1", "Mugs"), (500, 0, "2", ""), (300, 61, "1", "Bowls"))
        )
        command = c.RaiseInvoice(
            key=f"TIN-{n:016}", customer_id=self.customer, on=ON, second_reference="TILL-3", lines=lines
        )
        records = {"customer": "WEB", "numbers": ""}
        return Act(command=command, path="sales_invoices", effect="sales_invoice.posted", records=records)

    def _post_receipt(self, n: int) -> Act:
        command = c.PostReceipt(
            key=f"TRE-{n:016}", customer_id=self.customer, bank="CARD", amount=Money(2061), on=ON, second_reference="T"
        )
        records = {"customer": "WEB", "numbers": ""}
        return Act(command=command, path="sales_receipts", effect="sales_receipt.posted", records=records)

    def _allocate_postings(self, n: int) -> Act:
        sides = []
        for act, pence in ((self.act("raise_invoice"), 2061), (self.act("post_receipt"), -2061)):
            act.do(self.sage)
            (row,) = self.world.does("GET", f"/ledgers/sales?reference={act.command.key}")
            side = c.LedgerSide(urn=str(row["urn"]), value=Money(pence), outstanding=Money(pence))
            sides.append(side)
        command = c.AllocatePostings(key=f"TAP-{n:016}", customer_id=self.customer, on=ON, sides=tuple(sides))
        return Act(
            command=command, path="sales_allocations", effect="sales_allocation.posted", records={"customer": "WEB"}
        )

    # Cash book and nominal ledger

    def _bank_entry(self, n: int, direction: Any) -> Act:  # noqa: ANN401  # one of two words
        line = c.LedgerLine(
            net=Money(100), tax=Money(20), tax_code="1", nominal=Nominal(account="7601"), narrative="Card fees"
        )
        command = c.PostBankEntry(key=f"TBE-{n:016}", direction=direction, bank="CARD", on=ON, lines=(line,))
        path = f"bank_{direction}"
        return Act(command=command, path=path, effect=f"{path}.posted", records={"numbers": ""})

    def _bank_receipt(self, n: int) -> Act:
        return self._bank_entry(n, "receipt")

    def _bank_payment(self, n: int) -> Act:
        return self._bank_entry(n, "payment")

    def _transfer_cash(self, n: int) -> Act:
        command = c.TransferCash(
            key=f"TTC-{n:016}", from_bank="CARD", to_bank="CURRENT", amount=Money(777), on=ON, second_reference="X"
        )
        return Act(command=command, path="bank_transfer", effect="bank_transfer.posted", records={"numbers": ""})

    def _post_journal(self, n: int) -> Act:
        lines = tuple(
            c.JournalLine(nominal=Nominal(account=account), value=Money(pence))
            for account, pence in (("7601", 500), ("4000", -500))
        )
        command = c.PostJournal(key=f"TJN-{n:016}", on=ON, lines=lines, narrative="Over and short")
        return Act(command=command, path="journals", effect="nominal_journal.posted", records={"numbers": ""})

    # Stock

    def _place(self, n: int, quantity: int) -> dict[str, Any]:
        place = {"sku": "MUG", "warehouse": "HOME", "bin": "GOODS-IN", "quantity": Decimal(quantity), "on": ON}
        return {**place, "second_reference": f"RMA-{n}", "narrative": "Chipped"}

    def _on_site_stock(self, command: c.Command, path: str) -> Act:
        return Act(command=command, path=path, effect="stock.moved", records={"product": "MUG", "warehouse": "HOME"})

    def _write_on(self, n: int) -> Act:
        command = c.WriteOn(key=f"TWO-{n:016}", nominal=Nominal(account="5200"), **self._place(n, 900))
        return self._on_site_stock(command, "write-ons")

    def _write_off(self, n: int) -> Act:
        command = c.WriteOff(
            key=f"TWF-{n:016}", nominal=Nominal(account="5100"), category="Damaged", **self._place(n, 1)
        )
        return self._on_site_stock(command, "write-offs")

    def _issue_stock(self, n: int) -> Act:
        command = c.IssueStock(key=f"TIS-{n:016}", nominal=Nominal(account="5300"), **self._place(n, 1))
        return self._on_site_stock(command, "issues")

    def _move_stock(self, n: int) -> Act:
        command = c.MoveStock(
            key=f"TMV-{n:016}",
            sku="MUG",
            quantity=Decimal(1),
            from_warehouse="HOME",
            from_bin="GOODS-IN",
            to_warehouse="QUARANTINE",
            to_bin="Q1",
            on=ON,
            second_reference="RMA-77",
        )
        records = {"product": "MUG", "warehouse": "HOME"}
        return Act(command=command, path="stock_transfers", effect="stock_transfer.posted", records=records)

    def _count_stock(self, n: int) -> Act:
        rows = self.world.does("GET", "/ledgers/stock")
        lies = {(row["product"], row["warehouse"], row["bin"]): Decimal(row["quantity"]) for row in rows}
        counted = c.CountedBin(sku="MUG", bin="GOODS-IN", quantity=lies["MUG", "HOME", "GOODS-IN"] + 1)
        command = c.CountStock(
            key=f"TCT-{n:016}",
            warehouse="HOME",
            counts=(counted,),
            variance_nominal=Nominal(account="5200"),
            narrative="Recount",
        )
        records = {"product": "MUG", "warehouse": "HOME"}
        return Act(command=command, path="stocktakes", effect="stock.moved", records=records)

    # Accounts

    def _open_customer(self, n: int) -> Act:
        command = c.OpenCustomer(key=f"NEW{n:05}", reference=f"NEW{n:05}", name="New Shop Ltd", tax_code="1")
        return Act(command=command, path="customers", effect="customer.created")

    def _add_delivery_address(self, n: int) -> Act:
        place = c.PostalAddress(name="A Person", lines=("1 High Street",), city="Leeds", postcode="LS1 1AA")
        command = c.AddDeliveryAddress(key=f"TDA-{n:016}", customer_id=self.customer, address=place)
        return Act(
            command=command,
            path="customer_delivery_addresses",
            effect="customer_delivery_address.created",
            records={"customer": "WEB"},
        )

    def _write_memo(self, n: int) -> Act:
        command = c.WriteMemo(key=f"TME-{n:016}", on_what="customer", target=self.customer, note="Returned as RMA-77")
        return Act(command=command, path="customer_memos", effect="customer_memo.created", records={"customer": "WEB"})
