"""What this stand-in does that Shopify's documents do not settle."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption
from tieout.sandbox.shopify.assumptions_returns import ASSUMPTIONS as RETURNS
from tieout.sandbox.shopify.assumptions_selling import ASSUMPTIONS as SELLING

_ROOM = "sandbox/shopify"

ASSUMPTIONS: tuple[Assumption, ...] = (
    Assumption(
        name="Missing idempotency key",
        behaviour="A refund or stock adjustment without @idempotent gets a top-level error, code BAD_REQUEST.",
        reason="The changelog says that it fails at run time, not with which body.",
        correct_in=f"{_ROOM}/idempotency.py key_of",
    ),
    Assumption(
        name="Key errors of refundCreate",
        behaviour="The user error has no code; its message begins with the name of the idempotency error.",
        reason="refundCreate returns untyped user errors; their wording is not published.",
        correct_in=f"{_ROOM}/mutations.py _refund",
    ),
    Assumption(
        name="Keys of refused attempts",
        behaviour="A key whose first attempt got user errors answers IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED.",
        reason="The documents say that a failed attempt needs a new key, not whether user errors count.",
        correct_in=f"{_ROOM}/idempotency.py trouble_with",
    ),
    Assumption(
        name="Keys never expire",
        behaviour="A key is remembered as long as the sandbox runs.",
        reason="The retention time is not in the sources at hand.",
        correct_in=f"{_ROOM}/mutations.py Mutations",
    ),
    Assumption(
        name="changeFromQuantity left out",
        behaviour="A change without the field gets a top-level error.",
        reason="It must be given from 2026-04 (null allowed); the error's form is not published.",
        correct_in=f"{_ROOM}/mutations.py _adjust",
    ),
    Assumption(
        name="A unit's share of a line",
        behaviour="Each refunded unit carries the line's value and tax divided by its quantity, rounded half up; "
        "the last unit takes the remainder.",
        reason="Shopify's rounding per unit is not published.",
        correct_in=f"{_ROOM}/books.py share",
    ),
    Assumption(
        name="Sign of a refund discrepancy",
        behaviour="The adjustment is the value of lines and shipping less the money sent back.",
        reason="Most published amounts are negative (money without lines) and some positive (money withheld).",
        correct_in=f"{_ROOM}/refunding.py make",
    ),
    Assumption(
        name="Failed refunds",
        behaviour="The refund stays with a FAILURE transaction; its units count as refunded, its money does not.",
        reason="The record is documented to exist independently of the money; the quantity is not mentioned.",
        correct_in=f"{_ROOM}/refunding.py make",
    ),
    Assumption(
        name="Cost of a query",
        behaviour="A connection costs its nodes times log2 of the page size plus one; all of it is charged.",
        reason="Only the principle is published: objects 1, connections by page size.",
        correct_in=f"{_ROOM}/costs.py cost_of",
    ),
    Assumption(
        name="Size of the bucket",
        behaviour="2,000 points, 100 restored per second; a single query may cost 1,000.",
        reason="100 per second is documented for the standard plan, the rest is from memory.",
        correct_in=f"{_ROOM}/shop.py ShopSettings",
    ),
    Assumption(
        name="Unknown search words",
        behaviour="A search field that is not served is refused with an error.",
        reason="Shopify ignores it with a warning; refusing shows a client's mistake at once.",
        correct_in=f"{_ROOM}/paging.py alternatives",
    ),
    Assumption(
        name="Webhook retries",
        behaviour="Eight retries within about five seconds; the subscription is never deleted.",
        reason="At Shopify they take four hours, and the subscription goes after eight failures.",
        correct_in=f"{_ROOM}/system.py RETRY_WAITS",
    ),
    Assumption(
        name="Pending refunds that arrive",
        behaviour="orders/updated is sent and the order's updatedAt moves; refunds/create is not sent again.",
        reason="refunds/create fires when the record is made; what fires on success is not spelled out.",
        correct_in=f"{_ROOM}/shop.py settle",
    ),
    Assumption(
        name="App of ReturnGO's refunds",
        behaviour="The refund agreement names an app called ReturnGO.",
        reason="The app shown for ReturnGO's refunds is on the list of things to see on a live account.",
        correct_in=f"{_ROOM}/shop.py Shop",
    ),
    *RETURNS,
    *SELLING,
)
