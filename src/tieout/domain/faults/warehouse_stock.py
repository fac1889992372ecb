"""Faults of stock that warehouses tell of, of files that they send, and of what they charge."""

from __future__ import annotations

from tieout.domain.faults.kinds import FaultClass, FaultKind, Owner

_READS = "Reads it again with today's rules, and books what is still missing."


def _fault(
    code: str,
    title: str,
    means: str,
    do: str,
    *,
    owner: Owner = Owner.OPERATIONS,
    fault_class: FaultClass = FaultClass.DATA,
    can_accept: bool = False,
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


UNKNOWN_STOCK_CODE = _fault(
    "UNKNOWN_STOCK_CODE",
    "The warehouse names a stock code that Sage does not know",
    "The code leads to no stock item. The nearest ones stand below.",
    "Add it under Mappings, Other codes that warehouses send, or open the item in Sage; then choose Try again.",
)
STOCK_REASON_UNMAPPED = _fault(
    "STOCK_REASON_UNMAPPED",
    "Nobody has said what this stock movement becomes in Sage",
    "The warehouse's kind and reason of the movement have no row, so it is not booked.",
    "Add it under Mappings, Stock movements of warehouses: what waits is then booked by itself. Or choose Try again.",
    owner=Owner.FINANCE,
)
MOVEMENT_NOT_APPROVED = _fault(
    "MOVEMENT_NOT_APPROVED",
    "A stock movement needs somebody's word",
    "Its value at cost is above what may be booked without a person, or its value is not known.",
    "Look at what the warehouse says. Accept it with a reason to have it booked, or have the warehouse correct it.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    can_accept=True,
)
MOVEMENT_PERIOD_CLOSED = _fault(
    "MOVEMENT_PERIOD_CLOSED",
    "The day of a stock movement is in a closed period",
    "The warehouse's movement was on a day whose stock period is closed in Sage, so it is not booked.",
    "Open the period in Sage and choose Try again, or accept that it is booked on today's date.",
    owner=Owner.FINANCE,
    can_accept=True,
)
UNAUTHORISED_RESTOCK = _fault(
    "UNAUTHORISED_RESTOCK",
    "The warehouse put returned goods back on sale, and may not",
    "By the rule restock_authority it is the returns in Sage that put goods back on sale.",
    "Find the return that it belongs to. If there is none, accept it with a reason to have it booked.",
    can_accept=True,
)
INVENTORY_DRIFT = _fault(
    "INVENTORY_DRIFT",
    "The warehouse's count and Sage differ",
    "After everything that is under way is taken into account, two counts in a row differ from Sage.",
    "Look at the movements below, have the goods counted, and correct Sage by an adjustment with a reason. A count "
    "that "
    "agrees closes it; or close this case with the reason why the difference may stand.",
)
FEED_LATE = _fault(
    "FEED_LATE",
    "A warehouse has said nothing for too long",
    "Neither a message nor a file has come within the time that was agreed. What it did is not in Sage.",
    "Ask the warehouse whether its feed runs. What is late is taken in as soon as it comes, and this closes by "
    "itself; or "
    "close this case with the reason.",
    owner=Owner.INTEGRATION,
    fault_class=FaultClass.TECHNICAL,
)
FILE_REFUSED = _fault(
    "FILE_REFUSED",
    "A file of a warehouse cannot be used",
    "The whole file, or the rows below, cannot be read. What could be read was taken in.",
    "Have the warehouse send it again as agreed, and close this case. The file is kept.",
    owner=Owner.INTEGRATION,
)
LOCATION_MAP_BROKEN = _fault(
    "LOCATION_MAP_BROKEN",
    "A mapped warehouse or bin is no longer in Sage",
    "It was removed or renamed in Sage. The next booking there would fail.",
    "Correct the mapping of the site, or put the bin back in Sage; then close this case, or wait for the nightly look.",
)
SYNC_ILLUSION_STOCK = _fault(
    "SYNC_ILLUSION_STOCK",
    "Everything runs, and stock agrees less and less",
    "The warehouse's connection is healthy and its work succeeds, yet more stock codes differ than before.",
    "Look at the stock codes that differ most: something is not told to Sage, or told twice. Close this case with "
    "what it was.",
)
OVERSELL_RISK = _fault(
    "OVERSELL_RISK",
    "More may be sold than is there",
    "What is offered for sale is more than what is there, less what is promised, or is worked out from old figures.",
    "Lower what is offered, or have the goods counted. It closes by itself once enough is there; or close this "
    "case with "
    "the reason.",
)
CHARGE_UNMAPPED = _fault(
    "CHARGE_UNMAPPED",
    "A charge of a 3PL has no nominal",
    "The 3PL's word for the charge has no row, so it is not booked.",
    "Add it under Mappings, Charges of 3PLs, then choose Try again.",
    owner=Owner.FINANCE,
)
CHARGE_UNMATCHED = _fault(
    "CHARGE_UNMATCHED",
    "A 3PL charges for something that we do not know",
    "The charge names no despatch of ours, or one that was charged before.",
    "Ask the 3PL for a credit. If it is right all the same, accept it with a reason to have it booked.",
    owner=Owner.FINANCE,
    can_accept=True,
)
CHARGE_PERIOD_CLOSED = _fault(
    "CHARGE_PERIOD_CLOSED",
    "The day of a 3PL's charges is in a closed period",
    "The last charge that can be booked is of a day whose nominal period is closed in Sage, so none is accrued.",
    "Open the period in Sage and choose Try again, or accept that they are accrued on today's date.",
    owner=Owner.FINANCE,
    can_accept=True,
)
DESPATCH_NOT_IN_GL = _fault(
    "DESPATCH_NOT_IN_GL",
    "Goods left, and Sage shows no stock issue for it",
    "Sage has the despatch and its movement log has no issue of the stock, so cost of sales is not booked.",
    "Look at the order's despatch in Sage, and at whether the company reduces stock at despatch or at invoice. "
    "Close this "
    "case with what you found.",
    owner=Owner.FINANCE,
)

KINDS = tuple(value for value in tuple(globals().values()) if isinstance(value, FaultKind))
