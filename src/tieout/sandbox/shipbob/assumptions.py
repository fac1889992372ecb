"""What this stand-in does that ShipBob's documents do not settle."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

_ROOM = "sandbox/shipbob"

ASSUMPTIONS: tuple[Assumption, ...] = (
    Assumption(
        name="Where a reference is single",
        behaviour="reference_id is single within its channel, told by its letters exactly.",
        reason="The documents say unique and immutable, not within what; a second one gets 422 as a client saw it.",
        correct_in=f"{_ROOM}/ordering.py check_order",
    ),
    Assumption(
        name="The channel of a write",
        behaviour="Orders, products, returns and batchCancel are refused without shipbob_channel_id (400) and through "
        "a channel that may not write (403); other cancels and goods in do not ask for it.",
        reason="The contract lists the header for those calls only; what is answered without it is not published.",
        correct_in=f"{_ROOM}/api.py writing_channel",
    ),
    Assumption(
        name="Bodies of 401, 403 and 404",
        behaviour="Empty, but for goods in, returns, products and inventory, where 404 has a problem (RFC 7807).",
        reason="The contract says any type for the former.",
        correct_in=f"{_ROOM}/refusing.py",
    ),
    Assumption(
        name="Versions that have ended",
        behaviour="404 without a body.",
        reason="The documents say when a version ends, not what it then answers.",
        correct_in=f"{_ROOM}/api.py Gate",
    ),
    Assumption(
        name="Units of a shipment",
        behaviour="Orders keep the quantity and unit that were sent; shipments and levels count single units.",
        reason="A shipment's goods have no unit in the contract, and no call tells what a case of a product holds.",
        correct_in=f"{_ROOM}/ordering.py lines_of",
    ),
    Assumption(
        name="A unit that a product has not",
        behaviour="422 for a case of a product without a packing configuration for cases.",
        reason="Not documented; anything else would ship a wrong number.",
        correct_in=f"{_ROOM}/ordering.py check_order",
    ),
    Assumption(
        name="Lines of one product",
        behaviour="A shipment shows one entry for a product, however many lines of the order have it, and no line id.",
        reason="The contract's goods of a shipment have no external_line_id.",
        correct_in=f"{_ROOM}/views.py _products",
    ),
    Assumption(
        name="The choice of a site",
        behaviour="The site asked for; else the first that has all; else each in turn gives what it has, and what "
        "nobody has waits at the first. Without split, all waits at the first.",
        reason="Routing is said to be theirs; splitting depends on the account.",
        correct_in=f"{_ROOM}/network.py _routed",
    ),
    Assumption(
        name="When stock goes down",
        behaviour="On hand and committed fall at the pick (OrderPicked), not when the goods leave.",
        reason="The event's name; the moment is not documented.",
        correct_in=f"{_ROOM}/despatching.py pick",
    ),
    Assumption(
        name="A short pick",
        behaviour="The shipment completes with what was picked; the rest is another shipment of the order, or nothing.",
        reason="The documents know several shipments on an order and say nothing of short picks.",
        correct_in=f"{_ROOM}/despatching.py pick",
    ),
    Assumption(
        name="Substitutes",
        behaviour="The other product stands among the goods of the shipment; nothing names the one that it replaces.",
        reason="The contract has no field for it.",
        correct_in=f"{_ROOM}/despatching.py _part_for",
    ),
    Assumption(
        name="Words and numbers of details and logs",
        behaviour="Labeled, AwaitingCarrierScan, InTransit, Delivered, DeliveryException and OnHold as a client "
        "stores them; Picked, Packed, OutOfStock and all ids are ours. InTransit never comes by itself.",
        reason="The published table was not at hand.",
        correct_in=f"{_ROOM}/views.py LOG_TYPES",
    ),
    Assumption(
        name="Status once the label is printed",
        behaviour='Processing with the detail Labeled; "labelled_status" makes it LabeledCreated.',
        reason="The documents have the one, the contract's list and a client's table the other.",
        correct_in=f"{_ROOM}/despatching.py label",
    ),
    Assumption(
        name="Too late to cancel",
        behaviour="Nothing that was picked is cancelled. An order answers 200 with Failure or PartialSuccess, a "
        "shipment 422; what is cancelled already counts as a success.",
        reason="Not picked, packed or shipped is documented; the wording and the second cancel are not.",
        correct_in=f"{_ROOM}/network.py cancel, api.py OrdersApi._cancel",
    ),
    Assumption(
        name="The action of a cancel",
        behaviour='The word Cancel; "cancel_action_as_number" makes it 6.',
        reason="The contract says the word, a client's author saw a number such as 6.",
        correct_in=f"{_ROOM}/api.py OrdersApi._result",
    ),
    Assumption(
        name="The exception bucket",
        behaviour="Quarantined goods are in total_exception_quantity and not in on hand.",
        reason="Described as damaged, lost or under investigation; whether on hand includes it is not said.",
        correct_in=f"{_ROOM}/stock.py",
    ),
    Assumption(
        name="Fulfillable below nought",
        behaviour="It is on hand less committed, even when that is negative.",
        reason="The rule is documented, its edge is not.",
        correct_in=f"{_ROOM}/stock_views.py",
    ),
    Assumption(
        name="Levels that lag",
        behaviour='They do not, unless "level_lag_seconds" says so.',
        reason="A client's author saw about a minute.",
        correct_in=f"{_ROOM}/stock_views.py Levels._as_of",
    ),
    Assumption(
        name="Which event a receipt is",
        behaviour='ReceivingStow, when it is stowed and not before; "receipt_category" makes it InventoryReceived.',
        reason="Both are listed among the events that change on hand; both for the same goods would count twice.",
        correct_in=f"{_ROOM}/receiving.py stow",
    ),
    Assumption(
        name="Transfers between sites",
        behaviour="One InventoryFacilityUpdated with both sides, found under either site by the same id; or one when "
        "it leaves and one when it arrives.",
        reason="The event has both sides and each side a facility; the way between is not documented.",
        correct_in=f"{_ROOM}/shelf_work.py",
    ),
    Assumption(
        name="Quarantine and release",
        behaviour="AttributeUpdated with both sides, told apart by inventory_status Available and Quarantined.",
        reason="The field is documented, its words are not.",
        correct_in=f"{_ROOM}/stock.py, shelf_work.py",
    ),
    Assumption(
        name="References of an event",
        behaviour="ShipmentId, OrderId, WroId, PurchaseOrderNumber, ReturnId, TransferId, Reason, Reference, User.",
        reason="Keys and values are documented, the keys are not; shipbob_order_id is the order's id.",
        correct_in=f"{_ROOM}/shelf_work.py, despatching.py, receiving.py, returning.py",
    ),
    Assumption(
        name="Pages of the event log",
        behaviour='A hundred events, oldest first; next is the same address with the cursor. "history_page" sets it.',
        reason="The size is not documented.",
        correct_in=f"{_ROOM}/api_stock.py _history",
    ),
    Assumption(
        name="Names in links and headers",
        behaviour="Links count pages by PageToken (returns: Cursor); lists of orders and goods in have the headers "
        "next-page, total-pages and total-count.",
        reason="next-page is seen in a client's notes, the rest is not published.",
        correct_in=f"{_ROOM}/paging.py",
    ),
    Assumption(
        name="Goods in that staff split",
        behaviour="The old order is cancelled; each new one has a share of its units and no purchase order number.",
        reason="A client's author saw a split in six with nothing that leads back.",
        correct_in=f"{_ROOM}/receiving.py split",
    ),
    Assumption(
        name="setExternalSync",
        behaviour="Answers with the list of the receiving orders.",
        reason="The contract names one receiving order for a call that takes several.",
        correct_in=f"{_ROOM}/api_inbound.py _mark",
    ),
    Assumption(
        name="Returned goods",
        behaviour="Restock raises on hand by InventoryRestocked, Quarantine the exception bucket by AttributeUpdated, "
        "Dispose nothing; Default is Restock.",
        reason="InventoryRestocked is documented by its name only.",
        correct_in=f"{_ROOM}/returning.py",
    ),
    Assumption(
        name="What a webhook holds",
        behaviour="The shipment, return or receiving order as the API shows it at that moment; order.delivered the "
        "order. A subscription without a secret gets that of the account.",
        reason="The payloads are not published; they are said to mirror the resource.",
        correct_in=f"{_ROOM}/announcing.py",
    ),
    Assumption(
        name="Padding of signatures",
        behaviour='Signatures end in =; "unpadded_signatures" leaves it away.',
        reason="The documents' sample has none, the reference package writes and wants it.",
        correct_in=f"{_ROOM}/announcing.py",
    ),
    Assumption(
        name="Retries of webhooks",
        behaviour="Seven within about five seconds; the subscription is never disabled.",
        reason="At ShipBob they take more than a day, and the endpoint is disabled after about five.",
        correct_in=f"{_ROOM}/system.py RETRY_WAITS",
    ),
    Assumption(
        name="https",
        behaviour="Plain http is taken for the machine's own addresses.",
        reason="Tests listen there; ShipBob wants https.",
        correct_in=f"{_ROOM}/api_inbound.py subscribed",
    ),
)
