"""The money of one batch: fees kept, refund released or seen, credit issued, payment posted and allocated."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from tieout.domain import commands as c
from tieout.domain.documents.rma import Fee, FeeKind, Outcome, RmaUnit
from tieout.domain.documents.sales_order import SalesOrder
from tieout.domain.faults.kinds import Fault
from tieout.domain.identifiers import compose_key, find_key
from tieout.domain.money import Money, total
from tieout.domain.returns.allocation import returned_units
from tieout.domain.returns.batches import Batch, batches
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.issued import CLEARING, IssuedLeft
from tieout.domain.returns.past_batches import is_in_money, is_over, kept_for_exchanges, paid_for
from tieout.domain.returns.settlement import Settlement, replaced_value
from tieout.domain.returns.values import (
    bonus_faults,
    fee_of_the_whole,
    fee_of_units,
    fees_of,
    is_credited_in_full,
    policy_for,
    tax_inside,
)

FEE_STEPS: dict[FeeKind, str] = {
    "restocking_fee": "FR",
    "return_shipping_fee": "FS",
    "cancellation_fee": "FC",
}
"""The step in the key of the invoice that keeps each kind of fee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tied:
    """What is allocated together with a payment, by the keys in the references."""

    credit_key: str
    fees: tuple[str, ...] = ()
    bonuses: tuple[str, ...] = ()
    bank: str = ""
    """The account that the money comes from, where it is not that of the way of payment."""


@dataclass(slots=True, kw_only=True)
class Purse:
    """One run of planning over several batches: what money is there to settle them with."""

    facts: ReturnFacts
    foreign: int
    """Pence that others refunded and that no batch so far was paid with; batches are paid in their order."""
    issued: IssuedLeft
    """Store credits and cards that no batch so far was paid with."""
    replaced: int
    """Pence of credit that stay on the account to pay for goods sent in exchange."""
    refunded_units: dict[str, int] = field(default_factory=dict)
    """Units by storefront line that this run's refunds take."""
    fees_used: dict[FeeKind, int] = field(default_factory=dict)
    waits_for: list[str] = field(default_factory=list)
    """What somebody else must give before the rest can be posted."""
    dues: dict[str, Money] = field(default_factory=dict)
    """What the customer is to get for each batch of this run, by batch."""
    ours: set[str] = field(default_factory=set)
    """Batches of this run that we refund ourselves."""
    unpaid: int = 0
    """Pence that are credited in this run and that the portal is to release."""
    differs: tuple[int, int] | None = None
    """Pence that others gave for a batch, and what was due: no figure of ours would be right."""
    faults: list[Fault] = field(default_factory=list)
    """What else keeps the money of a batch from being booked."""


def purse_of(facts: ReturnFacts, order: SalesOrder) -> Purse:
    """A run of planning that begins behind the batches that earlier attempts completed."""
    ours = {effect.batch for effect in facts.done("refund")}
    complete = {effect.batch for effect in facts.effects if is_over(facts, effect.batch, order)}
    in_money = {batch for batch in complete - ours if is_in_money(facts, batch)}
    issued = IssuedLeft(facts=facts)
    for batch in batches(facts):
        if batch.batch_id in complete and batch.settlement in CLEARING:
            issued.take(batch, Money(paid_for(facts, batch.batch_id), order.currency))
    kept = sum(amount for batch, amount in kept_for_exchanges(facts, order).items() if batch in complete)
    return Purse(
        facts=facts,
        issued=issued,
        foreign=foreign_refunds(facts) - sum(paid_for(facts, batch) for batch in in_money),
        replaced=max(replaced_value(facts, order).minor - kept, 0),
    )


def is_complete(facts: ReturnFacts, batch: Batch, order: SalesOrder) -> bool:
    """Whether everything of the batch was done by earlier attempts."""
    return is_over(facts, batch.batch_id, order)


