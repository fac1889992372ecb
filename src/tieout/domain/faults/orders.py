"""Faults of orders that go out to warehouses and of what leaves."""

from __future__ import annotations

from tieout.domain.faults.kinds import FaultClass, FaultKind, Owner

_READS = "Reads the order and the warehouse again, and does what is still missing."


def _fault(
    code: str,
    title: str,
    means: str,
    do: str,
    *,
    owner: Owner = Owner.OPERATIONS,
    can_accept: bool = False,
    fault_class: FaultClass = FaultClass.DATA,
) -> FaultKind:
    return FaultKind(
        code=code,
        title=title,
        means=means,
        do=do,
        owner=owner,
        fault_class=fault_class,
        again=_READS,
        can_accept=can_accept,
    )


WAREHOUSE_ITEM_UNMAPPED = _fault(
    "WAREHOUSE_ITEM_UNMAPPED",
    "The warehouse's code of a stock item is not known",
    "The order has a line that cannot go out, because nobody has said what the warehouse calls it.",
    "Add the stock code under Mappings, Stock codes and units of warehouses: the order then goes out by itself. Or "
    "correct "
    "the order in Sage and choose Try again.",
)
UOM_NON_INTEGER = _fault(
    "UOM_NON_INTEGER",
    "A quantity does not come out even in the other system's unit",
    "Converted by the factor that is agreed, the quantity would be a fraction of a unit, or one that is not exact.",
    "Correct the order's quantity, or the factor under Mappings, then choose Try again. Nothing is ever rounded.",
)
DELIVERY_ADDRESS_INCOMPLETE = _fault(
    "DELIVERY_ADDRESS_INCOMPLETE",
    "The order has no complete delivery address",
    "A warehouse cannot ship without a name, a line of address, a postcode and a country.",
    "Complete the delivery address of the order in Sage, then choose Try again.",
    owner=Owner.CUSTOMER_EXPERIENCE,
)
WAREHOUSE_UNKNOWN = _fault(
    "WAREHOUSE_UNKNOWN",
    "A rule names a warehouse that is not connected",
    "Under Mappings, Who ships from where, stands an account that the settings do not have.",
    "Correct the row, or connect the account, then choose Try again.",
    owner=Owner.INTEGRATION,
    fault_class=FaultClass.TECHNICAL,
)
ORDER_NOT_ACKED = _fault(
    "ORDER_NOT_ACKED",
    "The warehouse has not acknowledged an order",
    "The order was sent, and the warehouse has not said within its time that it has it.",
    "Ask the warehouse whether it has the order under the reference below, then choose Try again. Do not send it "
    "by hand "
    "as well.",
)
REQUEST_REJECTED = _fault(
    "REQUEST_REJECTED",
    "The warehouse does not take an order, or holds it",
    "The warehouse has the order and will not ship it as it is. Its own words are below.",
    "Settle it with the warehouse, then choose Try again. To have a rejected order sent once more, accept it with "
    "a reason.",
    can_accept=True,
)
DESPATCH_LATE = _fault(
    "DESPATCH_LATE",
    "The warehouse has not shipped an order within its time",
    "The order was acknowledged, and nothing or not everything has left.",
    "Ask the warehouse, and tell the customer if need be; then choose Try again.",
)
SHORT_SHIPPED = _fault(
    "SHORT_SHIPPED",
    "The warehouse shipped less than it was asked for",
    "The warehouse has closed the order and some units did not leave. Sage still shows them as to be despatched.",
    "Cancel them on the order in Sage and choose Try again, or accept it with a reason to have them sent again. "
    "Have the "
    "bin counted: they may be lost.",
    can_accept=True,
)
OVER_DESPATCHED = _fault(
    "OVER_DESPATCHED",
    "The warehouse shipped more than was ordered",
    "Sage despatches no more than was ordered, so what left and what Sage can be told differ.",
    "Raise the line in Sage if the customer pays for it, or let the rest be written off by the rules over_despatch and "
    "over_despatch_nominal; then choose Try again.",
    owner=Owner.FINANCE,
)
SUBSTITUTED = _fault(
    "SUBSTITUTED",
    "The warehouse shipped another item than was ordered",
    "Another stock item left than stands on the order. The despatch of one item is never booked for another.",
    "Put the item that was shipped on the order in Sage in place of the other, then choose Try again.",
)
SKU_NOT_ON_ORDER = _fault(
    "SKU_NOT_ON_ORDER",
    "The warehouse shipped a code that is not on the order",
    "A despatch names a code that leads to no line of the order. It may be another spelling of one.",
    "If it is another name of an item of the order, add it under Mappings, Other codes that warehouses send. "
    "If another item left, put it on the order in Sage. Then choose Try again.",
)
PICK_NOT_STOCK_ITEM = _fault(
    "PICK_NOT_STOCK_ITEM",
    "What was picked is not a stock item in Sage",
    "A despatch leads to a line that is text, a charge or an item without stock, so no stock can leave by it.",
    "Put the stock item on the order in Sage in place of the text, then choose Try again.",
)
UNKNOWN_LOCATION = _fault(
    "UNKNOWN_LOCATION",
    "The warehouse names a place that Sage does not know",
    "The site is mapped to no warehouse of Sage, or to one that is not there.",
    "Add or correct it under Mappings, Sites of warehouses in Sage: what waits then goes on by itself. Or choose "
    "Try again "
    "once the warehouse stands in Sage.",
)
LOCATION_DIFFERS = _fault(
    "LOCATION_DIFFERS",
    "Goods left from another warehouse than the order says",
    "The order's line takes its stock from one warehouse of Sage, and the goods left from another.",
    "Change the warehouse of the line in Sage, or correct the mapping of the site, then choose Try again.",
)
WAITING_FOR_STATUS = _fault(
    "WAITING_FOR_STATUS",
    "A despatch waits for the order in Sage",
    "Goods have left, and the order in Sage is not in a state in which it can be despatched: on hold, cancelled or "
    "complete.",
    "Release the order in Sage, or settle with its owner what becomes of it; then choose Try again.",
)
SHIPPED_NOT_DESPATCHED_IN_SAGE = _fault(
    "SHIPPED_NOT_DESPATCHED_IN_SAGE",
    "Shipped, and still open in Sage",
    "Goods have left the warehouse and Sage has not been told within its time, for the reason that stands beside it.",
    "Settle the reason, then choose Try again. Before the period ends there must be none of these.",
)
DESPATCHED_BY_HAND = _fault(
    "DESPATCHED_BY_HAND",
    "Sage shows a despatch that Tieout did not make",
    "Of this order more is despatched in Sage than Tieout has told it, and what the warehouse despatched would "
    "exceed the "
    "order.",
    "If somebody entered this despatch in Sage by hand, accept it with a reason. If not, reverse the despatch in "
    "Sage and choose Try again.",
    can_accept=True,
)
SHIPMENT_CHANGED = _fault(
    "SHIPMENT_CHANGED",
    "The warehouse tells a despatch otherwise than before",
    "The warehouse says by now that other quantities left than it had said when Sage was told. A despatch that stands "
    "in Sage is never edited.",
    "Ask the warehouse what left. Correct the despatch in Sage by hand if it is wrong, then accept this with a reason.",
    owner=Owner.FINANCE,
    can_accept=True,
)
CANCEL_TOO_LATE = _fault(
    "CANCEL_TOO_LATE",
    "Cancelled or changed in Sage, too late for the warehouse",
    "The order was cancelled or made smaller in Sage after it went out, and the warehouse will not stop it any more.",
    "Tell the customer, and expect the goods back: what leaves is booked all the same. Choose Try again to ask "
    "once more.",
    owner=Owner.CUSTOMER_EXPERIENCE,
)
CARRIER_UNMAPPED = _fault(
    "CARRIER_UNMAPPED",
    "A carrier's name is not known",
    "The despatch went through without a courier, so that finance is not held up; the customer may lack a link.",
    "Add the carrier under Mappings, Carriers: the exception then closes by itself. Or choose Try again.",
)
TRACKING_MISSING = _fault(
    "TRACKING_MISSING",
    "A despatch has no tracking number",
    "Goods have left, and the warehouse has given no tracking number within its time.",
    "Ask the warehouse for it, then choose Try again. The storefront is told of the despatch without one. If there "
    "will be none, accept it with a reason.",
    owner=Owner.CUSTOMER_EXPERIENCE,
    can_accept=True,
)
SERIAL_MISSING = _fault(
    "SERIAL_MISSING",
    "Serial or batch numbers are missing or do not add up",
    "Sage keeps the item by number, and the warehouse gave none, twice the same, or another count than units.",
    "Have the warehouse send the despatch again with its numbers, then choose Try again.",
)
DESPATCH_PERIOD_CLOSED = _fault(
    "DESPATCH_PERIOD_CLOSED",
    "The day of a despatch is in a closed period",
    "Goods left on a day whose stock period is closed in Sage.",
    "Open the period, or set the rule despatch_date to today, then choose Try again.",
    owner=Owner.FINANCE,
)
ORPHANED_SHIPMENT = _fault(
    "ORPHANED_SHIPMENT",
    "The warehouse shipped something that no order explains",
    "A warehouse's despatch names a reference that leads to no order of ours. Its stock has left and Sage knows "
    "nothing of it.",
    "Find out from the warehouse what it was. Enter it in Sage, or have it corrected, and close this case with the "
    "number.",
)

KINDS = tuple(value for value in tuple(globals().values()) if isinstance(value, FaultKind))
