"""Faults found before anything is posted for a return."""

from __future__ import annotations

from tieout.domain.faults.kinds import FaultClass, FaultKind, Owner

_AGAIN = "Reads everything afresh, and books the return if the trouble is gone. Nothing is posted twice."

MALFORMED_PAYLOAD = FaultKind(
    code="MALFORMED_PAYLOAD",
    title="A message or document could not be read",
    means="A system sent something in a form that Tieout cannot read. It is kept exactly as it came.",
    do="Send the text below to whoever runs that system. When it is put right there, choose Try again.",
    owner=Owner.INTEGRATION,
    fault_class=FaultClass.TECHNICAL,
    again=_AGAIN,
)
UNKNOWN_RECORD = FaultKind(
    code="UNKNOWN_RECORD",
    title="The returns portal does not know this RMA",
    means="We were told of an RMA, and the portal has none of that number.",
    do="Check the number at the portal. If the RMA was deleted there, close this case with that reason.",
    owner=Owner.CUSTOMER_EXPERIENCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
UNKNOWN_WORD = FaultKind(
    code="UNKNOWN_WORD",
    title="The portal used a word that has no meaning here yet",
    means="A status or resolution of this RMA is not one that Tieout has been taught, so it will not guess.",
    do="Tell the integrator what the word means at your portal; once it is taught, choose Try again.",
    owner=Owner.INTEGRATION,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
OUTCOME_NOT_COVERED = FaultKind(
    code="OUTCOME_NOT_COVERED",
    title="The customer is to get something that no rule covers",
    means="An item is exchanged, kept, or paid as store credit or gift card, and the value policy has no such row.",
    do="Add the row to the value policy table, or make it a plain refund at the portal, then choose Try again.",
    owner=Owner.CUSTOMER_EXPERIENCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
)
FEE_NOT_COVERED = FaultKind(
    code="FEE_NOT_COVERED",
    title="The portal takes a fee from this return",
    means="A restocking, return or cancellation fee stands on the RMA and no nominal is agreed for it.",
    do="Add its row to the value policy table and choose Try again, or accept that the customer gets the full amount.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
    can_accept=True,
)
CARRIAGE_REFUND = FaultKind(
    code="CARRIAGE_REFUND",
    title="Postage or carriage is to be given back",
    means="The line is postage or carriage, not goods. Nothing comes back to the warehouse for it.",
    do="Decide whether it is refunded, and if so credit it by hand in Sage. Then close this case with its reference.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
)
MANUAL_ADJUSTMENT = FaultKind(
    code="MANUAL_ADJUSTMENT",
    title="A manual line, discount or sample is on the return",
    means="The line is an amount that somebody typed, not goods that were sold and can come back.",
    do="Ask whoever raised it what it is for and post it by hand in Sage. Then close this case with its reference.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
)
NOT_A_RETURN = FaultKind(
    code="NOT_A_RETURN",
    title="This is a ledger matter, not a return",
    means="Bank charges, marketplace fees, commission and bad debt have nothing to do with returned goods.",
    do="Post it where it belongs in Sage, reject the RMA at the portal, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
TEST_PRODUCT = FaultKind(
    code="TEST_PRODUCT",
    title="A test product is on a live return",
    means="The stock code is marked as a test product. Nothing of it may reach the books.",
    do="Reject the RMA at the portal, have the product taken out of the live shop, then choose Try again.",
    owner=Owner.INTEGRATION,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
VOUCHER_RETURNED = FaultKind(
    code="VOUCHER_RETURNED",
    title="A gift voucher is on the return",
    means="A voucher is a liability, not goods; crediting it as a sale would be wrong.",
    do="Cancel the voucher in the shop, post its refund by hand in Sage, then close this case with the reference.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
)
CUSTOMER_UNMAPPED = FaultKind(
    code="CUSTOMER_UNMAPPED",
    title="The customer's account in Sage is not known",
    means="Sage holds no order of this RMA, and its customer has no account in Sage or no mapping to one.",
    do="Add the customer to the customer table, or put the order number on the RMA, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
ORDER_NOT_FOUND = FaultKind(
    code="ORDER_NOT_FOUND",
    title="No order in Sage matches this return",
    means="Neither the order number nor the customer's invoices lead to a sale of these goods.",
    do="Find the sale, put its order number on the RMA at the portal, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
ORDER_AMBIGUOUS = FaultKind(
    code="ORDER_AMBIGUOUS",
    title="Several orders match this return",
    means="More than one invoice could be the sale, and their prices or VAT may differ.",
    do="Ask the customer which order it was, put its number on the RMA at the portal, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
ORDER_CANCELLED = FaultKind(
    code="ORDER_CANCELLED",
    title="The order is cancelled in Sage",
    means="Goods are coming back for an order that Sage says was cancelled.",
    do="Find out whether the goods were sent after all. If so, correct the order in Sage and choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
ORDER_NOT_INVOICED = FaultKind(
    code="ORDER_NOT_INVOICED",
    title="The order has not been invoiced yet",
    means="There is nothing to credit yet: Sage has not invoiced all of the returned line.",
    do="Print and post the order's invoice in Sage, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
LINE_NOT_ON_ORDER = FaultKind(
    code="LINE_NOT_ON_ORDER",
    title="The returned item is not on the order",
    means="The order in Sage has no line with this stock code.",
    do="Check which item came back and which order it was on; correct the RMA, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
QUANTITY_EXCEEDS_DESPATCH = FaultKind(
    code="QUANTITY_EXCEEDS_DESPATCH",
    title="More came back than was sent",
    means="With what was returned before, this return holds more of a line than was despatched.",
    do="Recount the parcel and look at earlier returns of the order; correct the RMA, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
SKU_UNMAPPED = FaultKind(
    code="SKU_UNMAPPED",
    title="Sage has no active stock item for this product",
    means="The product code is unknown in Sage, inactive, or not a stock item, so it cannot be received.",
    do="Create or re-activate the item in Sage, or correct the product code, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
REASON_UNMAPPED = FaultKind(
    code="REASON_UNMAPPED",
    title="The return reason has no mapping",
    means="The portal's reason is not in the reason table, so its nominal and disposition are not known.",
    do="Add the reason to the reason table, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
DISPOSITION_UNMAPPED = FaultKind(
    code="DISPOSITION_UNMAPPED",
    title="Nobody has said where goods of this kind go",
    means="The disposition table has no row for this reason and inspection grade.",
    do="Add the row with its warehouse and bin, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
DISPOSITION_UNSAFE = FaultKind(
    code="DISPOSITION_UNSAFE",
    title="Damaged goods would go to a bin that is for sale",
    means="The disposition table sends a damaged grade to a bin whose stock is offered to customers.",
    do="Point the row at a quarantine bin, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
BIN_UNMAPPED = FaultKind(
    code="BIN_UNMAPPED",
    title="The bin does not exist in Sage",
    means="The disposition names a warehouse or bin that Sage does not have.",
    do="Create the bin in Sage or correct the disposition table, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
RESTOCK_NOT_ATP = FaultKind(
    code="RESTOCK_NOT_ATP",
    title="Good stock would go to a bin that is not for sale",
    means="The goods are fit to sell, but what lies in the bin they are sent to is not offered to customers.",
    do="Point the disposition at a bin that is for sale, or have this bin opened for sale, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
STOREFRONT_LOCATION_UNMAPPED = FaultKind(
    code="STOREFRONT_LOCATION_UNMAPPED",
    title="The warehouse has no storefront location",
    means="The goods are to be offered again, but no location of the web shop is mapped to their warehouse.",
    do="Add the warehouse to the storefront location table, then choose Try again.",
    owner=Owner.OPERATIONS,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
VAT_CODE_MISSING = FaultKind(
    code="VAT_CODE_MISSING",
    title="The invoice's tax code is missing in Sage",
    means="The line was invoiced under a tax code that the company no longer has.",
    do="Restore the tax code in Sage, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
TAX_MISMATCH = FaultKind(
    code="TAX_MISMATCH",
    title="The shop and Sage taxed this line at different rates",
    means="The VAT rate on the storefront's order line is not the rate at which Sage invoiced it.",
    do="Find out which rate was right on the day of sale. Correct it, or accept Sage's rate for this return.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
    can_accept=True,
)
NOMINAL_MISSING = FaultKind(
    code="NOMINAL_MISSING",
    title="The nominal does not exist in Sage",
    means="The mapping row names no nominal account, or one that the company does not have.",
    do="Create the nominal in Sage or correct the row, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
NOMINAL_CLOSED = FaultKind(
    code="NOMINAL_CLOSED",
    title="The nominal takes no postings",
    means="The nominal account is hidden, or is a group or memo account.",
    do="Open the account in Sage or choose another in the row, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
TENDER_UNMAPPED = FaultKind(
    code="TENDER_UNMAPPED",
    title="The way the customer paid has no bank account in Sage",
    means="The refund cannot be posted: the payment gateway is not in the tender table, or its bank is not in Sage.",
    do="Add the gateway to the tender table with its bank code, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
PERIOD_CLOSED = FaultKind(
    code="PERIOD_CLOSED",
    title="The accounting period is closed",
    means="Sage will not take a posting on the day the goods came in. Neither their stock nor their credit is posted.",
    do="Open the period in Sage and choose Try again, or accept that the return is posted on today's date.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
    can_accept=True,
)
DECIMAL_MISMATCH = FaultKind(
    code="DECIMAL_MISMATCH",
    title="The invoice does not add up to the penny",
    means="The order's lines and the posted invoices differ in net or VAT, so no line can be trusted.",
    do="Compare the order with its invoices in Sage and correct it, or credit by hand and close the case.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
CURRENCY_DIFFERS = FaultKind(
    code="CURRENCY_DIFFERS",
    title="The portal, the shop and Sage speak of different currencies",
    means="One credit note has one currency; these figures cannot be compared.",
    do="Find out in which currency the sale was invoiced, credit by hand, then close this case with the reference.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
REFUND_NE_INVOICE = FaultKind(
    code="REFUND_NE_INVOICE",
    title="The refund asked for is not what was invoiced",
    means="The portal would give back another amount than the customer was invoiced for these units.",
    do="Correct the RMA at the portal, or accept that the invoiced amount is credited and refunded.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
    can_accept=True,
)
REFUND_BEFORE_CREDIT = FaultKind(
    code="REFUND_BEFORE_CREDIT",
    title="The money went back before Sage had the credit note",
    means="A refund for this RMA was made although refunds wait for the credit note in this company.",
    do="Find out who released it. Accept it to credit the return and take this refund as the one due.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
    can_accept=True,
)
REFUND_NE_CREDIT = FaultKind(
    code="REFUND_NE_CREDIT",
    title="Another amount was refunded than credited",
    means="The money that went back at the portal is not what Sage's credit notes of this return add up to.",
    do="Give back or ask back the difference, or correct the credit in Sage, then choose Try again.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
UNLINKED_CREDIT = FaultKind(
    code="UNLINKED_CREDIT",
    title="A credit note in Sage belongs to no return",
    means="Somebody credited a customer by hand, around the flow. Tieout cannot tell whether goods came back for it.",
    do="Find out what it is for. If it is for a return, see that nobody credits that again; then close this case.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.DATA,
    again="Nothing: this case is closed by a person with a reason.",
)
REFUND_OUTSIDE_WORKFLOW = FaultKind(
    code="REFUND_OUTSIDE_WORKFLOW",
    title="Somebody refunded this order by hand",
    means="The order carries a refund that belongs to no RMA. Refunding again might pay the customer twice.",
    do="Find out what it was for. Accept it if it has nothing to do with the return; with no return, close the case.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
    can_accept=True,
)
CANCELLED_AFTER_RECEIPT = FaultKind(
    code="CANCELLED_AFTER_RECEIPT",
    title="The RMA was cancelled after the goods came back",
    means="Stock and ledger already hold this return, and the portal has cancelled it.",
    do="Reopen the RMA at the portal, or reverse the return in Sage by hand and close this case.",
    owner=Owner.CUSTOMER_EXPERIENCE,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
CREDIT_ROUTE_CONFLICT = FaultKind(
    code="CREDIT_ROUTE_CONFLICT",
    title="This return was begun the other way of crediting",
    means="Credits go through sales orders or straight to the ledger. That was changed; going on would credit twice.",
    do="Finish or cancel the earlier document in Sage by hand, then close this case with its number.",
    owner=Owner.FINANCE,
    fault_class=FaultClass.POLICY,
    again=_AGAIN,
)
TEXT_TOO_LONG = FaultKind(
    code="TEXT_TOO_LONG",
    title="A text is longer than Sage's field",
    means="Sage refuses a text that is too long; Tieout does not cut it, because what is cut cannot be found again.",
    do="Have the text shortened where it was typed, then choose Try again.",
    owner=Owner.INTEGRATION,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)
POLICY_MISSING = FaultKind(
    code="POLICY_MISSING",
    title="A rule of the house has not been set",
    means="The company's policy table lacks a row that this return needs.",
    do="Set the policy named below, then choose Try again.",
    owner=Owner.INTEGRATION,
    fault_class=FaultClass.DATA,
    again=_AGAIN,
)

KINDS = tuple(value for value in tuple(globals().values()) if isinstance(value, FaultKind))
