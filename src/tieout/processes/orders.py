"""Sales orders: from the moment Sage has cleared one until all that left is read back everywhere."""

from __future__ import annotations

from typing import Final

from tieout.domain.orders.facts import OrderFacts
from tieout.domain.orders.plan import plan_order, stake_of
from tieout.processes.gather_order import complete_order, gather_order, seen_of_order
from tieout.processes.kinds import ORDER
from tieout.processes.record import order_facts_to_json
from tieout.processes.settling import Flow

ORDERS: Final[Flow[OrderFacts]] = Flow(
    kind=ORDER,
    process="orders.settle/1",
    names="Order {}",
    gather=gather_order,
    complete=complete_order,
    decide=plan_order,
    seen=seen_of_order,
    stake=stake_of,
    kept=order_facts_to_json,
    accounts=lambda company: (company.ledger_account,),
    decides_again=True,
)
