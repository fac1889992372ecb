"""What the stand-in assumes about native returns, exchanges, currencies and payouts."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

_ROOM = "sandbox/shopify"

ASSUMPTIONS: tuple[Assumption, ...] = (
    Assumption(
        name="Processing without a refund",
        behaviour="Units count as processed and leave currentQuantity; no Refund is made; they stay refundable.",
        reason="financialTransfer may be left out; what that leaves on the order is not described.",
        correct_in=f"{_ROOM}/return_desk.py ReturnDesk._apply",
    ),
    Assumption(
        name="An issued refund of nought",
        behaviour="issueRefund without transactions makes a Refund with lines and no money.",
        reason="An even exchange is known to refund nothing; whether a record is made is not described.",
        correct_in=f"{_ROOM}/return_desk.py _refund_of",
    ),
    Assumption(
        name="Netting of exchange lines and fees",
        behaviour="New lines and fees processed so far are paid by goods processed so far, oldest debt first; the "
        "part that they pay shows as no order adjustment. A fee is not part of totalPriceSet.",
        reason="Totals net of exchange lines are seen in a shipped connector's issues; adjustments are not mentioned.",
        correct_in=f"{_ROOM}/returning.py outcome",
    ),
    Assumption(
        name="Fees of partly processed returns",
        behaviour="Restocking fees fall due with the units, the shipping fee with the first processing.",
        reason="Only the whole amounts are published.",
        correct_in=f"{_ROOM}/returning.py _fees",
    ),
    Assumption(
        name="Processing of units refunded before",
        behaviour="They are processed and carry no value; a refund asked for leaves them out.",
        reason="refundCreate is said to have side effects on returns, which are not spelled out.",
        correct_in=f"{_ROOM}/returning.py _units",
    ),
    Assumption(
        name="Plain refunds of units in a return",
        behaviour="A refund tied to a return counts its units as processed; refundCreate by a client is tied to none.",
        reason="As above; RefundInput has no return.",
        correct_in=f"{_ROOM}/refunding.py _note_on_return",
    ),
    Assumption(
        name="Closing of returns",
        behaviour="A processed return stays open until it is closed, unless close_processed_returns is set.",
        reason="The documents describe returnClose and do not say whether Shopify closes by itself.",
        correct_in=f"{_ROOM}/shop.py ShopSettings",
    ),
    Assumption(
        name="Work that forbids cancelling",
        behaviour="A disposition, a processing or a refund of any unit.",
        reason="'Before any work has been done on the return (such as an inspection or refund)'.",
        correct_in=f"{_ROOM}/return_desk.py has_work",
    ),
    Assumption(
        name="Codes of refused returns",
        behaviour="INVALID_STATE for the wrong status, INVALID for quantities and refused refunds, NOT_FOUND for ids.",
        reason="The enumeration is published, not which refusal bears which code.",
        correct_in=f"{_ROOM}/returning.py",
    ),
    Assumption(
        name="Aggregate return status",
        behaviour="Open returns come first (INSPECTION_COMPLETE once all their units are disposed of), then requested, "
        "then closed ones as RETURNED.",
        reason="Only the meaning of each word is published.",
        correct_in=f"{_ROOM}/views.py return_status",
    ),
    Assumption(
        name="Agreements of a processing",
        behaviour="One ReturnAgreement without sales when the return is made, one per processing with goods, new "
        "lines and fees; the RefundAgreement then has no product sales.",
        reason="Returns count when processed since 2025-07; the split of the sales is not described.",
        correct_in=f"{_ROOM}/agreement_views.py",
    ),
    Assumption(
        name="Exchanges at the till",
        behaviour="New lines by an OrderEditAgreement, goods by a closed return, a refund net of the new lines, all "
        "by the app Point of Sale; a dearer choice is paid by a second SALE. on_return puts the lines on the return.",
        reason="A forum text says that lines, returns and refunds are added to the original order, not how.",
        correct_in=f"{_ROOM}/till.py exchange_at_till",
    ),
    Assumption(
        name="Exchange prices through the API",
        behaviour="A returnCreate's exchange line costs the variant's price, taxed at the order's first line's rate.",
        reason="ExchangeLineItemInput has no price; the tax of the new line is not described.",
        correct_in=f"{_ROOM}/return_mutations.py _wanted_exchange",
    ),
    Assumption(
        name="Address of exchange orders",
        behaviour="An order tagged exchange or from a draft goes to the customer's last address when it has none.",
        reason="Draft orders default to the customer's address in the admin.",
        correct_in=f"{_ROOM}/loading.py _address_of",
    ),
    Assumption(
        name="Bodies of new webhooks",
        behaviour="process, close, reopen and cancel carry ids and status; dispose, update and edit what changed.",
        reason="Bodies are known to be thin; samples for 2026-07 are not published.",
        correct_in=f"{_ROOM}/return_bodies.py",
    ),
    Assumption(
        name="Presentment figures",
        behaviour="Each figure is the shop's amount times one rate of the order, rounded half up by itself.",
        reason="Rounding differs between the figures of one order at real shops; the rule is not published.",
        correct_in=f"{_ROOM}/figures.py Currencies",
    ),
    Assumption(
        name="Cash rounding",
        behaviour="amountRoundingSet is beside the amount, which stays unrounded.",
        reason="The schema says 'the rounding adjustment applied on the cash amount', not whether it is inside.",
        correct_in=f"{_ROOM}/refund_views.py transaction_view",
    ),
    Assumption(
        name="Fees of Shopify Payments",
        behaviour="1.5 % and 20p of a charge; a refund gives no fee back.",
        reason="Rates depend on the plan; the sign of refund fees in UK payouts is to be seen on a live account.",
        correct_in=f"{_ROOM}/payments.py fee_of",
    ),
    Assumption(
        name="Rows before their payout",
        behaviour="associatedPayout has no id and the status PENDING.",
        reason="Both fields may be null; PENDING is among the words.",
        correct_in=f"{_ROOM}/payment_views.py row_view",
    ),
    Assumption(
        name="Summary of a payout",
        behaviour="Whatever is neither charge nor refund is an adjustment; fees are gross less net.",
        reason="The identity net = gross less fees holds for the official sample's payout, not for each row.",
        correct_in=f"{_ROOM}/payments.py Payout.summed",
    ),
    Assumption(
        name="Failed payouts and refunds",
        behaviour="Rows keep a failed payout; a refund that fails makes no row.",
        reason="REFUND_FAILURE and TRANSFER_FAILURE rows exist; when they are made is not described.",
        correct_in=f"{_ROOM}/payments.py Payments",
    ),
)
