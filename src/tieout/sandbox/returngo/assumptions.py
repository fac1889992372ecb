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
        behaviour="The draft becomes an order named #EX and the RMA's number, of price nought by a line discount.",
        reason="At a real shop it takes the next order number; how an even exchange is priced is not documented.",
        correct_in=f"{_ROOM}/portal.py release_exchange",
    ),
    Assumption(
        name="Validated through the API triggers",
        behaviour="A shipment set to Validated by the API sets off an auto-refund on validation.",
        reason="Whether it does is the first question to ask ReturnGO.",
        correct_in=f"{_ROOM}/portal.py move_shipment",
    ),
    Assumption(
        name="Standing down",
        behaviour="No auto-refund once anybody but ReturnGO refunded the order after the RMA was raised.",
        reason="Documented in substance; how a refund is matched to an RMA is not.",
        correct_in=f"{_ROOM}/payouts.py _refunded_elsewhere",
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
)
