"""Goods received together, and value given without goods: the batches that a credit note and its money share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tieout.domain.business_dates import uk_date
from tieout.domain.documents.rma import Allowance, AllowanceKind, Grade, RmaStatus, RmaUnit
from tieout.domain.identifiers import compose_key
from tieout.domain.money import Money, total
from tieout.domain.returns.allocation import matched_order, returned_units
from tieout.domain.returns.facts import EffectFact, ReturnFacts
from tieout.domain.returns.settlement import Settlement, group_of, settlement_of
from tieout.domain.returns.values import allowances_of

LETTERS = {
    Settlement.REFUND: "A",
    Settlement.STORE_CREDIT: "S",
    Settlement.GIFT_CARD: "G",
    Settlement.EXCHANGE: "X",
}
KEPT, VALUE, HISTORICAL = "K", "V", "H"
"""Further second letters of a batch's name: goods that the customer keeps, value without goods, a sale that Sage no
longer holds. The first letter is always B."""


ALLOWANCE_STEPS: dict[AllowanceKind, str] = {"goodwill": "VG", "shipping_refund": "VS", "partial_amount": "VP"}
"""The step in the key of the credit note that gives each kind of value without goods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingReturn:
    """A pending sales return in Sage that is not cancelled."""

    key: str
    units: tuple[str, ...]
    is_raised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Units received and credited together, or an amount credited without goods."""

    batch_id: str
    return_key: str
    """The pending return they were announced on; empty in the ledger route."""
    units: tuple[RmaUnit, ...]
    on: date
    """Business date: when the last of them was received, in UK local time; the day of booking without goods."""
    settlement: Settlement = Settlement.REFUND
    allowance: Allowance | None = None
    """What is given without goods."""

    @property
    def has_goods(self) -> bool:
        """Whether goods of it come into stock."""
        return self.allowance is None and not any(unit.is_kept for unit in self.units)


def route_of(facts: ReturnFacts) -> str:
    """How goods and their credit are booked: a sale that Sage no longer holds cannot be returned as a sales order."""
    order = matched_order(facts)
    return "ledger" if order is not None and order.is_historical else facts.credit_route


def open_returns(facts: ReturnFacts) -> tuple[PendingReturn, ...]:
    """The pending returns of this RMA that were raised, or may have been, and not cancelled since."""
    cancelled = {
        effect.return_key for effect in facts.effects if effect.kind == "cancel_return" and effect.state == "done"
    }
    return tuple(
        PendingReturn(key=effect.key, units=effect.units, is_raised=effect.state == "done")
        for effect in facts.effects
        if effect.kind == "raise_return" and effect.state != "refused" and effect.key not in cancelled
    )


def unannounced_units(facts: ReturnFacts) -> tuple[RmaUnit, ...]:
    """Units that no open pending return covers, that are not booked, and that may still come."""
    covered = {unit for pending in open_returns(facts) for unit in pending.units} | booked_units(facts)
    is_over = facts.rma is not None and facts.rma.status is RmaStatus.DONE
    return tuple(
        unit
        for unit in returned_units(facts)
        if unit.unit_id not in covered and not unit.is_kept and not (is_over and unit.received_at is None)
    )


def booked_units(facts: ReturnFacts) -> set[str]:
    """The units that a batch holds, or may hold."""
    return {unit for effect in facts.effects if effect.batch and effect.state != "refused" for unit in effect.units}


def coming_returns(facts: ReturnFacts) -> tuple[tuple[str, tuple[RmaUnit, ...]], ...]:
    """The pending returns to raise now, one for each group: the ledger route stages its units with us instead."""
    if route_of(facts) == "ledger":
        return ()
    groups = _grouped(facts, unannounced_units(facts))
    return tuple((_return_key(facts, units), units) for units in groups)


def batches(facts: ReturnFacts, coming: Iterable[tuple[str, tuple[RmaUnit, ...]]] = ()) -> tuple[Batch, ...]:
    """The batches begun by earlier attempts, as they were, then new ones for what is ready to be booked."""
    units = {unit.unit_id: unit for unit in returned_units(facts)}
    begun = _begun(facts, units)
    taken = {unit.unit_id for batch in begun for unit in batch.units}
    ready = [unit for unit in units.values() if unit.unit_id not in taken and is_ready(facts, unit)]
    covers = [(pending.key, set(pending.units)) for pending in open_returns(facts)]
    covers += [(key, {unit.unit_id for unit in announced}) for key, announced in coming]
    if route_of(facts) == "ledger":
        covers = [("", set(units))]
    goods = [unit for unit in ready if not unit.is_kept]
    fresh = [
        _batch(facts, return_key, together)
        for return_key, covered in covers
        for together in _grouped(facts, [unit for unit in goods if unit.unit_id in covered])
    ]
    fresh += [_batch(facts, "", together) for together in _grouped(facts, [unit for unit in ready if unit.is_kept])]
    return (*begun, *fresh, *_without_goods(facts, begun))


def is_ready(facts: ReturnFacts, unit: RmaUnit) -> bool:
    """Whether a unit may be booked now: received, and inspected where the house waits for that; or never to come."""
    waits_for_inspection = facts.tables.policy("credit_on") == "inspection"
    is_here = unit.received_at is not None and not (waits_for_inspection and unit.grade is Grade.UNGRADED)
    return is_here or unit.is_kept


def is_of_goods(effect: EffectFact) -> bool:
    """Whether an effect belongs to goods that came back for an order that Sage holds."""
    return effect.batch[2:3] not in (KEPT, VALUE, HISTORICAL)


def _grouped(facts: ReturnFacts, units: Iterable[RmaUnit]) -> list[tuple[RmaUnit, ...]]:
    groups: dict[str, list[RmaUnit]] = {}
    for unit in units:
        groups.setdefault(group_of(facts, unit), []).append(unit)
    return [tuple(together) for together in groups.values()]


def _return_key(facts: ReturnFacts, units: tuple[RmaUnit, ...]) -> str:
    """The key of a pending return for these units; a return raised again after a cancellation gets a new one."""
    generation = str(len(facts.done("cancel_return")))
    return compose_key("RT", facts.company, facts.rma_number, generation, *(unit.unit_id for unit in units))


def _batch(facts: ReturnFacts, return_key: str, units: tuple[RmaUnit, ...]) -> Batch:
    settlement = settlement_of(units[0])
    order = matched_order(facts)
    is_historical = order is not None and order.is_historical
    letter = KEPT if units[0].is_kept else (HISTORICAL if is_historical else LETTERS[settlement])
    batch_id = compose_key(f"B{letter}", facts.company, facts.rma_number, return_key, *(unit.unit_id for unit in units))
    received = [unit.received_at for unit in units if unit.received_at is not None]
    on = uk_date(max(received)) if received else facts.today
    return Batch(batch_id=batch_id, return_key=return_key, units=units, on=on, settlement=settlement)


def _without_goods(facts: ReturnFacts, begun: tuple[Batch, ...]) -> Iterator[Batch]:
    """What is given without goods and was not credited before: one batch for each kind."""
    for given in allowances_of(facts):
        credited = [b.allowance.amount for b in begun if b.allowance and b.allowance.kind == given.kind]
        left = given.amount - total(credited, given.amount.currency)
        if left.minor <= 0:
            continue
        step = f"B{VALUE}"
        yield Batch(
            batch_id=compose_key(step, facts.company, facts.rma_number, given.kind, str(given.amount.minor)),
            return_key="",
            units=(),
            on=facts.today,
            allowance=Allowance(kind=given.kind, amount=left),
        )


def _begun_on(facts: ReturnFacts, batch_id: str) -> date | None:
    return next((e.on for e in facts.effects if e.batch == batch_id and e.on is not None), None)


def _begun(facts: ReturnFacts, units: dict[str, RmaUnit]) -> tuple[Batch, ...]:
    """The batches that were begun, with the units they still hold."""
    by_id: dict[str, list[EffectFact]] = {}
    for effect in facts.effects:
        if effect.batch and effect.state != "refused":
            by_id.setdefault(effect.batch, []).append(effect)
    found = []
    for batch_id, effects in by_id.items():
        held = sorted({unit for effect in effects for unit in effect.units})
        mine = tuple(units[unit] for unit in held if unit in units)
        found.append(
            Batch(
                batch_id=batch_id,
                return_key=next((effect.return_key for effect in effects if effect.return_key), ""),
                units=mine,
                on=_begun_on(facts, batch_id) or facts.today,
                settlement=settlement_of(mine[0]) if mine else Settlement.REFUND,
                allowance=_allowance(facts, effects) if batch_id[2:3] == VALUE else None,
            )
        )
    return tuple(found)


def _allowance(facts: ReturnFacts, effects: list[EffectFact]) -> Allowance | None:
    """What a begun batch without goods gives, by its credit note's key and amount."""
    currency = facts.rma.currency if facts.rma else "GBP"
    for effect in effects:
        for kind, step in ALLOWANCE_STEPS.items():
            if effect.key.startswith(f"T{step}-"):
                return Allowance(kind=kind, amount=Money(effect.amount, currency))
    return None
