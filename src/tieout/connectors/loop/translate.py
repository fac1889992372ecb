"""From Loop's shapes to our documents. Pure."""

from __future__ import annotations

from datetime import datetime

from tieout.connectors.loop import compat
from tieout.connectors.loop.amounts import beyond_the_lines, exchange_total, fee, paid_gross, tax_is_on_top, values
from tieout.connectors.loop.money_out import digits_of, issued, refunds
from tieout.connectors.loop.wire import HeadShape, LabelShape, LineShape, ReturnShape
from tieout.domain.documents.rma import (
    Allowance,
    ExchangeItem,
    ExchangeOrder,
    Fee,
    Grade,
    Outcome,
    Parcel,
    Rma,
    RmaHead,
    RmaStatus,
    RmaUnit,
)
from tieout.domain.money import Money
from tieout.ports.errors import BadAnswer

STATES = {
    "open": RmaStatus.AUTHORISED,
    "closed": RmaStatus.DONE,
    "cancelled": RmaStatus.CANCELLED,
    "expired": RmaStatus.CANCELLED,
}


def rma_from(shape: ReturnShape, *, read_at: datetime, shop_currency: str) -> Rma:
    """The return with every unit on it; BadAnswer when a unit has no price or the return no date."""
    if shape.created_at is None:
        raise BadAnswer(f"Loop does not say when return {shape.return_id} was raised")
    currency = shape.currency or shop_currency
    kept = fee(shape, currency)
    units = _units(shape, read_at, currency)
    given = [unit.value or unit.paid_gross for unit in units]
    more = beyond_the_lines(shape, given, [unit.outcome for unit in units], currency)
    return Rma(
        number=shape.return_id,
        status=status_of(shape),
        status_text=shape.state,
        order_id=digits_of(shape.order_id),
        order_name=shape.order_name,
        customer_reference=shape.customer,
        currency=currency,
        raised_at=shape.created_at,
        units=units,
        fees=(Fee(kind=compat.HANDLING_FEE, amount=kept),) if kept else (),
        refunds=refunds(shape, currency),
        allowances=(Allowance(kind=compat.BEYOND_THE_LINES, amount=more),) if more else (),
        issued=issued(shape, currency),
        exchange_orders=exchange_orders(shape),
        parcels=parcels(shape),
    )


def head_from(shape: HeadShape) -> RmaHead:
    """A line of the list."""
    return RmaHead(number=shape.return_id, status_text=shape.state, raised_at=shape.created_at)


def status_of(shape: ReturnShape) -> RmaStatus:
    """Where the return stands.

    A return under review waits for the merchant's approval; once goods were inspected or money went out, somebody has
    to look into it here too. An expired label means that nothing was sent.
    """
    if shape.state == "review":
        has_begun = shape.was_processed or any(refund.refund_id for refund in shape.refunds)
        is_looked_at = any(is_inspected(line) for line in shape.lines)
        return RmaStatus.UNKNOWN if has_begun or is_looked_at else RmaStatus.REQUESTED
    return STATES.get(shape.state, RmaStatus.UNKNOWN)


def outcome_of(line: LineShape, shape: ReturnShape) -> tuple[Outcome, str]:
    """What the customer gets for the line, and Loop's own words for it.

    A line that says `default`, or that the customer keeps, goes as the return does.
    """
    word, whole = _plain(line.outcome), _plain(shape.outcome)
    goes_as_whole = word in compat.AS_THE_RETURN or word in compat.KEPT
    text = f"{line.outcome or 'default'} ({shape.outcome})" if goes_as_whole else line.outcome
    if line.condition is not None and line.condition.word == compat.NOT_THE_ITEM:
        return Outcome.UNKNOWN, f"{text}; inspection found another item in its place"
    if goes_as_whole:
        return (compat.OUTCOMES.get(whole, Outcome.UNKNOWN) if whole else _by_figures(shape)), text
    return compat.OUTCOMES.get(word, Outcome.UNKNOWN), text


def is_kept(line: LineShape, shape: ReturnShape) -> bool:
    """Whether the customer keeps the goods, by the line's own word or by how the whole return comes back."""
    method = shape.return_method.method_type if shape.return_method else ""
    return any(_plain(word) in compat.KEPT for word in (line.outcome, method))


def received_at(line: LineShape, read_at: datetime) -> datetime | None:
    """When a warehouse first looked at the line; None while none has, or where it was not in the parcel.

    The moment of this reading for a look without a date, which Loop does not ask warehouses for.
    """
    if is_missing(line) or not is_inspected(line):
        return None
    dates = [look.inspected_at for look in (line.condition, line.disposition) if look and look.inspected_at]
    return min(dates, default=read_at)


def is_inspected(line: LineShape) -> bool:
    """Whether a warehouse looked at the line: an object with neither word nor date says that none has."""
    looks = (line.condition, line.disposition)
    return any(look is not None and (look.word or look.inspected_at) for look in looks)


def is_missing(line: LineShape) -> bool:
    """Whether a warehouse says that it was not in the parcel."""
    words = {line.condition.word if line.condition else "", line.disposition.word if line.disposition else ""}
    return compat.NOT_THERE in words