def foreign_refunds(facts: ReturnFacts) -> int:
    """Pence that went back for this RMA through somebody else's hands, settled: the portal's too, at our word."""
    if facts.rma is None or facts.shop_order is None:
        return 0
    by_rma = {refund.refund_id for refund in facts.rma.refunds if refund.is_settled}
    others = {None, *(effect.key for effect in facts.effects if effect.kind == "release_outcome")}
    return sum(
        refund.amount.minor
        for refund in facts.shop_order.refunds
        if refund.refund_id in by_rma and not refund.has_failed and find_key(refund.note) in others
    )


def settle_money(
    purse: Purse, batch: Batch, order: SalesOrder, credit_key: str, credited: Money, on: date
) -> Iterator[c.AnyCommand]:
    """What follows a batch's credit note; nothing for free goods."""
    if not credited:
        return
    if batch.settlement in CLEARING:
        yield from _credit_issued(purse, batch, order, credit_key, credited, on)
        return
    due = _due(purse, batch, credited)
    invoices = tuple(_fees(purse, batch, order, due, on))
    due -= total([invoice.lines[0].net + invoice.lines[0].tax for invoice in invoices], due.currency)
    yield from invoices
    purse.dues[batch.batch_id] = due
    if due and not (yield from _refunded(purse, batch, due)):
        return
    tied = Tied(credit_key=credit_key, fees=tuple(invoice.key for invoice in invoices))
    yield from _paid(purse.facts, batch, order, tied, due, on)


def _due(purse: Purse, batch: Batch, credited: Money) -> Money:
    """What goes back for a batch before fees: an exchange at full value keeps the worth of the goods sent."""
    if batch.settlement is not Settlement.EXCHANGE or not is_credited_in_full(purse.facts):
        return credited
    kept = min(purse.replaced, credited.minor)
    purse.replaced -= kept
    return Money(credited.minor - kept, credited.currency)


def _fees(purse: Purse, batch: Batch, order: SalesOrder, due: Money, on: date) -> Iterator[c.RaiseInvoice]:
    """An invoice for each kind of fee that this batch bears; fees never take more than there is to give back."""
    facts, left = purse.facts, due.minor
    for fee in fees_of(facts):
        policy = policy_for(facts.tables, fee.kind)
        assert policy is not None, f"{fee.kind} was not checked"
        step = FEE_STEPS[fee.kind]
        key = _key(facts, step, batch)
        mine = next((e.amount for e in facts.effects if e.key == key), None)
        own = fee_of_units(facts, fee.kind, batch.units)
        shared = max(fee_of_the_whole(facts, fee) - _shared_by_others(facts, fee, batch), 0)
        open_fee = own + max(shared - purse.fees_used.get(fee.kind, 0), 0)
        amount = Money(min(mine if mine is not None else open_fee, left), due.currency)
        if not amount:
            continue
        left -= amount.minor
        if mine is None:
            purse.fees_used[fee.kind] = purse.fees_used.get(fee.kind, 0) + max(amount.minor - own, 0)
        rate = next(code.rate for code in facts.tax_codes if code.code == policy.tax_code)
        tax = tax_inside(amount, rate)
        line = c.LedgerLine(
            net=amount - tax,
            tax=tax,
            tax_code=policy.tax_code,
            nominal=policy.nominal,
            narrative=f"{fee.kind.replace('_', ' ')} {facts.rma_number}",
        )
        yield c.RaiseInvoice(
            key=key,
            batch=batch.batch_id,
            units=unit_ids(batch.units),
            customer_id=order.customer_id,
            on=on,
            second_reference=facts.rma_number,
            lines=(line,),
        )


def _shared_by_others(facts: ReturnFacts, fee: Fee, batch: Batch) -> int:
    """Pence of a fee of the whole return that other batches bore beside that of their own units."""
    units = {unit.unit_id: unit for unit in returned_units(facts)}
    kept = [e for e in facts.effects if e.key.startswith(f"T{FEE_STEPS[fee.kind]}-") and e.batch != batch.batch_id]
    return sum(
        max(e.amount - fee_of_units(facts, fee.kind, [units[unit] for unit in e.units if unit in units]), 0)
        for e in kept
    )


