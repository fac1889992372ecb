"""Customers' returns: one RMA from its first event to the last leg read back."""

from __future__ import annotations

from typing import Final

from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.plan import plan_return, stake_of
from tieout.processes.gather_return import gather_return, seen_while_gathering, with_taken
from tieout.processes.kinds import RETURN
from tieout.processes.record import facts_to_json
from tieout.processes.settling import Flow

PROCESS: Final = "returns.settle/1"
KIND: Final = RETURN

RETURNS: Final[Flow[ReturnFacts]] = Flow(
    kind=RETURN,
    process=PROCESS,
    names="Return {}",
    gather=gather_return,
    complete=with_taken,
    decide=plan_return,
    seen=seen_while_gathering,
    stake=stake_of,
    kept=facts_to_json,
    accounts=lambda company: (company.portal_account, company.storefront_account, company.ledger_account),
)