def grade_of(line: LineShape) -> Grade:
    """What inspection found: what was done with the line decides before how it was graded."""
    done = line.disposition.word if line.disposition else ""
    found = line.condition.word if line.condition else ""
    if done in compat.GOOD_DISPOSITIONS:
        return Grade.GOOD
    if done in compat.OTHER_DISPOSITIONS:
        return Grade.DAMAGED
    if found in compat.GOOD_CONDITIONS:
        return Grade.GOOD
    return Grade.DAMAGED if found in compat.OTHER_CONDITIONS else Grade.UNGRADED


def exchange_orders(shape: ReturnShape) -> tuple[ExchangeOrder, ...]:
    """Every storefront order made for the exchange, each once; one without an id while it is still to be made."""
    stated = [(item.order_id, item.order_name) for item in shape.exchanges]
    stated.append((shape.exchange_order_id, shape.exchange_order_name))
    made = {digits_of(order_id): name for order_id, name in stated if order_id}
    if not made and shape.exchanges:
        name = next((name for _, name in stated if name), "")
        return (ExchangeOrder(order_id="", order_name=name, is_released=False),)
    return tuple(ExchangeOrder(order_id=order, order_name=name, is_released=True) for order, name in made.items())


def parcels(shape: ReturnShape) -> tuple[Parcel, ...]:
    """The parcels on their way back. That one was delivered is not yet a receipt."""
    labels = shape.labels or (
        LabelShape(
            status=shape.label_status,
            updated_at=shape.label_updated_at,
            carrier=shape.carrier,
            tracking_number=shape.tracking_number,
        ),
    )
    return tuple(
        Parcel(
            tracking=label.tracking_number,
            carrier="" if _is_nothing(label.carrier) else label.carrier,
            status=label.status,
            delivered_at=label.updated_at if label.status.casefold() == compat.DELIVERED else None,
        )
        for label in labels
        if not _is_nothing(label.tracking_number)
    )


def _units(shape: ReturnShape, read_at: datetime, currency: str) -> tuple[RmaUnit, ...]:
    on_top = tax_is_on_top(shape)
    paid = [paid_gross(line, currency, on_top=on_top) for line in shape.lines]
    outcomes = _outcomes(shape)
    worth = values(shape, [outcome for outcome, _ in outcomes], paid, currency)
    exchanged = _exchanged(shape, [outcome for outcome, _ in outcomes], currency)
    return tuple(
        RmaUnit(
            unit_id=line.unit_id,
            shop_line=digits_of(line.shop_line),
            sku=line.sku,
            title=line.title,
            paid_gross=paid[at],
            reason=line.reason or line.parent_reason,
            outcome=outcomes[at][0],
            outcome_text=outcomes[at][1],
            received_at=received_at(line, read_at),
            grade=grade_of(line),
            is_kept=is_kept(line, shape),
            is_missing=is_missing(line),
            value=worth[at],
            exchange=exchanged[at],
        )
        for at, line in enumerate(shape.lines)
    )


def _outcomes(shape: ReturnShape) -> list[tuple[Outcome, str]]:
    """Each line's outcome; exchange items that no line stands for make all of them one for a person."""
    stated = [outcome_of(line, shape) for line in shape.lines]
    if shape.exchanges and not any(outcome is Outcome.EXCHANGE for outcome, _ in stated):
        return [(Outcome.UNKNOWN, f"{text}; beside exchange items") for _, text in stated]
    return stated


def _by_figures(shape: ReturnShape) -> Outcome:
    """The outcome of a return that names none, where its figures leave no doubt."""
    if shape.exchanges:
        return Outcome.EXCHANGE
    if shape.gift_card:
        return Outcome.UNKNOWN
    return Outcome.REFUND if shape.refund else Outcome.UNKNOWN


def _exchanged(shape: ReturnShape, outcomes: list[Outcome], currency: str) -> list[tuple[ExchangeItem, ...]]:
    """The exchange items by unit: by the variant that the line names, the others one to a unit, then to the last."""
    found: list[list[ExchangeItem]] = [[] for _ in outcomes]
    units = [at for at, outcome in enumerate(outcomes) if outcome is Outcome.EXCHANGE]
    if not units:
        return [()] * len(outcomes)
    left: list[ExchangeItem] = []
    for item in shape.exchanges:
        price: Money = exchange_total(item, currency)
        leaving = ExchangeItem(sku=item.sku, quantity=1, price=price)
        named = [at for at in units if item.variant_id and shape.lines[at].exchange_variant == item.variant_id]
        place = next((at for at in named if not found[at]), None)
        if place is None:
            left.append(leaving)
        else:
            found[place].append(leaving)
    for leaving in left:
        found[next((at for at in units if not found[at]), units[-1])].append(leaving)
    return [tuple(items) for items in found]


def _plain(word: str) -> str:
    return word.strip().casefold().replace(" ", "_")


def _is_nothing(text: str) -> bool:
    return text.strip().casefold() in compat.NOTHING_YET
