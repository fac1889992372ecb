"""What a flow decides: a plan, or every reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tieout.domain.commands import AnyCommand
from tieout.domain.faults.kinds import Fault
from tieout.domain.legs import Leg
from tieout.domain.money import Money

LEG_GRACE_HOURS = 24
"""How long a leg may stay unseen before it is overdue, unless the house has set `leg_grace_hours`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Commands in the order they must be performed, and the legs that must appear."""

    commands: tuple[AnyCommand, ...]
    legs: tuple[Leg, ...]
    waived: tuple[tuple[str, str], ...]
    """(ref, why) of legs that this plan makes pointless."""
    waiting_for: str
    """What must happen outside before more can be done; empty when the document is complete after this plan."""
    rules: tuple[str, ...]
    raised: tuple[Fault, ...] = ()
    """What a person must see although the plan is carried out."""
    look_again_at: datetime | None = None
    """When to look again although nothing may be told until then; None where an event or a sweep will say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Every fault that keeps the document from going on, most important first."""

    faults: tuple[Fault, ...]
    legs: tuple[Leg, ...]
    stake: Money
    """What is at stake: of a return, what the customer is waiting for."""
