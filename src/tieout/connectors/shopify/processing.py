"""What processing a return asks of Shopify, and how to tell that it was done. Pure.

`returnProcess` takes no idempotency key and counts quantities, not units: what is done is told by the key in
the note of a refund, and where no money goes back by the quantities alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tieout.connectors.shopify.payback import shares
from tieout.connectors.shopify.rmas import pieces_by_unit, refunds_on
from tieout.connectors.shopify.translate import digits, gid
from tieout.connectors.shopify.wire_returns import ReturnLineShape, WholeReturn
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.domain.money import total
from tieout.ports.errors import Refused

OPEN = "OPEN"
WHAT_TO_DO = {
    "REQUESTED": "approve it in Shopify first",
    "CLOSED": "reopen it in Shopify first",
    "DECLINED": "it was declined",
    "CANCELED": "it was cancelled",
}


def is_processed(command: c.ReleaseOutcome, whole: WholeReturn) -> bool:
    """Whether Shopify has let the units' outcome go, by this command or by somebody's hand.

    A refund with the key says so. Without one all the units' quantities are processed and, where money is due,
    at least as much was given back on the return.
    """
    refunds = refunds_on(whole)
    if any(command.key in refund.note for refund in refunds):
        return True
    lines = _lines(whole)
    ordinals = _ordinals(command)
    if not ordinals or not all(
        line_id in lines and lines[line_id].processed_quantity >= max(numbers) for line_id, numbers in ordinals.items()
    ):
        return False
    given = total([refund.amount for refund in refunds], whole.shape.order.currency_code)
    return given.minor >= command.amount.minor


def process_input(command: c.ReleaseOutcome, whole: WholeReturn) -> Mapping[str, Json]:
    """The `ReturnProcessInput` for exactly the command's units and amount; Refused where that cannot be asked.

    No dispositions are sent: nothing is restocked by it, for the goods came in at the ledger's warehouse.
    """
    shape = whole.shape
    if shape.status != OPEN:
        what = WHAT_TO_DO.get(shape.status, "it is not open")
        raise Refused(f"return {shape.name} is {shape.status} in Shopify: {what}")
    quantities = _unprocessed(command, whole)
    wanted: dict[str, Json] = {
        "returnId": shape.id,
        "note": _note(command),
        "notifyCustomer": False,
        "returnLineItems": [
            {"id": gid("ReturnLineItem", line_id), "quantity": quantity} for line_id, quantity in quantities.items()
        ],
        "exchangeLineItems": [
            {"id": item_id, "quantity": quantity} for item_id, quantity in _leaving(command, whole).items()
        ],
    }
    if command.amount:
        wanted["financialTransfer"] = {"issueRefund": {"orderTransactions": _transactions(command, whole)}}
    return wanted


def _transactions(command: c.ReleaseOutcome, whole: WholeReturn) -> Sequence[Json]:
    def by_hand(why: str) -> str:
        units = ", ".join(command.units)
        return (
            f"Process return {whole.shape.name} in Shopify's admin for the units {units} with a refund of "
            f"{command.amount} ({why}). Write {command.key} into the reason for the refund."
        )

    return [
        {
            "parentId": parent.id,
            "transactionAmount": {"amount": part.text(), "currencyCode": part.currency},
        }
        for parent, part in shares(command.amount, whole.money, by_hand)
    ]


def _unprocessed(command: c.ReleaseOutcome, whole: WholeReturn) -> Mapping[str, int]:
    """How many of each line to process; Refused unless so many are left, whichever units were processed before."""
    lines = _lines(whole)
    quantities: dict[str, int] = {}
    for line_id, numbers in _ordinals(command).items():
        line = lines.get(line_id)
        if line is None or max(numbers) > line.quantity:
            raise Refused(f"return {whole.shape.name} has no unit {line_id}:{max(numbers)}")
        if line.unprocessed_quantity < len(numbers):
            raise Refused(_already(whole, line))
        if not command.amount and min(numbers) > line.processed_quantity + 1:
            raise Refused(
                f"unit {line_id}:{min(numbers)} of return {whole.shape.name} would be processed before an earlier one "
                "without any money going back, and Shopify could not tell later which it was: process it by hand"
            )
        quantities[line_id] = len(numbers)
    if not quantities:
        raise Refused(f"no unit of return {whole.shape.name} was named")
    return quantities


def _already(whole: WholeReturn, line: ReturnLineShape) -> str:
    return (
        f"Shopify has processed {line.processed_quantity} of {line.quantity} units of line {digits(line.id)} of return "
        f"{whole.shape.name} already, and not for this: see who did, and give back by hand what is due"
    )


def _leaving(command: c.ReleaseOutcome, whole: WholeReturn) -> Mapping[str, int]:
    """How many of each exchange item leave with the units, of those that have not left yet."""
    dealt = pieces_by_unit(whole)
    wanted = Counter(piece.line_id for unit in command.units for piece in dealt.get(unit, ()))
    items = {item.id: item.quantity - item.processed_quantity for item in whole.shape.exchange_line_items.nodes}
    return {item: min(number, items[item]) for item, number in wanted.items() if items[item] > 0}


def _lines(whole: WholeReturn) -> Mapping[str, ReturnLineShape]:
    return {digits(line.id): line for line in whole.shape.return_line_items.nodes}


def _ordinals(command: c.ReleaseOutcome) -> Mapping[str, Sequence[int]]:
    """The units' numbers by the line that they are of; Refused for a unit that is none of Shopify's."""
    numbers: dict[str, list[int]] = {}
    for unit in command.units:
        line_id, _, ordinal = unit.partition(":")
        if not ordinal.isdecimal():
            raise Refused(f"{unit} is no unit of a Shopify return")
        numbers.setdefault(line_id, []).append(int(ordinal))
    return numbers


def _note(command: c.ReleaseOutcome) -> str:
    return f"Return {command.rma} {command.key}"
