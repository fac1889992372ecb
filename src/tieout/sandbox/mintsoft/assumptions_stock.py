"""What is assumed of stock, goods in, returns and products."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

_ROOM = "tieout/sandbox/mintsoft"


def _assumed(name: str, behaviour: str, reason: str, file: str) -> Assumption:
    return Assumption(name=name, behaviour=behaviour, reason=reason, correct_in=f"{_ROOM}/{file}.py")


STOCK_ASSUMPTIONS: tuple[Assumption, ...] = (
    _assumed(
        "The sum of the buckets",
        "StockLevel is all that is not in quarantine; OnHand is StockLevel less Allocated less OffHand (free units of "
        'bulk locations). With "on_hand": "physical" OnHand is StockLevel. OnOrder is expected and not booked, '
        "InTransit what of it was sent and not counted, InTransition what another warehouse sent.",
        "The names are published; that Level is OnHand and TotalStockLevel the stock level is documented, so they "
        "differ; how they add up is not.",
        "stock_views",
    ),
    _assumed(
        "Stock by warehouse",
        "Rows have the fields of an inventory row; LastUpdatedSince may be left out.",
        "Documented as raw and based on inventory; the fields are not published.",
        "api_stock",
    ),
    _assumed(
        "Quantity of a ledger line",
        "A magnitude whose direction is in Flow, but for TRANSFER, which is negative where the units left; "
        '"flow_quantity": "signed" signs all of them.',
        "Flow and Quantity are published, the sign is not.",
        "stock_views",
    ),
    _assumed(
        "Words of the ledger",
        "Reason is the name of the action, and the comment after a hyphen; Despatch, Allocate and UnAllocate carry "
        "OrderId, Return and the order's id a return.",
        "The names of the actions are documented, that Reason holds them is not.",
        "api_stock",
    ),
    _assumed(
        "Quarantine in the ledger",
        "Into it is OUT, out of it is IN; scrapping from it is SCRAP though no level changes. What is received into "
        "it is IN first and OUT after.",
        "Quarantine is documented as outside the total; no flow of its own is in the list of types.",
        "stock",
    ),
    _assumed(
        "Moves within a warehouse",
        "No line of the ledger, only a stock movement.",
        "Documented as two feeds; which one holds them is not.",
        "stock",
    ),
    _assumed(
        "What the filtered ledger leaves out",
        "Lines of orders and of returns unless asked for; newest first; both ends of the time inclusive.",
        "The flags are published, their defaults are not.",
        "api_stock",
    ),
    _assumed(
        "Stock levels updated since",
        "Every product with a movement or a promise since then, also where only its place changed.",
        "Documented as: levels that have changed.",
        "stock",
    ),
    _assumed(
        "Movements by hand",
        "StockIn, StockOut, Quarantine, UnQuarantine, Transfer, Scrap and TransferLocation; the other actions are "
        "refused. The other end is DestinationLocationId and DestinationWarehouseId.",
        "The actions are documented, the fields of the other end were not found.",
        "api_stock",
    ),
    _assumed(
        "Setting OnHand",
        "The difference becomes an IN or OUT line with the reason BulkOnHandStockUpdate; the reply is a list of SKU, "
        "Success and Message.",
        "The call is published, its effect on the ledger is not.",
        "api_stock",
    ),
    _assumed(
        "Statuses of an ASN",
        "NEW, AWAITINGDELIVERY, RECEIVED, AWAITINGPUTAWAY, PARTBOOKED, BOOKEDIN, CANCELLED, numbered from 1.",
        "The list was not found.",
        "goods_in",
    ),
    _assumed(
        "Counting and booking an ASN",
        "Counting never changes stock; no more is booked than was counted, more may be counted than was expected. "
        "BookIn books what is counted and closes the notice, BookInPartial leaves it open.",
        "The two figures and the calls are published, their relation is not.",
        "goods_in",
    ),
    _assumed(
        "Receiving over the API",
        "A list (or one) of ASNItemId and Quantity.",
        "The call is published, its body was not read.",
        "api_goods_in",
    ),
    _assumed(
        "The ASN webhook",
        "The notice with its items, at every booking; ExtraCode4 is one header, Name: value, or the Authorization.",
        "The codes are documented, what is sent is not.",
        "listening",
    ),
    _assumed(
        "Returns",
        "No more than the order sent; units enter stock when they are put away, with the return in the ledger line, "
        "whether the return is confirmed or not.",
        "The calls are published, their effects are not.",
        "goods_in",
    ),
    _assumed(
        "Return reasons",
        "Five reasons, numbered from 1.",
        "Every house has its own.",
        "goods_in",
    ),
    _assumed(
        "Searching products",
        "Any part of SKU or name of any client's product; a barcode of seven characters or fewer may be any part of "
        "one, and the first product that has it is the answer; nothing found is a 404.",
        "Seen by a client's author; the rule behind it is not known.",
        "api_products",
    ),
    _assumed(
        "What is picked first",
        "The batch or serial number that was asked for, and nothing else; otherwise what expires first.",
        "That they may be asked for is documented, the rest is not.",
        "stock",
    ),
)
