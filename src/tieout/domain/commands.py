"""Everything Tieout can ask a remote system to do.

A command is a value with a key. Its `figures()` are what must be read back, to the penny: a
connector's look returns the same figures of what really stands there. `batch` names the goods
received together that the command belongs to; `units` are the units it covers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money

Figures = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look in a remote system found under a key."""

    reference: str
    """What people call it there: a document number, a URN, a refund id."""
    figures: Figures
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """A line of a pending sales return."""

    order_line: str
    sku: str
    quantity: Decimal
    unit_price: Decimal
    """Net, as invoiced."""
    tax_code: str
    warehouse: str
    nominal: Nominal


@dataclass(frozen=True, slots=True, kw_only=True)
class BinLine:
    """A quantity of one stock item into one bin, for one line of the pending return."""

    order_line: str
    sku: str
    quantity: Decimal
    bin: str
    nominal: Nominal
    """With the order line it names the return's line: one order line may come back for several reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLine:
    """A credited order line: figures shared from the invoice, never priced anew."""

    order_line: str
    sku: str
    quantity: Decimal
    net: Money
    tax: Money
    tax_code: str
    nominal: Nominal
    ordinals: tuple[tuple[int, int], ...] = ()
    """Which units of the order line these are, so that all credits of a line together give the line to the penny."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """Units of one storefront order line in a refund."""

    shop_line: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """A quantity of one stock code that a storefront location may sell again."""

    sku: str
    quantity: int
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every command carries."""

    key: str
    batch: str
    units: tuple[str, ...]

    def figures(self) -> Figures:
        """The figures that must be read back after the command was performed."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseReturn(Command):
    """Raise the pending sales return: no stock effect, no ledger effect.

    The key goes into the customer document number.
    """

    kind: Literal["raise_return"] = "raise_return"
    customer_id: str
    order_number: str
    rma: str
    reason: str
    raised_on: date
    lines: tuple[ReturnLine, ...]

    def figures(self) -> Figures:
        """Customer, and quantity by stock item."""
        return return_figures(self.customer_id, [(line.sku, line.quantity) for line in self.lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelReturn(Command):
    """Cancel what is not yet received of the pending return raised under `return_key`."""

    kind: Literal["cancel_return"] = "cancel_return"
    return_key: str

    def figures(self) -> Figures:
        """Nothing is left to receive."""
        return {"open_quantity": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReturn(Command):
    """Confirm receipt on the return raised under `return_key`: stock rises in the receiving bins."""

    kind: Literal["receive_return"] = "receive_return"
    return_key: str
    order_number: str
    received_on: date
    warehouse: str
    lines: tuple[BinLine, ...]

    def figures(self) -> Figures:
        """Quantity by stock item, warehouse and bin."""
        return stock_figures([(line.sku, self.warehouse, line.bin, line.quantity) for line in self.lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOn(Command):
    """Add stock outside an order (ledger route): the key goes into the movement's reference."""

    kind: Literal["write_on"] = "write_on"
    sku: str
    warehouse: str
    bin: str
    quantity: Decimal
    on: date
    nominal: Nominal
    second_reference: str
    narrative: str

    def figures(self) -> Figures:
        """Quantity by stock item, warehouse and bin."""
        return stock_figures([(self.sku, self.warehouse, self.bin, self.quantity)])


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveStock(Command):
    """Move stock from one bin to another: the key goes into the movements' reference."""

    kind: Literal["move_stock"] = "move_stock"
    sku: str
    quantity: Decimal
    from_warehouse: str
    from_bin: str
    to_warehouse: str
    to_bin: str
    on: date
    second_reference: str

    def figures(self) -> Figures:
        """Quantity by stock item, warehouse and bin: out of one, into the other."""
        return stock_figures(
            [
                (self.sku, self.from_warehouse, self.from_bin, -self.quantity),
                (self.sku, self.to_warehouse, self.to_bin, self.quantity),
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseCreditNote(Command):
    """Raise a ledger credit note: the key goes into its reference."""

    kind: Literal["raise_credit_note"] = "raise_credit_note"
    customer_id: str
    order_number: str
    on: date
    second_reference: str
    narrative: str
    lines: tuple[CreditLine, ...]

    def figures(self) -> Figures:
        """Customer, date, net, VAT by code, net by nominal."""
        return credit_figures(self.customer_id, self.on, self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSopCreditNote(Command):
    """Print and post the SOP credit note for received goods: the key goes into its second reference."""

    kind: Literal["post_sop_credit_note"] = "post_sop_credit_note"
    return_key: str
    customer_id: str
    order_number: str
    on: date
    narrative: str
    lines: tuple[CreditLine, ...]

    def figures(self) -> Figures:
        """Customer, date, net, VAT by code, net by nominal."""
        return credit_figures(self.customer_id, self.on, self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRefundPayment(Command):
    """Post the money that went back as a sales payment from the tender's bank.

    The key goes into its reference.
    """

    kind: Literal["post_refund_payment"] = "post_refund_payment"
    customer_id: str
    bank: str
    amount: Money
    on: date
    second_reference: str

    def figures(self) -> Figures:
        """Customer, date and amount."""
        return {"customer": self.customer_id, "on": self.on.isoformat(), "amount": str(self.amount.minor)}


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocateCredit(Command):
    """Tie the credit note raised under `credit_key` to the refund payment posted under `payment_key`.

    Sage keeps no reference on an allocation: the look reads what is still outstanding.
    """

    kind: Literal["allocate_credit"] = "allocate_credit"
    customer_id: str
    credit_key: str
    payment_key: str
    amount: Money
    on: date

    def figures(self) -> Figures:
        """Nothing of the credit note and of the payment is outstanding."""
        return {"credit_outstanding": "0", "payment_outstanding": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Command):
    """Release the refund in the storefront: the key goes into its note and seeds its idempotency key."""

    kind: Literal["refund"] = "refund"
    order_id: str
    amount: Money
    lines: tuple[RefundLine, ...]
    note: str

    def figures(self) -> Figures:
        """Order and amount."""
        return refund_figures(self.order_id, self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAvailability(Command):
    """Raise what the storefront offers for sale after the stock was read back in Sage."""

    kind: Literal["raise_availability"] = "raise_availability"
    lines: tuple[OfferLine, ...]

    def figures(self) -> Figures:
        """Quantity by stock code and storefront location."""
        return offer_figures([(line.sku, line.location, line.quantity) for line in self.lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDone(Command):
    """Tell the returns portal that the RMA is finished; moves neither money nor stock."""

    kind: Literal["mark_done"] = "mark_done"
    rma: str

    def figures(self) -> Figures:
        """The portal's status."""
        return {"status": "done"}


AnyCommand = (
    RaiseReturn
    | CancelReturn
    | ReceiveReturn
    | WriteOn
    | MoveStock
    | RaiseCreditNote
    | PostSopCreditNote
    | PostRefundPayment
    | AllocateCredit
    | Refund
    | RaiseAvailability
    | MarkDone
)


def plain(quantity: Decimal) -> str:
    """A quantity without trailing noughts, so that 2, 2.0 and 2.00000 read the same; nothing has no sign."""
    text = f"{abs(quantity) if quantity == 0 else quantity:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def return_figures(customer_id: str, lines: Sequence[tuple[str, Decimal]]) -> Figures:
    """Figures of a pending return from (stock code, quantity) pairs."""
    return {"customer": customer_id, **_summed([(f"quantity {sku}", quantity) for sku, quantity in lines])}


def stock_figures(moves: Sequence[tuple[str, str, str, Decimal]]) -> Figures:
    """Figures of stock movements from (stock code, warehouse, bin, signed quantity)."""
    return _summed([(f"{sku}@{warehouse}/{place}", quantity) for sku, warehouse, place, quantity in moves])


def credit_figures(customer_id: str, on: date, lines: Sequence[CreditLine]) -> Figures:
    """Figures of a credit note: customer, date, net in all, VAT by tax code, net by nominal, in pence."""
    by_tax = _summed([(f"tax {line.tax_code}", Decimal(line.tax.minor)) for line in lines])
    by_nominal = _summed([(f"nominal {line.nominal}", Decimal(line.net.minor)) for line in lines])
    net = sum(line.net.minor for line in lines)
    return {"customer": customer_id, "on": on.isoformat(), "net": str(net), **by_tax, **by_nominal}


def refund_figures(order_id: str, amount: Money) -> Figures:
    """Figures of a storefront refund."""
    return {"order": order_id, "amount": str(amount.minor), "currency": amount.currency}


def offer_figures(offers: Sequence[tuple[str, str, int]]) -> Figures:
    """Figures of what is offered for sale from (stock code, location, quantity)."""
    return _summed([(f"{sku}@{location}", Decimal(quantity)) for sku, location, quantity in offers])


def differences(wanted: Figures, seen: Figures) -> tuple[tuple[str, str, str], ...]:
    """Every figure that is not as wanted: (name, wanted, seen), a missing one as a dash."""
    names = sorted(set(wanted) | set(seen))
    return tuple(
        (name, wanted.get(name, "-"), seen.get(name, "-"))
        for name in names
        if wanted.get(name, "-") != seen.get(name, "-")
    )


def _summed(pairs: Sequence[tuple[str, Decimal]]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for name, amount in pairs:
        sums[name] = sums.get(name, Decimal(0)) + amount
    return {name: plain(amount) for name, amount in sums.items()}
