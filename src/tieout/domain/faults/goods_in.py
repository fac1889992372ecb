"""Faults of goods that come in through a warehouse's door."""

from __future__ import annotations

from tieout.domain.faults.kinds import FaultClass, FaultKind, Owner

UNANNOUNCED_GOODS = FaultKind(
    code="UNANNOUNCED_GOODS",
    title="Goods came in that no RMA announces",
    means="A warehouse told of goods without an RMA, and their order or label does not lead to exactly one. "
    "They are in the building and in no book: nothing is credited and no stock is raised.",
    do="Find out whose they are by the order, the label and the goods. Have customer service raise an RMA at the "
    "returns portal, then have the warehouse tell the same receipt again with the number of the RMA: the case closes "
    "by itself. Where the goods go back or belong to nobody, close this case with that reason.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again="There is nothing to try again: the case closes by itself when the same receipt is told with an RMA, or "
    "when an RMA for its order comes to be known and is the only one.",
)

KINDS = tuple(value for value in tuple(globals().values()) if isinstance(value, FaultKind))
