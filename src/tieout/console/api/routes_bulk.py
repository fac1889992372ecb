"""One act over many cases: begun, and how far it has come."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from tieout.console.api.calls import Call, need, token_router
from tieout.console.api.given import BulkOrder
from tieout.console.api.problems import Refusal, answers
from tieout.console.api.shapes_desk import BulkShape
from tieout.console.api.values import NeededKey, Number
from tieout.domain.people import Permission
from tieout.processes.desk.bulk import Order, bulk, found_act

router = token_router("cases")
Bulker = Annotated[Call, Depends(need(Permission.DESK_BULK))]


@router.post("/bulk-acts", status_code=202, responses=answers(acts=True))
def begin_bulk_act(call: Bulker, order: BulkOrder, key: NeededKey) -> BulkShape:
    """Do one act to many cases, each on its own; few are done at once, more by a worker."""
    wanted = Order(action=order.action, why=order.why, to=order.to, until=order.until)
    return _shown(call, bulk(call.console.desk, call.actor, wanted, order.cases, key=key))


@router.get("/bulk-acts/{act_id}", responses=answers(finds=True))
def get_bulk_act(call: Bulker, act_id: Number) -> BulkShape:
    """Return how far an act over many cases has come, and what refused it."""
    return _shown(call, act_id)


def _shown(call: Call, act_id: int) -> BulkShape:
    found = found_act(call.console.desk, call.actor, act_id)
    if found is None:
        raise Refusal(404)
    return BulkShape.of(found)
