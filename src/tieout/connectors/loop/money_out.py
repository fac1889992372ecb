"""What Loop has given the customer already: refunds by the storefront's id, credits by their order. Pure."""

from __future__ import annotations

from tieout.connectors.loop.amounts import CREDITS, NOTHING
from tieout.connectors.loop.compat import OUTCOMES
from tieout.connectors.loop.wire import ReturnShape
from tieout.domain.documents.rma import CreditKind, IssuedCredit, Outcome, RmaRefund
from tieout.domain.money import Money, money
from tieout.ports.errors import BadAnswer


def refunds(shape: ReturnShape, currency: str) -> tuple[RmaRefund, ...]:
    """Every refund made, those of one storefront refund through several gateways as one.

    A row without the storefront's id is what Loop means to refund and is left out.
    """
    made: dict[str, Money] = {}
    for row in shape.refunds:
        if not row.refund_id:
            continue
        if row.amount is None:
            raise BadAnswer(f"Loop's refund {row.refund_id} of return {shape.return_id} has no amount")
        amount = abs(money(row.amount, row.currency or currency))
        number = row.refund_id.rsplit("/", 1)[-1]
        made[number] = made[number] + amount if number in made else amount
    if not made and len(shape.refund_links) == 1 and shape.refund_links[0].refund_id and shape.refund:
        made[shape.refund_links[0].refund_id.rsplit("/", 1)[-1]] = money(shape.refund, currency)
    return tuple(RmaRefund(refund_id=number, amount=amount, is_settled=True) for number, amount in made.items())


def issued(shape: ReturnShape, currency: str) -> tuple[IssuedCredit, ...]:
    """The store credit or gift card that was issued; nothing while it is only agreed."""
    if not shape.gift_card or not is_credit_issued(shape):
        return ()
    outcomes = {OUTCOMES.get(word.casefold()) for word in (shape.outcome, *(line.outcome for line in shape.lines))}
    kind: CreditKind = "store_credit" if Outcome.STORE_CREDIT in outcomes else "gift_card"
    units = tuple(
        line.unit_id
        for line in shape.lines
        if OUTCOMES.get(line.outcome.casefold(), OUTCOMES.get(shape.outcome.casefold())) in CREDITS
    )
    reference = shape.gift_card_order_name or shape.gift_card_order_id
    amount = money(shape.gift_card, currency)
    return (IssuedCredit(kind=kind, reference=reference, amount=amount, units=units, is_settled=True),)


def is_credit_issued(shape: ReturnShape) -> bool:
    """Whether Loop says so: by the order of the card, the moment, or having processed the return."""
    at = shape.processed.gift_card if shape.processed else None
    return bool(shape.gift_card_order_id or shape.gift_card_order_name or at or shape.was_processed)


def is_processed(shape: ReturnShape) -> bool:
    """Whether Loop let the outcome go: it says so, or it is closed and everything due is there.

    Closing by hand carries nothing out, so `closed` alone proves nothing where something was due.
    """
    if shape.was_processed or (shape.processed and shape.processed.returned):
        return True
    if shape.state != "closed":
        return False
    at = shape.processed
    is_refunded = not shape.refund or bool(refunds(shape, "GBP")) or bool(at and at.refund)
    is_credited = not shape.gift_card or is_credit_issued(shape)
    orders = [item.order_id for item in shape.exchanges] or [shape.exchange_order_id]
    is_exchanged = not shape.exchanges or any([*orders, shape.exchange_order_id]) or bool(at and at.exchange)
    return is_refunded and is_credited and is_exchanged


def gives_something(shape: ReturnShape) -> bool:
    """Whether processing the return gives the customer anything at all."""
    return bool((shape.refund or NOTHING) + (shape.gift_card or NOTHING)) or bool(shape.exchanges)
