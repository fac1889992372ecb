"""What a refund asks of Shopify: which payments give the money back, and for which lines. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tieout.connectors.shopify.translate import FAILED, GIVEN_BACK, digits, gid, shop_money, takings
from tieout.connectors.shopify.wire import OrderMoneyShape, TransactionShape
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.domain.money import Money
from tieout.ports.errors import NeedsHand, Refused


def refund_input(command: c.Refund, order: OrderMoneyShape) -> Mapping[str, Json]:
    """The `RefundInput`; Refused when no payment can give it back, NeedsHand where a person must choose.

    Nothing is restocked: the goods went into stock at their receipt, and the storefront's availability
    has a command of its own.
    """
    return {
        "orderId": order.id,
        "note": note_of(command),
        "refundLineItems": [
            {"lineItemId": gid("LineItem", line), "quantity": quantity, "restockType": "NO_RESTOCK"}
            for line, quantity in _by_line(command.lines).items()
        ],
        "transactions": [
            {
                "orderId": order.id,
                "parentId": parent.id,
                "kind": GIVEN_BACK,
                "gateway": parent.gateway,
                "amount": part.text(),
            }
            for parent, part in shares(command.amount, order, lambda why: _by_hand(command, order, why))
        ],
    }


def note_of(command: c.Refund) -> str:
    """The refund's note: what the command says, and its key, by which the refund is found again."""
    return command.note if command.key in command.note else f"{command.note} {command.key}".strip()


def shares(
    amount: Money, order: OrderMoneyShape, by_hand: Callable[[str], str]
) -> Sequence[tuple[TransactionShape, Money]]:
    """Which payment gives back how much, oldest first; what exceeds them all stays with the last, to be refused.

    `by_hand` turns the reason why a person must choose into what the person is to do.
    """
    _currency_is_one(amount, order, by_hand)
    parents = takings(order)
    if not parents:
        raise Refused(f"no payment was taken on order {order.name}: there is nothing to give back")
    open_parents = [parent for parent in parents if remaining(parent, order).minor > 0] or [parents[0]]
    if len({parent.gateway for parent in open_parents}) > 1:
        raise NeedsHand(by_hand("it was paid through several gateways"))
    parts: list[tuple[TransactionShape, Money]] = []
    rest = amount
    for parent in open_parents:
        part = rest if parent is open_parents[-1] else min(rest, remaining(parent, order))
        if part:
            parts.append((parent, part))
        rest = rest - part
    return parts


def remaining(parent: TransactionShape, order: OrderMoneyShape) -> Money:
    """What a payment can still give back, with pending refunds counted as given."""
    left = shop_money(parent.amount_set)
    for row in order.transactions:
        is_its_refund = row.parent_transaction is not None and row.parent_transaction.id == parent.id
        if is_its_refund and row.kind == GIVEN_BACK and row.status not in FAILED:
            left = left - shop_money(row.amount_set)
    return left


def _currency_is_one(amount: Money, order: OrderMoneyShape, by_hand: Callable[[str], str]) -> None:
    """Shopify refunds in the currency that the customer paid; we know the shop's, and do not convert."""
    if amount.currency != order.currency_code:
        raise Refused(f"order {order.name} is kept in {order.currency_code}, the refund is {amount}")
    if order.presentment_currency_code != order.currency_code:
        raise NeedsHand(by_hand(f"it was paid in {order.presentment_currency_code}"))


def _by_line(lines: Sequence[c.RefundLine]) -> Mapping[str, int]:
    quantities: dict[str, int] = {}
    for line in lines:
        number = digits(line.shop_line)
        quantities[number] = quantities.get(number, 0) + line.quantity
    return quantities


def _by_hand(command: c.Refund, order: OrderMoneyShape, why: str) -> str:
    return (
        f"Refund {command.amount} on order {order.name} in Shopify's admin, without restocking ({why}). "
        f"Write {command.key} into the reason for the refund."
    )
