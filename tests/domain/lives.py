"""One return from plan to plan, for laws over generated lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from tieout.domain import commands as c
from tieout.domain.documents.rma import RmaStatus, RmaUnit
from tieout.domain.documents.sales_order import OrderLine
from tieout.domain.money import Money, total
from tieout.domain.plans import Plan
from tieout.domain.returns.facts import EffectFact, ReturnFacts, TakenUnits
from tieout.domain.returns.plan import plan_return

NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
CREDITS = (c.PostSopCreditNote, c.RaiseCreditNote)


@dataclass(slots=True, kw_only=True)
class Life:
    """One return from plan to plan: what was performed becomes the facts of the next plan."""

    facts: ReturnFacts
    effects: dict[str, tuple[c.AnyCommand, Literal["intended", "done", "refused"]]] = field(default_factory=dict)
    performed: list[c.AnyCommand] = field(default_factory=list)

    def known(self) -> ReturnFacts:
        """The facts with every effect of earlier plans."""
        taken = tuple(
            TakenUnits(key=command.key, order_line=line.order_line, ordinals=line.ordinals)
            for command, state in self.effects.values()
            if isinstance(command, CREDITS) and state != "refused"
            for line in command.lines
        )
        known = tuple(effect_fact(command, state) for command, state in self.effects.values())
        return replace(self.facts, effects=known, taken=(*self.facts.taken, *taken))

    def live(self, count: int = 10**6) -> Plan:
        """Plan, and perform the first commands; an intent that a later plan does without is withdrawn."""
        plan = plan_return(self.known())
        assert isinstance(plan, Plan), plan
        planned = {command.key for command in plan.commands}
        for key, (command, state) in self.effects.items():
            if state == "intended" and key not in planned:
                self.effects[key] = command, "refused"
        for number, command in enumerate(plan.commands):
            self.effects[command.key] = command, "done" if number < count else "intended"
        self.performed.extend(plan.commands[:count])
        return plan

    def change(self, changed: RmaUnit) -> None:
        """Another state of one unit at the portal."""
        assert self.facts.rma is not None
        units = tuple(changed if unit.unit_id == changed.unit_id else unit for unit in self.facts.rma.units)
        self.facts = replace(self.facts, rma=replace(self.facts.rma, units=units))

    def turn(self, status: RmaStatus) -> None:
        """Another status of the RMA."""
        assert self.facts.rma is not None
        self.facts = replace(self.facts, rma=replace(self.facts.rma, status=status))

    def credits(self) -> list[c.PostSopCreditNote | c.RaiseCreditNote]:
        """The credit notes that stand in the ledger."""
        return [command for command in self.performed if isinstance(command, CREDITS)]


def effect_fact(command: c.AnyCommand, state: Literal["intended", "done", "refused"]) -> EffectFact:
    """What is known of a command afterwards."""
    return EffectFact(
        key=command.key,
        kind=command.kind,
        state=state,
        batch=command.batch,
        units=command.units,
        return_key=getattr(command, "return_key", ""),
        on=getattr(command, "on", None) or getattr(command, "received_on", None),
        amount=amount_of(command),
        at=NOW,
    )


def amount_of(command: c.AnyCommand) -> int:
    """Pence that a command moves, tax included, as `EffectFact.amount` has it."""
    if isinstance(command, c.Refund | c.PostRefundPayment | c.ReleaseOutcome):
        return command.amount.minor
    lines = command.lines if isinstance(command, (*CREDITS, c.RaiseInvoice)) else ()
    return value(lines).minor


def value(lines: Sequence[c.CreditLine | c.LedgerLine]) -> Money:
    return total([line.net + line.tax for line in lines])


def order_lines(facts: ReturnFacts) -> tuple[OrderLine, ...]:
    return facts.order_candidates[0].lines


def rma_units(facts: ReturnFacts) -> tuple[RmaUnit, ...]:
    assert facts.rma is not None
    return facts.rma.units


def finish(life: Life) -> Plan:
    """Plan and perform until nothing is left to do."""
    for _ in range(5):
        plan = life.live()
        if not plan.commands:
            return plan
    raise AssertionError("there is always something left to do")
