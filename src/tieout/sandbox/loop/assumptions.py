"""What this stand-in does that Loop's documents do not settle."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

_ROOM = "sandbox/loop"

ASSUMPTIONS: tuple[Assumption, ...] = (
    Assumption(
        name="Tax in prices",
        behaviour=(
            "Price and discount are without the tax inside them, so that price - discount + tax is the refund "
            'of a line; "prices": "shop" shows them with it.'
        ),
        reason=(
            "Documented as excluding taxes and seen so where tax is added on top; an example with tax inside "
            "prices was not found."
        ),
        correct_in=f"{_ROOM}/amounts.py Worth.shown",
    ),
    Assumption(
        name="One line item for each unit",
        behaviour="A quantity of three is three line items with one provider_line_item_id.",
        reason="No field holds a quantity, and a client counts line_item_id for it; not stated.",
        correct_in=f"{_ROOM}/raising.py",
    ),
    Assumption(
        name="When a line item was returned",
        behaviour="returned_at is the moment the return was raised, not of its receipt.",
        reason="Seen in one real payload whose label was not used yet.",
        correct_in=f"{_ROOM}/raising.py _unit",
    ),
    Assumption(
        name="Outcome of a line item",
        behaviour=(
            "default where all line items share the return's outcome, else the outcome itself; outcomes of a "
            "return are joined by a plus sign."
        ),
        reason="default is seen for a refund, the plus sign in a client's code; the rest is not documented.",
        correct_in=f"{_ROOM}/views.py _line, books.py outcome",
    ),
    Assumption(
        name="Who gets what",
        behaviour=(
            "What an exchange leaves over is refunded; the fee comes off the refund, then off the credit, never"
            " below nought."
        ),
        reason="The totals are documented one by one, their relation is not.",
        correct_in=f"{_ROOM}/amounts.py split",
    ),
    Assumption(
        name="The total",
        behaviour="total is refund plus gift_card; the credit totals are what the exchange uses up.",
        reason="Fits the published examples; not stated.",
        correct_in=f"{_ROOM}/views.py _money",
    ),
    Assumption(
        name="Store credit and gift card",
        behaviour=(
            "Both issue one gift card at processing, seen as a time in outcomes_processed_at; nothing happens "
            "to the order but a tag, and gift_card_order_name stays null."
        ),
        reason="How the shop is told is not documented.",
        correct_in=f"{_ROOM}/outcomes.py fulfil",
    ),
    Assumption(
        name="Refunds in the shop",
        behaviour=(
            "One refund by the app Loop Returns & Exchanges, of the units to be refunded, with the return's "
            "number in the note."
        ),
        reason="The app's title is its name in Shopify's shop of apps; the form of the refund is not documented.",
        correct_in=f"{_ROOM}/outcomes.py _refund_in_shop",
    ),
    Assumption(
        name="No return in the shop",
        behaviour="Loop makes no native return there.",
        reason="With native exchanges it does; how, is not documented.",
        correct_in=f"{_ROOM}/outcomes.py",
    ),
    Assumption(
        name="Exchange orders",
        behaviour=(
            "EXC- and the order's number, a further one with -2; tagged with the number, paid by a discount; "
            "the tax is on the rest only."
        ),
        reason="Prefix, tag and discount are documented; numbering and tax are not.",
        correct_in=f"{_ROOM}/outcomes.py _exchange",
    ),
    Assumption(
        name="Details of processing",
        behaviour="A JSON body of process becomes the note of the exchange order.",
        reason="Documented as additional details, which the shop's stand-in does not have.",
        correct_in=f"{_ROOM}/outcomes.py _exchange",
    ),
    Assumption(
        name="Processing twice",
        behaviour="A return that is queued is not queued again, and the answer is the same.",
        reason="Not documented.",
        correct_in=f"{_ROOM}/portal.py queue",
    ),
    Assumption(
        name="A failed processing",
        behaviour=(
            "The state stays as it is (or becomes review, by setting); a refund that the shop refuses leads to "
            "review. source is api, admin or null."
        ),
        reason="That it stays open or under review is documented, when which is not.",
        correct_in=f"{_ROOM}/portal.py _fail",
    ),
    Assumption(
        name="A flagged return",
        behaviour=(
            "It is under review and refused with UNPROCESSABLE_FLAGGED_RETURN; other reviews are refused with a"
            " bare message."
        ),
        reason="Both forms are documented, without saying which comes when.",
        correct_in=f"{_ROOM}/refusing.py to_process",
    ),
    Assumption(
        name="Success",
        behaviour="The answer to an action is the JSON value true.",
        reason="Documented as a text, with true as its example.",
        correct_in=f"{_ROOM}/api.py _act",
    ),
    Assumption(
        name="Not found",
        behaviour="404 with an errors object and NOT_FOUND.",
        reason="The code is documented, its form is not.",
        correct_in=f"{_ROOM}/api.py _refusal",
    ),
    Assumption(
        name="Missing scope",
        behaviour="401, as for an unknown key.",
        reason="Stated in a transcription of the documents, not by Loop itself.",
        correct_in=f"{_ROOM}/api.py _guarded",
    ),
    Assumption(
        name="The minute of the quota",
        behaviour="It begins with a key's first call; a 429 has no Retry-After.",
        reason="300 a minute for each key is documented, the accounting is not.",
        correct_in=f"{_ROOM}/api.py Quota",
    ),
    Assumption(
        name="Ranges of the list",
        behaviour=(
            "More than 120 days is refused with 422; without from, the last 24 hours; without state, open, "
            "closed and expired."
        ),
        reason="The limit is documented without its answer; the defaults are known from clients.",
        correct_in=f"{_ROOM}/listing.py window, wanted_by",
    ),
    Assumption(
        name="Order of the list",
        behaviour=(
            "Newest first; the cursor holds the start of the range, which the link to the next page leaves out."
        ),
        reason="The link is documented so in an example; the order is not.",
        correct_in=f"{_ROOM}/listing.py page_of",
    ),
    Assumption(
        name="Several returns of one order",
        behaviour="The details by order are those of the latest return; order_id may be Loop's or the shop's.",
        reason="Documented for one return.",
        correct_in=f"{_ROOM}/api.py _details",
    ),
    Assumption(
        name="Types and moments",
        behaviour=(
            "Ids are text in list and webhook, numbers in the details; moments end in .000Z in list and "
            "details, in +00:00 in the webhook."
        ),
        reason="Put together from examples of several ages.",
        correct_in=f"{_ROOM}/views.py",
    ),
    Assumption(
        name="Range of the shipping notice",
        behaviour="By the last change of the return.",
        reason="Documented as tracking statuses and timeframe.",
        correct_in=f"{_ROOM}/api.py _notice",
    ),
    Assumption(
        name="Empty payloads",
        behaviour="An unrelated trigger sends [].",
        reason="Documented as empty.",
        correct_in=f"{_ROOM}/announcing.py _body",
    ),
    Assumption(
        name="Topics of label triggers",
        behaviour=(
            "A label trigger sends the return to topic return; a change of a label triggers return.updated too."
        ),
        reason="Seen in a client's notes.",
        correct_in=f"{_ROOM}/announcing.py _body, portal.py move_label",
    ),
    Assumption(
        name="Bodies of label and restock",
        behaviour="label_status, label_updated_at and shipment_id; return_id, line_item_id and sku.",
        reason="The names of these fields were not found.",
        correct_in=f"{_ROOM}/announcing.py",
    ),
    Assumption(
        name="Bytes of a webhook",
        behaviour="The body goes out with slashes escaped and no newlines, and these bytes are signed.",
        reason="Documented as a warning to whoever serialises anew.",
        correct_in=f"{_ROOM}/announcing.py encoded",
    ),
    Assumption(
        name="Retries",
        behaviour="Three further tries; a subscription is not switched off by failures.",
        reason="Three tries stand in older documents; the newer ones know active and inactive only.",
        correct_in=f"{_ROOM}/system.py",
    ),
    Assumption(
        name="Labels",
        behaviour="One label for a return, bought when it is raised; none when the goods are kept.",
        reason="return_method is documented without its values.",
        correct_in=f"{_ROOM}/portal.py raise_return",
    ),
    Assumption(
        name="Expiry",
        behaviour="28 days after its label was made, if it was never used.",
        reason="28 days are documented, from when is not.",
        correct_in=f"{_ROOM}/portal.py tick",
    ),
)
