"""Goods received together: the batch that a receipt, a credit note and a refund share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tieout.domain.business_dates import uk_date
from tieout.domain.documents.rma import Grade, RmaStatus, RmaUnit
from tieout.domain.identifiers import compose_key
from tieout.domain.returns.allocation import refundable_units
from tieout.domain.returns.facts import EffectFact, ReturnFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingReturn:
    """A pending sales return in Sage that is not cancelled."""

    key: str
    units: tuple[str, ...]
    is_raised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Units received and credited together."""

    batch_id: str
    return_key: str
    """The pending return they were announced on; empty in the ledger route."""
    units: tuple[RmaUnit, ...]
    on: date
    """Business date: when the last of them was received, in UK local time."""


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
    covered = {unit for pending in open_returns(facts) for unit in pending.units}
    covered |= {unit for effect in facts.effects if effect.batch and effect.state != "refused" for unit in effect.units}
    is_over = facts.rma is not None and facts.rma.status is RmaStatus.DONE
    return tuple(
        unit
        for unit in refundable_units(facts)
        if unit.unit_id not in covered and not (is_over and unit.received_at is None)
    )


def next_return_key(facts: ReturnFacts, units: tuple[RmaUnit, ...]) -> str:
    """The key of a pending return for these units; a return raised again after a cancellation gets a new one."""
    generation = str(len(facts.done("cancel_return")))
    return compose_key("RT", facts.company, facts.rma_number, generation, *(unit.unit_id for unit in units))


def batches(facts: ReturnFacts, coming_return: tuple[str, tuple[RmaUnit, ...]] | None) -> tuple[Batch, ...]:
    """The batches begun by earlier attempts, as they were, then new ones for units ready to be booked."""
    units = {unit.unit_id: unit for unit in refundable_units(facts)}
    begun = _begun(facts, units)
    taken = {unit.unit_id for batch in begun for unit in batch.units}
    ready = [unit for unit in units.values() if unit.unit_id not in taken and is_ready(facts, unit)]
    announced = [(pending.key, set(pending.units)) for pending in open_returns(facts)]
    if coming_return is not None:
        announced.append((coming_return[0], {unit.unit_id for unit in coming_return[1]}))
    if facts.credit_route == "ledger":
        announced = [("", set(units))]
    fresh = []
    for return_key, covered in announced:
        together = tuple(unit for unit in ready if unit.unit_id in covered)
        if together:
            fresh.append(_batch(facts, return_key, together))
    return (*begun, *fresh)


def is_ready(facts: ReturnFacts, unit: RmaUnit) -> bool:
    """Whether a unit may be booked now: received, and inspected where the house waits for inspection."""
    waits_for_inspection = facts.tables.policy("credit_on") == "inspection"
    return unit.received_at is not None and not (waits_for_inspection and unit.grade is Grade.UNGRADED)


def is_complete(facts: ReturnFacts, batch: Batch) -> bool:
    """Whether everything of the batch was done by earlier attempts."""
    mine = [effect for effect in facts.effects if effect.batch == batch.batch_id and effect.state == "done"]
    is_free = any("credit_note" in effect.kind and effect.amount == 0 for effect in mine)
    return is_free or any(effect.kind == "allocate_credit" for effect in mine)


def _batch(facts: ReturnFacts, return_key: str, units: tuple[RmaUnit, ...]) -> Batch:
    batch_id = compose_key("BA", facts.company, facts.rma_number, return_key, *(unit.unit_id for unit in units))
    received = max(unit.received_at for unit in units if unit.received_at is not None)
    return Batch(batch_id=batch_id, return_key=return_key, units=units, on=uk_date(received))


def _begun(facts: ReturnFacts, units: dict[str, RmaUnit]) -> tuple[Batch, ...]:
    by_id: dict[str, list[EffectFact]] = {}
    for effect in facts.effects:
        if effect.batch and effect.state != "refused":
            by_id.setdefault(effect.batch, []).append(effect)
    return tuple(
        Batch(
            batch_id=batch_id,
            return_key=next((effect.return_key for effect in effects if effect.return_key), ""),
            units=tuple(
                units[unit] for unit in sorted({u for effect in effects for u in effect.units}) if unit in units
            ),
            on=next((effect.on for effect in effects if effect.on is not None), facts.today),
        )
        for batch_id, effects in by_id.items()
    )
