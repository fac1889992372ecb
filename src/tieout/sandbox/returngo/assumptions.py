"""What this stand-in does that ReturnGO's documents do not settle."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

_ROOM = "sandbox/returngo"

ASSUMPTIONS: tuple[Assumption, ...] = (
    Assumption(
        name="Body of PUT /rma/{id}/status",
        behaviour='The body is {"status": one of the seven}; the answer is {"rmaId", "status"}.',
        reason="The endpoint is listed without a body.",
        correct_in=f"{_ROOM}/api.py _status",
    ),
    Assumption(
        name="Moves between RMA statuses",
        behaviour="Forward from Pending to Done; Canceled, Rejected and Done can be reopened as Approved.",
        reason="Only the meaning of each status is documented; reopened RMAs are seen in real data.",
        correct_in=f"{_ROOM}/books.py RMA_MOVES",
    ),
    Assumption(
        name="When the RMA is Received or Validated",
        behaviour="When all its live shipments are; lastUpdated does not move then.",
        reason="The link between shipment and RMA status is not documented; the timestamp is seen in real data.",
        correct_in=f"{_ROOM}/portal.py _follow_shipments",
    ),
    Assumption(
        name="Partial receipt",
        behaviour="The units that arrived keep the shipment; those that did not get a new one.",
        reason="Each unit has a shipmentId, but how parts of a parcel are split is not documented.",
        correct_in=f"{_ROOM}/portal.py split",
    ),
    Assumption(
        name="Shipments of a reopened RMA",
        behaviour="A new shipment is made, and a new return in the shop.",
        reason="No status returns to Pending in the documented table.",
        correct_in=f"{_ROOM}/portal.py _revive",
    ),
    Assumption(
        name="Who the customer is",
        behaviour="A shipment's customerAddress holds name and email, where the RMA's customer is known.",
        reason="The object is listed without its fields, and nothing else in the detail names the customer.",
        correct_in=f"{_ROOM}/detail.py _address",
    ),
    Assumption(
        name="The updated filter",
        behaviour="rma_updated_at compares lastUpdated, so that it misses physical receipt.",
        reason="Which column the filter uses is not documented.",
        correct_in=f"{_ROOM}/listing.py rmas_wanted",
    ),
    Assumption(
        name="End of a list",
        behaviour="next_cursor is null on the last page.",
        reason="The last page is not described.",
        correct_in=f"{_ROOM}/listing.py page",
    ),
    Assumption(
        name="Lists of transactions and subscriptions",
        behaviour='They come as {"transactions": [...], "next_cursor"} and {"webhooks": [...]}.',
        reason="Only the fields of their members are visible.",
        correct_in=f"{_ROOM}/api.py _transactions, _webhooks",
    ),
    Assumption(
        name="Webhook bodies",
        behaviour="eventName, rmaId, order_name and the id and status of what changed; three retries, unsigned.",
        reason="The payload schemas, the retry policy and any signature were not found.",
        correct_in=f"{_ROOM}/portal.py announce",
    ),
    Assumption(
        name="Booleans as numbers",
        behaviour="isAutoApprove and isOutOfPolicy are 0 or 1, all other booleans true or false.",
        reason="These two were seen as numbers in real data.",
        correct_in=f"{_ROOM}/detail.py",
    ),
    Assumption(
        name="Released exchange orders",
        behaviour="The draft becomes an order named #EX and the RMA's number, tagged exchange, by the app ReturnGO, "
        "with the source of a completed draft, discounted to what is still to pay.",
        reason="At a real shop it takes the next order number; its tags, its source and how an even exchange is priced "
        "are not documented.",
        correct_in=f"{_ROOM}/storefront.py order_exchange",
    ),
    Assumption(
        name="Validated through the API triggers",
        behaviour="A shipment set to Validated by the API sets off an auto-refund on validation.",
        reason="Whether it does is the first question to ask ReturnGO.",
        correct_in=f"{_ROOM}/portal.py move_shipment",
    ),
    Assumption(
        name="Standing down",
        behaviour="Nothing is paid, by itself or by the button, for units that anybody but ReturnGO refunded after "
        "the RMA was raised; money without lines counts when it covers all the units. A test can force it.",
        reason="Documented in substance; how a refund is matched to units, and what the button does, is not.",
        correct_in=f"{_ROOM}/standing.py refunded_elsewhere",
    ),
    Assumption(
        name="What is counted as a call",
        behaviour="Every call with a good key and shop; the day is the UTC day; a 429 has no Retry-After.",
        reason="2,000 a day is documented, the accounting is not.",
        correct_in=f"{_ROOM}/api.py Quota",
    ),
    Assumption(
        name="Answers to changes",
        behaviour="A comment answers with the rmaId, a shipment with its new state.",
        reason="The answers are not in the sources at hand.",
        correct_in=f"{_ROOM}/api.py _comment, _shipment",
    ),
    Assumption(
        name="Units that are kept",
        behaviour="They are in no parcel and do not hold up the RMA's status; auto-refund pays them at Done (or "
        "at approval).",
        reason="That such RMAs are marked as done instead of received is documented; when they are paid is not.",
        correct_in=f"{_ROOM}/portal.py move",
    ),
    Assumption(
        name="Terms of a resolution",
        behaviour="Payment-method refunds are capped at the order's total, credit at 150 % of the unit; then "
        "fees come off.",
        reason="The caps are documented; whether fees come off before or after them is not.",
        correct_in=f"{_ROOM}/amounts.py worth",
    ),
    Assumption(
        name="Cancellation fee",
        behaviour="It comes off the first payments of the RMA until it is borne; no payment goes below nought.",
        reason="The field is listed; the balance is documented as price and rewards less fees, without an order.",
        correct_in=f"{_ROOM}/payouts.py _transact",
    ),
    Assumption(
        name="Gift cards",
        behaviour="Resolution and transaction type RefundToGiftCard, reference type GiftCardId; made once all "
        "their units are due.",
        reason="One new gift card per RMA is documented; names and the moment are not.",
        correct_in=f"{_ROOM}/payouts.py pay",
    ),
    Assumption(
        name="A failed transaction tried again",
        behaviour="It keeps its id, and its amount unless its fee was borne since; the button makes a new one.",
        reason="Failed transactions were seen; how they are tried again was not.",
        correct_in=f"{_ROOM}/payouts.py retry",
    ),
    Assumption(
        name="Price differences of exchanges",
        behaviour="Settled on release: InvoicePayment of what is missing, else a refund on the first order "
        "without lines; fees count as part of it.",
        reason="That differences are settled first, by invoice or refund, is documented; the shape of the "
        "refund is not.",
        correct_in=f"{_ROOM}/exchanges.py _release",
    ),
    Assumption(
        name="Free exchange price range",
        behaviour="A difference from min to max, both included, is let off; fees are not.",
        reason="The range is documented to suppress small differences; its signs are not.",
        correct_in=f"{_ROOM}/amounts.py difference",
    ),
    Assumption(
        name="Exchange drafts of cancelled RMAs",
        behaviour="Drafts that were not released vanish; a reopened RMA gets a new one.",
        reason="Not described.",
        correct_in=f"{_ROOM}/exchanges.py drop",
    ),
    Assumption(
        name="Units added to an RMA",
        behaviour="They get a parcel, a native return and a draft of their own; lastUpdated moves, the status stays.",
        reason="Reopened RMAs were seen in real data; how units are added to them was not.",
        correct_in=f"{_ROOM}/portal.py add_item",
    ),
    Assumption(
        name="RMAs on exchange orders",
        behaviour="The timeline names the original order; prices are those of the exchange order.",
        reason="The timeline entry was seen in real data; the price basis was not.",
        correct_in=f"{_ROOM}/portal.py raise_rma",
    ),
    Assumption(
        name="Writing a shipment without a new status",
        behaviour="It leaves a timeline entry, sends SHIPMENT_STATUS_UPDATED with the old status and moves no date.",
        reason="About seven such entries for each shipment were seen; whether a webhook follows was not.",
        correct_in=f"{_ROOM}/portal.py touch_shipment",
    ),
    Assumption(
        name="Bodies of getEligiblePolicies and createByPolicy",
        behaviour="Both take order_name and items of shopLineItemId or sku, quantity, returnReason, "
        "resolutionType, policyRuleName, returnMethodType; the RMA starts as Pending, triggered via "
        "API.",
        reason="The workflow and that eligibility is enforced are documented, the bodies are not.",
        correct_in=f"{_ROOM}/api.py _items_asked",
    ),
    Assumption(
        name="Body of POST /shipment-tracker",
        behaviour="It takes trackingNumber and, to tell of news, status; the answer is both. News sends "
        "SHIPMENT_TRACKER_STATUS_UPDATED.",
        reason="The endpoint is listed without a body.",
        correct_in=f"{_ROOM}/api.py _track",
    ),
    Assumption(
        name="Currencies of fees and ranges",
        behaviour="Fees and free exchange price ranges, which come without a currency, are in the shop's.",
        reason="They are documented as bare numbers.",
        correct_in=f"{_ROOM}/detail.py",
    ),
    Assumption(
        name="Processors of transactions",
        behaviour="Shopify for money back to the payment method, ReturnGO for everything else.",
        reason="The filter by processors is listed, its values are not.",
        correct_in=f"{_ROOM}/payouts.py _move",
    ),
    Assumption(
        name="Delayed auto-refunds",
        behaviour="They come due while the RMA is neither cancelled nor rejected, and stand down like any other.",
        reason="A delay of hours or days is documented; what may stop it is not.",
        correct_in=f"{_ROOM}/portal.py refresh",
    ),
)