def _refunded(purse: Purse, batch: Batch, due: Money) -> Generator[c.AnyCommand, None, bool]:
    """See the refund that others made, or release it; returns whether the payment can be posted."""
    facts = purse.facts
    is_ours = any(refund.batch == batch.batch_id for refund in facts.done("refund"))
    if not is_ours and 0 < purse.foreign >= due.minor:
        purse.foreign -= due.minor
        return True
    is_ours_to_give = all(is_refunded_by_us(facts, unit) for unit in batch.units)
    if facts.refund_mode == "gate" and is_ours_to_give:
        if purse.foreign > 0 and not is_ours:
            purse.differs = (purse.foreign, due.minor)
        purse.ours.add(batch.batch_id)
        yield _refund(purse, batch, due)
        return True
    purse.unpaid += due.minor
    purse.waits_for.append("the refund to be made")
    return False


def is_released_by_portal(facts: ReturnFacts) -> bool:
    """Whether the portal gives the money when we tell it to (policy `refund_release`), instead of our doing it."""
    return facts.tables.policy("refund_release") == "portal" and not facts.is_adopted


def is_refunded_by_us(facts: ReturnFacts, unit: RmaUnit) -> bool:
    """Whether the storefront refunds a unit at our word: always where the portal does not release.

    What an exchange costs less the portal gives back with the exchange itself, unless the policy `exchange` says that
    we do (`release` = `us`). A till has refunded already. Goods that the customer keeps never pass the portal's
    receipt, so the portal releases them only where the policy `returnless` says so (`release` = `portal`).
    """
    if facts.rma is not None and facts.rma.is_in_person:
        return False
    if unit.outcome is Outcome.EXCHANGE:
        return facts.tables.value("value_policy", "exchange", "release") == "us"
    by_portal = facts.tables.value("value_policy", "returnless", "release") == "portal"
    return not is_released_by_portal(facts) or (unit.is_kept and not by_portal)


def _credit_issued(
    purse: Purse, batch: Batch, order: SalesOrder, credit_key: str, credited: Money, on: date
) -> Iterator[c.AnyCommand]:
    """Store credit or a gift card: the portal issues it, and its worth moves from the customer to the liability."""
    facts, kind = purse.facts, CLEARING[batch.settlement]
    policy = policy_for(facts.tables, kind)
    assert policy is not None, f"{kind} was not checked"
    invoices = tuple(_fees(purse, batch, order, credited, on))
    due = credited - total([invoice.lines[0].net + invoice.lines[0].tax for invoice in invoices], credited.currency)
    yield from invoices
    share = purse.issued.take(batch, due)
    if due and share is None:
        purse.dues[batch.batch_id] = due
        purse.unpaid += due.minor
        purse.waits_for.append(f"the {batch.settlement.value} to be issued")
        return
    issued = share.amount if share is not None else due
    if issued < due:
        purse.differs = (issued.minor, due.minor)
        return
    if issued > due and (faults := bonus_faults(facts, issued - due)):
        purse.faults.extend(faults)
        return
    purse.dues[batch.batch_id] = issued
    bonus = tuple(_bonus(facts, batch, order, issued - due, on))
    yield from bonus
    tied = Tied(
        credit_key=credit_key,
        fees=tuple(invoice.key for invoice in invoices),
        bonuses=tuple(note.key for note in bonus),
        bank=policy.bank,
    )
    yield from _paid(facts, batch, order, tied, issued, on)


def _bonus(facts: ReturnFacts, batch: Batch, order: SalesOrder, amount: Money, on: date) -> Iterator[c.RaiseCreditNote]:
    """What was given on top of the price, as a credit note of its own against the nominal of bonuses."""
    if not amount:
        return
    policy = policy_for(facts.tables, "store_credit_bonus")
    assert policy is not None, "the bonus was not checked"
    rate = next(code.rate for code in facts.tax_codes if code.code == policy.tax_code)
    tax = tax_inside(amount, rate)
    line = c.CreditLine(net=amount - tax, tax=tax, tax_code=policy.tax_code, nominal=policy.nominal)
    yield c.RaiseCreditNote(
        key=_key(facts, "BN", batch),
        batch=batch.batch_id,
        units=(),
        customer_id=order.customer_id,
        order_number=order.number,
        on=on,
        second_reference=facts.rma_number,
        narrative=f"Bonus RMA {facts.rma_number}",
        lines=(line,),
    )


