"""What this stand-in does about sending, selling and setting stock that Shopify's documents do not settle."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

_ROOM = "sandbox/shopify"

ASSUMPTIONS: tuple[Assumption, ...] = (
    Assumption(
        name="One fulfilment order",
        behaviour="An order has one, at one location, with all its lines; lines that join later are added to it.",
        reason="Shopify makes one for each location and more for edits; one is enough for telling a despatch.",
        correct_in=f"{_ROOM}/fulfilling.py",
    ),
    Assumption(
        name="Status of a fulfilment order",
        behaviour="OPEN, IN_PROGRESS once something was sent, CLOSED when nothing is left, CANCELLED with its order.",
        reason="The words are documented; when a part that was sent moves it is not.",
        correct_in=f"{_ROOM}/fulfilling.py order_status",
    ),
    Assumption(
        name="Too many units sent",
        behaviour="Invalid fulfillment order line item quantity requested, under the field fulfillment.",
        reason="The sentence is seen in a client's report; the path is not.",
        correct_in=f"{_ROOM}/fulfilling.py check_units",
    ),
    Assumption(
        name="A closed fulfilment order",
        behaviour='"Fulfillment order N has an unfulfillable status= closed."',
        reason="From memory.",
        correct_in=f"{_ROOM}/fulfilling.py check_units",
    ),
    Assumption(
        name="No idempotency of fulfilments",
        behaviour="A fulfilment that is created twice is there twice, as long as units are left; a key is ignored.",
        reason="The mutation is not among those that know the directive.",
        correct_in=f"{_ROOM}/fulfilment_mutations.py",
    ),
    Assumption(
        name="Tracking without an address",
        behaviour="The URL is null, even of a company that Shopify knows.",
        reason="Shopify builds addresses for known companies; their forms were not taken over.",
        correct_in=f"{_ROOM}/fulfilment_mutations.py _tracking",
    ),
    Assumption(
        name="Returns of an order sent in parts",
        behaviour="It can be returned once all is sent, all of it under the first fulfilment.",
        reason="A simplification; Shopify returns each part by itself.",
        correct_in=f"{_ROOM}/queries.py _returnable_view",
    ),
    Assumption(
        name="Metafields of orders",
        behaviour="All of a request or none; a compareDigest of null refuses what stands there, with STALE_OBJECT.",
        reason="compareDigest and its null are documented, the code and the words of the refusal from memory.",
        correct_in=f"{_ROOM}/metafields.py",
    ),
    Assumption(
        name="What is committed",
        behaviour="Units of orders from the checkout and of loaded orders that are not fulfilled, until they are sent "
        "or cancelled with restock; drafts and exchanges commit nothing, and take from what is available when sent.",
        reason="Shopify commits for every open order; the stand-in's older routes did not keep it.",
        correct_in=f"{_ROOM}/fulfilling.py reserve, loading.py _commit",
    ),
    Assumption(
        name="Setting levels",
        behaviour="All quantities are set or none, with an error for each that cannot be; negative ones are refused. "
        "Both available and on hand move the other by the same.",
        reason="That it fails as a whole is from the wording; the rest follows from on hand being the sum of states.",
        correct_in=f"{_ROOM}/stock_mutations.py",
    ),
    Assumption(
        name="A level set to what it is",
        behaviour="A group without changes.",
        reason="Not documented.",
        correct_in=f"{_ROOM}/stock_mutations.py _changes",
    ),
)
