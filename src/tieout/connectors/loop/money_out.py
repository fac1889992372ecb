"""What Loop has given the customer already: refunds by the storefront's id, credits by their order. Pure."""

from __future__ import annotations

from tieout.connectors.loop.amounts import CREDITS, NOTHING
from tieout.connectors.loop.compat import OUTCOMES
from tieout.connectors.loop.wire import RefundShape, ReturnShape
from tieout.domain.documents.rma import CreditKind, IssuedCredit, Outcome, RmaRefund
from tieout.domain.money import Money, money, total
from tieout.ports.errors import BadAnswer


def refunds(shape: ReturnShape, currency: str) -> tuple[RmaRefund, ...]:
    """Every refund made, those of one storefront refund through several gateways as one, in the shop's currency.

    A row without the storefront's id is what Loop means to refund and is left out. A lone refund that is stated in
    another currency, or only by its id, is the return's whole refund; of several, BadAnswer.
    """
    rows = [row for row in shape.refunds if row.refund_id]
    numbers = list(dict.fromkeys(digits_of(row.refund_id) for row in rows or shape.refund_links if row.refund_id))
    is_plain = bool(rows) and all(row.amount is not None and row.currency in ("", currency) for row in rows)
    if not is_plain and len(numbers) == 1 and shape.refund:
        return (_made(numbers[0], money(shape.refund, currency)),)
    if not is_plain and rows:
        raise BadAnswer(f"Loop's refunds of return {shape.return_id} are not all stated in {currency}")
    shares = [(digits_of(row.refund_id), _amount(row, currency)) for row in rows]
    sums = {number: total([share for at, share in shares if at == number], currency) for number, _ in shares}
    return tuple(_made(number, amount) for number, amount in sums.items())


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
    is_refund_named = any([row.refund_id for row in shape.refunds] + [link.refund_id for link in shape.refund_links])
    is_refunded = not shape.refund or is_refund_named or bool(at and at.refund)
    is_credited = not shape.gift_card or is_credit_issued(shape)
    is_order_named = any((shape.exchange_order_id, *(item.order_id for item in shape.exchanges)))
    is_exchanged = not shape.exchanges or is_order_named or bool(at and at.exchange)
    return is_refunded and is_credited and is_exchanged


def gives_something(shape: ReturnShape) -> bool:
    """Whether processing the return gives the customer anything at all."""
    return bool((shape.refund or NOTHING) + (shape.gift_card or NOTHING)) or bool(shape.exchanges)


def digits_of(text: str) -> str:
    """The plain number of a storefront id, whether it came plain or as a gid; other text as it is."""
    return text.strip().rsplit("/", 1)[-1]


def _amount(row: RefundShape, currency: str) -> Money:
    return abs(money(row.amount or NOTHING, currency))


def _made(number: str, amount: Money) -> RmaRefund:
    return RmaRefund(refund_id=number, amount=amount, is_settled=True)
