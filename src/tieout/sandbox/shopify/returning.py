"""The rules of a native return: what may be asked for, what each processing brings and costs.

Money follows what Shopify documents: new lines and fees are paid out of the goods that come back, so that the
refund suggested is the goods' value less these, and never below nought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tieout.sandbox.shopify.books import Line, Order
from tieout.sandbox.shopify.figures import proportion, share
from tieout.sandbox.shopify.refunding import WantedMoney
from tieout.sandbox.shopify.return_books import ExchangeLine, ProcessedUnits, ReturnLine, ShopReturn
from tieout.sandbox.shopify.stock import App, Variant

LIVE = ("REQUESTED", "OPEN")


class ReturnRefusedError(Exception):
    """Shopify would not do it; `code` is of its enumeration ReturnErrorCode, `path` names the input's field."""

    def __init__(self, code: str, message: str, *path: str) -> None:
        super().__init__(message)
        self.code = code
        self.path = path


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedReturnLine:
    """Units of an order line that somebody wants to send back."""

    line: Line
    quantity: int
    reason: str = ""
    note: str = ""
    restocking_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedExchange:
    """What the customer wants instead; price is per unit, taxed as the order is."""

    variant: Variant
    quantity: int
    price: int
    tax_rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedReturn:
    """A return as asked for; fee is the customer's share of sending it back."""

    order: Order
    lines: Sequence[WantedReturnLine]
    exchanges: Sequence[WantedExchange] = ()
    fee: int = 0
    app: App | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDisposition:
    """What shall become of some units."""

    line: ReturnLine
    kind: str
    quantity: int
    location_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedProcessing:
    """A processing as asked for. `money` None issues no refund; an empty sequence makes one without money."""

    shop_return: ShopReturn
    units: Sequence[tuple[ReturnLine, int]] = ()
    exchanges: Sequence[tuple[ExchangeLine, int]] = ()
    dispositions: Sequence[WantedDisposition] = ()
    money: Sequence[WantedMoney] | None = None
    shipping: int = 0
    over: bool = False
    note: str = ""
    app: App | None = None
    staff: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a processing comes to: values taxed as paid, `refund` what should go back, `owed` what is missing."""

    units: tuple[ProcessedUnits, ...]
    fees: tuple[tuple[int, int], ...]
    worth: int
    exchanged: int
    netted: int
    refund: int
    owed: int


def check_return(wanted: WantedReturn) -> None:
    """Raise ReturnRefusedError when the order has no such units to send back."""
    order = wanted.order
    if not order.fulfilled:
        raise ReturnRefusedError("INVALID", "Return line items must be fulfilled.", "returnLineItems")
    if not wanted.lines:
        raise ReturnRefusedError("BLANK", "Return line items can't be blank.", "returnLineItems")
    asked: dict[int, int] = {}
    for index, want in enumerate(wanted.lines):
        at = ("returnLineItems", str(index), "quantity")
        asked[want.line.id] = asked.get(want.line.id, 0) + want.quantity
        if want.quantity <= 0:
            raise ReturnRefusedError("GREATER_THAN", "Quantity must be greater than 0.", *at)
        if asked[want.line.id] > returnable(order, want.line):
            raise ReturnRefusedError("INVALID", "Return line item has an invalid quantity.", *at)
        if not 0 <= want.restocking_percent <= 100:
            raise ReturnRefusedError("INCLUSION", "Restocking fee percentage must be between 0 and 100.", *at[:2])
    if any(x.quantity <= 0 for x in wanted.exchanges):
        raise ReturnRefusedError("GREATER_THAN", "Quantity must be greater than 0.", "exchangeLineItems")
    if wanted.fee < 0:
        raise ReturnRefusedError("GREATER_THAN_OR_EQUAL_TO", "Fee must not be negative.", "returnShippingFee")


def returnable(order: Order, line: Line) -> int:
    """Return how many units are neither given back nor waiting in a return that is requested or open."""
    waiting = sum(
        x.quantity - x.processed for back in order.returns if back.status in LIVE for x in back.lines if x.line is line
    )
    return max(line.current_quantity - waiting, 0)


def check_processing(wanted: WantedProcessing) -> None:
    """Raise ReturnRefusedError when the return is not open or has not so much left."""
    if wanted.shop_return.status != "OPEN":
        raise ReturnRefusedError("INVALID_STATE", "Return is not open.", "returnId")
    if not wanted.units and not wanted.exchanges:
        raise ReturnRefusedError("BLANK", "Nothing to process was given.", "returnLineItems")
    _check_quantities("returnLineItems", [(x.id, n, x.quantity - x.processed) for x, n in wanted.units])
    _check_quantities("exchangeLineItems", [(x.id, n, x.quantity - x.processed) for x, n in wanted.exchanges])
    check_dispositions(wanted.dispositions)


def _check_quantities(kind: str, parts: Sequence[tuple[int, int, int]]) -> None:
    """Raise ReturnRefusedError when a line (id, quantity asked, quantity left) is asked for more than it has."""
    asked: dict[int, int] = {}
    for index, (number, quantity, left) in enumerate(parts):
        at = (kind, str(index), "quantity")
        asked[number] = asked.get(number, 0) + quantity
        if quantity <= 0:
            raise ReturnRefusedError("GREATER_THAN", "Quantity must be greater than 0.", *at)
        if asked[number] > left:
            raise ReturnRefusedError("INVALID", "Quantity is more than the unprocessed quantity.", *at)


def check_dispositions(wanted: Sequence[WantedDisposition]) -> None:
    """Raise ReturnRefusedError when more units would be disposed of than come back, or nobody says where."""
    asked: dict[int, int] = {}
    for index, want in enumerate(wanted):
        line, at = want.line, ("dispositions", str(index))
        asked[line.id] = asked.get(line.id, 0) + want.quantity
        if want.quantity <= 0 or asked[line.id] + sum(d.quantity for d in line.dispositions) > line.quantity:
            raise ReturnRefusedError("INVALID", "Disposition has an invalid quantity.", *at, "quantity")
        if want.kind == "RESTOCKED" and want.location_id is None:
            raise ReturnRefusedError("BLANK", "Location can't be blank when restocking.", *at, "locationId")


def outcome(wanted: WantedProcessing) -> Outcome:
    """Return what processing these units and exchanges comes to; nothing is changed."""
    back = wanted.shop_return
    order = back.order
    units = _units(wanted)
    fees = _fees(wanted)
    worth = sum(x.subtotal + (0 if order.taxes_included else x.tax) for x in units)
    exchanged = sum(exchange_value(order, line, quantity)[2] for line, quantity in wanted.exchanges)
    due = back.charged - back.netted + exchanged + sum(amount for _, amount in fees)
    shipping = wanted.shipping
    if shipping and not order.taxes_included:
        shipping += proportion(order.shipping_tax, shipping, order.shipping)
    netted = min(worth + shipping, due)
    left = max(order.received - order.promised_back, 0)
    return Outcome(
        units=units,
        fees=fees,
        worth=worth,
        exchanged=exchanged,
        netted=netted,
        refund=min(worth + shipping - netted, left),
        owed=due - netted,
    )


def exchange_value(order: Order, line: ExchangeLine, quantity: int) -> tuple[int, int, int]:
    """Return price without discount, tax, and what the customer pays, of so many new units."""
    value = line.price * quantity
    if order.taxes_included:
        return value, int(value - proportion(value, 10_000, int((1 + line.tax_rate) * 10_000))), value
    tax = proportion(value, int(line.tax_rate * 10_000), 10_000)
    return value, tax, value + tax


def _units(wanted: WantedProcessing) -> tuple[ProcessedUnits, ...]:
    """Return each line's units with their share; units that were refunded already carry nothing."""
    found: list[ProcessedUnits] = []
    before: dict[int, tuple[int, int, int]] = {}
    for back, quantity in wanted.units:
        line = back.line
        done, subtotal, tax = before.get(line.id, (line.refunded_quantity, line.refunded_subtotal, line.refunded_tax))
        part = min(quantity, line.quantity - done)
        value = share(line.net_of_discount, line.quantity, subtotal, done, part) if part else 0
        taxed = share(line.tax, line.quantity, tax, done, part) if part else 0
        before[line.id] = (done + part, subtotal + value, tax + taxed)
        found.append(ProcessedUnits(line=back, quantity=quantity, refundable=part, subtotal=value, tax=taxed))
    return tuple(found)


def _fees(wanted: WantedProcessing) -> tuple[tuple[int, int], ...]:
    """Return the fees that fall due now, each with its id: restocking by units, shipping with the first."""
    found: list[tuple[int, int]] = []
    for line, quantity in wanted.units:
        until = proportion(line.restocking_fee, line.processed + quantity, line.quantity)
        amount = until - proportion(line.restocking_fee, line.processed, line.quantity)
        if amount:
            found.append((line.restocking_fee_id, amount))
    back = wanted.shop_return
    if back.fee and not back.fee_charged:
        found.append((back.fee_id, back.fee))
    return tuple(found)
