"""How a decision is recorded: facts and plan as plain JSON, read back exactly as they were written.

Money is whole minor units, decimals and dates are text; every command carries its own short tag.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass as validated

from tieout.domain.charges.facts import ChargeFacts
from tieout.domain.commands import AnyCommand
from tieout.domain.orders.facts import OrderFacts
from tieout.domain.plans import Blocked, Plan
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.warehouse_stock.facts import MovementFacts

Json = Any
"""Plain JSON values; typed again the moment they are read back."""


@validated(frozen=True, kw_only=True)
class _Planned:
    plan: Plan
    decided: Literal["plan"] = "plan"


@validated(frozen=True, kw_only=True)
class _BlockedOff:
    blocked: Blocked
    decided: Literal["blocked"] = "blocked"


_DECISION: TypeAdapter[_Planned | _BlockedOff] = TypeAdapter(
    Annotated[_Planned | _BlockedOff, Field(discriminator="decided")]
)
_COMMAND: TypeAdapter[AnyCommand] = TypeAdapter(Annotated[AnyCommand, Field(discriminator="kind")])
_FACTS: TypeAdapter[ReturnFacts] = TypeAdapter(ReturnFacts)
_ORDER_FACTS: TypeAdapter[OrderFacts] = TypeAdapter(OrderFacts)
_CHARGE_FACTS: TypeAdapter[ChargeFacts] = TypeAdapter(ChargeFacts)
_MOVEMENT_FACTS: TypeAdapter[MovementFacts] = TypeAdapter(MovementFacts)


def decision_to_json(decision: Plan | Blocked) -> Json:
    """A decision as it is kept."""
    wrapped = _Planned(plan=decision) if isinstance(decision, Plan) else _BlockedOff(blocked=decision)
    return _DECISION.dump_python(wrapped, mode="json")


def decision_from_json(kept: Json) -> Plan | Blocked:
    """The decision that was kept."""
    wrapped = _DECISION.validate_python(kept)
    return wrapped.plan if isinstance(wrapped, _Planned) else wrapped.blocked


def command_to_json(command: AnyCommand) -> Json:
    """A command as it is kept with its effect."""
    return _COMMAND.dump_python(command, mode="json")


def command_from_json(kept: Json) -> AnyCommand:
    """The command that was kept."""
    return _COMMAND.validate_python(kept)


def facts_to_json(facts: ReturnFacts) -> Json:
    """Facts as they are kept beside the decision made on them."""
    return _FACTS.dump_python(facts, mode="json")


def facts_from_json(kept: Json) -> ReturnFacts:
    """The facts that were kept."""
    return _FACTS.validate_python(kept)


def order_facts_to_json(facts: OrderFacts) -> Json:
    """Facts of an order as they are kept beside the decision made on them."""
    return _ORDER_FACTS.dump_python(facts, mode="json")


def order_facts_from_json(kept: Json) -> OrderFacts:
    """The facts of an order that were kept."""
    return _ORDER_FACTS.validate_python(kept)


def movement_facts_to_json(facts: MovementFacts) -> Json:
    """Facts of a stock movement as they are kept beside the decision made on them."""
    return _MOVEMENT_FACTS.dump_python(facts, mode="json")


def movement_facts_from_json(kept: Json) -> MovementFacts:
    """The facts of a stock movement that were kept."""
    return _MOVEMENT_FACTS.validate_python(kept)


def charge_facts_to_json(facts: ChargeFacts) -> Json:
    """Facts of a 3PL's invoice as they are kept beside the decision made on them."""
    return _CHARGE_FACTS.dump_python(facts, mode="json")


def content_hash(content: Json) -> str:
    """One short text for one content, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