def _refund(purse: Purse, batch: Batch, amount: Money) -> c.Refund:
    """Release the money: exactly what is due after the credit note."""
    facts = purse.facts
    assert facts.shop_order is not None
    key = _key(facts, "RF", batch)
    is_done = key in {done.key for done in facts.done("refund")}
    # What is not the whole price of its units is an amount, not units: the storefront would give their price.
    is_whole = batch.settlement is Settlement.REFUND and batch.allowance is None
    return c.Refund(
        key=key,
        batch=batch.batch_id,
        units=unit_ids(batch.units),
        order_id=facts.shop_order.order_id,
        amount=amount,
        lines=() if is_done or not is_whole else _refund_lines(purse, batch),
        note=f"{key} RMA {facts.rma_number}",
    )


def _refund_lines(purse: Purse, batch: Batch) -> tuple[c.RefundLine, ...]:
    """The storefront's lines for the units: the portal's own line where it names one, else by stock code."""
    facts, taken = purse.facts, purse.refunded_units
    assert facts.shop_order is not None
    left = {line.line_id: line.refundable - taken.get(line.line_id, 0) for line in facts.shop_order.lines}
    counted: dict[str, int] = {}
    firsts = {unit.part_of: unit.unit_id for unit in reversed(returned_units(facts))}
    for unit in batch.units:
        lines = [line for line in facts.shop_order.lines if line.line_id == unit.shop_line]
        if lines and unit.part_of and firsts[unit.part_of] != unit.unit_id:
            continue  # the storefront counts a bundle once, however many parcels its components come in
        lines += [line for line in facts.shop_order.lines if line.sku.casefold() == unit.sku.strip().casefold()]
        line = next((line for line in lines if left[line.line_id] > 0), None)
        if line is not None:
            left[line.line_id] -= 1
            counted[line.line_id] = counted.get(line.line_id, 0) + 1
            taken[line.line_id] = taken.get(line.line_id, 0) + 1
    return tuple(c.RefundLine(shop_line=line_id, quantity=count) for line_id, count in counted.items())


def _paid(
    facts: ReturnFacts, batch: Batch, order: SalesOrder, tied: Tied, amount: Money, on: date
) -> Iterator[c.AnyCommand]:
    """The money that went back, from its bank, tied to the credit note together with fees and bonus."""
    gateway = facts.shop_order.gateway if facts.shop_order else ""
    payment_key = _key(facts, "PY", batch) if amount else ""
    if amount:
        yield c.PostRefundPayment(
            key=payment_key,
            batch=batch.batch_id,
            units=unit_ids(batch.units),
            customer_id=order.customer_id,
            bank=tied.bank or facts.tables.value("tender", gateway, "bank") or "",
            amount=amount,
            on=on,
            second_reference=facts.rma_number,
        )
    if batch.settlement is Settlement.EXCHANGE and is_credited_in_full(facts):
        return  # the rest of the credit pays for the goods sent, and is allocated with their invoice
    yield c.AllocateCredit(
        key=_key(facts, "AL", batch),
        batch=batch.batch_id,
        units=unit_ids(batch.units),
        customer_id=order.customer_id,
        credit_key=tied.credit_key,
        payment_key=payment_key,
        amount=amount,
        on=on,
        credit_keys=tied.bonuses,
        invoice_keys=tied.fees,
    )


def unit_ids(units: Sequence[RmaUnit]) -> tuple[str, ...]:
    """The ids of units, as commands carry them."""
    return tuple(unit.unit_id for unit in units)


def _key(facts: ReturnFacts, step: str, batch: Batch, *parts: str) -> str:
    return compose_key(step, facts.company, facts.rma_number, batch.batch_id, *parts)
