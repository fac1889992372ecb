"""Faults of returns beyond a plain refund: values that need a rule, receipts, bundles, exchanges, money gone astray."""

from __future__ import annotations

from tieout.domain.faults.kinds import FaultClass, FaultKind, Owner

_AGAIN = "Reads everything again and plans anew."

ALLOWANCE_NOT_COVERED = FaultKind(
    code="ALLOWANCE_NOT_COVERED",
    title="Money is given back without goods, and no rule covers it",
    means="Goodwill, postage or part of a price is refunded, and the value policy table has no row for that kind.",
    do="Add the row with its nominal, tax code and limit, or take the amount back at its source; then Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
)
VALUE_NOT_APPROVED = FaultKind(
    code="VALUE_NOT_APPROVED",
    title="This kind of refund needs somebody's approval",
    means="The house lets this kind of value go only up to a limit without a person's word, and this is above it.",
    do="Look at the amount and the reason. Accept it with your name and why, or have it changed at its source.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
    can_accept=True,
)
RECEIPT_CONFLICT = FaultKind(
    code="RECEIPT_CONFLICT",
    title="The portal and the warehouse counted differently",
    means="Both have said what came in, and the numbers are not the same, so neither is posted.",
    do="Recount the parcel. Have the wrong one corrected, at the portal or by a new receipt, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
RECEIVED_TOO_MANY = FaultKind(
    code="RECEIVED_TOO_MANY",
    title="More came back than was announced",
    means="What was announced is booked and credited. What came on top of it is in no system yet.",
    do="Have customer service add the units to the RMA at the portal, or send them back. Then close this case.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
RECEIVED_TOO_FEW = FaultKind(
    code="RECEIVED_TOO_FEW",
    title="Less came back than was announced",
    means="What came is booked and credited; the units named below were not in the parcel and are not credited.",
    do="Ask the customer or the carrier. If nothing more will come, reject the units at the portal, then Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
WRONG_ITEM_RECEIVED = FaultKind(
    code="WRONG_ITEM_RECEIVED",
    title="Another item came back than was announced",
    means="The warehouse counted a stock code that is not on the RMA. It is not booked, nothing is credited.",
    do="Put the item aside. Have the RMA corrected at the portal, or send the item back; then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
DAMAGED_ON_OFFER = FaultKind(
    code="DAMAGED_ON_OFFER",
    title="Goods that were put on sale are damaged after all",
    means="They were booked and offered as good; inspection has found damage since. Nothing was moved.",
    do="Move them to quarantine in Sage and take them off sale in the storefront. Then accept it here.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
    can_accept=True,
)
BUNDLE_UNMAPPED = FaultKind(
    code="BUNDLE_UNMAPPED",
    title="The make-up of this bundle is not known",
    means="The product was sold as a bundle, and no readable row says what is in it and how its price is shared.",
    do="Add the bundle with its components and shares as they were on the day of sale, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
EXCHANGE_MISMATCH = FaultKind(
    code="EXCHANGE_MISMATCH",
    title="The exchange order is not what was agreed with the customer",
    means="The storefront's exchange order differs from the RMA in goods, quantity or address; nothing was entered.",
    do="Correct the exchange order in the storefront or the RMA at the portal, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
EXCHANGE_NOT_DESPATCHED = FaultKind(
    code="EXCHANGE_NOT_DESPATCHED",
    title="The goods in exchange have not left",
    means="The customer waits: the exchange order stands in Sage and was not despatched within its time.",
    do="See in Sage what holds the order (stock, hold, allocation) and despatch it, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
EXCHANGE_ON_HOLD = FaultKind(
    code="EXCHANGE_ON_HOLD",
    title="Sage holds the exchange order",
    means="The order was entered and stands on hold, so nobody can allocate or despatch it.",
    do="Release the order in Sage. If an add-on holds orders of no value, set exchanges to full value. Then Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
ZERO_PRICE_REFUSED = FaultKind(
    code="ZERO_PRICE_REFUSED",
    title="Sage refuses lines without a price",
    means="A right or an add-on in this company does not let a line of no value be entered. Its words are below.",
    do="Have it allowed in Sage, or set the value policy `exchange` to `full`, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
)
REFUND_WITHOUT_RECEIPT = FaultKind(
    code="REFUND_WITHOUT_RECEIPT",
    title="The money went back and the goods have not come",
    means="A refund was made for units that nobody has received within the time allowed, and no rule lets them go.",
    do="Ask where the parcel is. If the customer may keep the goods, say so at the portal; then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
)
CREDIT_NOT_REFUNDED = FaultKind(
    code="CREDIT_NOT_REFUNDED",
    title="The credit note stands and the customer has no money",
    means="Sage has credited the return; within the time allowed nobody refunded it, nor issued what was promised.",
    do="See at the portal or in the storefront why the money did not go out, and release it; then Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
ORPHANED_RETURN = FaultKind(
    code="ORPHANED_RETURN",
    title="Refunded and received, and Sage knows nothing of it",
    means="The customer has the money and the goods are here, but their stock movement is missing in Sage.",
    do="Put right what else is named on this case, then choose Try again; the stock follows.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
RECEIVED_NOT_POSTED = FaultKind(
    code="RECEIVED_NOT_POSTED",
    title="The goods have been here for too long without being posted",
    means="The units named below came in and are neither stock nor credit in Sage yet.",
    do="Put right what else is named on this case, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
SYNC_ILLUSION_REFUND = FaultKind(
    code="SYNC_ILLUSION_REFUND",
    title="A credit note that was read back is gone from Sage",
    means="The return looks finished everywhere, and the credit note it rests on is no longer in the sales ledger.",
    do="Find out what happened to it in Sage (a restored backup?). Post it again by hand, then close this case.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)

KINDS = tuple(value for value in tuple(globals().values()) if isinstance(value, FaultKind))
