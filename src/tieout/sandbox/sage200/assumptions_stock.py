"""What the sandbox does without a source in stock: cost, stocktakes, batch and serial numbers, enumerations."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption

HERE = "tieout/sandbox/sage200/"


def _assumed(name: str, behaviour: str, reason: str, module: str) -> Assumption:
    return Assumption(name=name, behaviour=behaviour, reason=reason, correct_in=HERE + module)


STOCK_ASSUMPTIONS: tuple[Assumption, ...] = (
    _assumed(
        "stock enumerations",
        "Where Sage's own spelling of an enumeration is not public, its value is the user's word (By Bin, Selecting "
        "items, Base, Normal), and its number the place in the list.",
        "The _types resources are documented, most of their values are not.",
        "reading/enumerations_stock.py",
    ),
    _assumed(
        "standard cost",
        "Goods come in at standard cost and the difference is posted to the variance account; a new standard cost "
        "revalues what is in stock against it. One cost is kept per item over all warehouses, as for average cost.",
        "The method is named without its postings.",
        "stock/postings.py",
    ),
    _assumed(
        "actual cost",
        "An item at actual cost keeps the cost of each batch or serial number in each bin; without numbers it is FIFO.",
        "The method is named without its rule.",
        "stock/movements.py",
    ),
    _assumed(
        "cost layers by bin",
        "FIFO is kept bin by bin, and a transfer takes its layers along.",
        "Whether Sage's FIFO is by item, warehouse or bin is not said.",
        "stock/movements.py",
    ),
    _assumed(
        "stock updated at the invoice",
        "With update_stock_on_despatch off, despatched goods stay in stock and allocated in their bin until their "
        "invoice is posted; goods that come back rise at receipt all the same.",
        "The setting is described for despatches only.",
        "orders/goods_out.py",
    ),
    _assumed(
        "levels never negative",
        "No bin goes below nought: can_levels_go_negative is false for every group.",
        "A group may allow it in Professional; what it costs then is not said.",
        "stock/movements.py",
    ),
    _assumed(
        "order of a stocktake",
        "PUT with advance_status leads from Selecting items over Sheets printed, Entering counts and Requires Approval "
        "to Complete; stocktake_enter_values begins the entering, stocktake_approve_complete asks for approval.",
        "The order is inferred from notes on the fields.",
        "stock/stocktakes.py",
    ),
    _assumed(
        "a count is absolute",
        "On completion the stock of a bin becomes the counted figure, whatever has moved since; the movements are In - "
        "Unknown Source and Out - Write Off, with the stocktake's name as reference.",
        "Neither the formula nor the names of these movements are documented.",
        "stock/stocktake_counts.py",
    ),
    _assumed(
        "stocktake below the allocation",
        "A count below what is allocated in a bin is refused on completion unless allow_negative_stocktake is on.",
        "The setting speaks of negative stock levels; free stock is the only level that can fall below nought here.",
        "stock/stocktake_counts.py",
    ),
    _assumed(
        "failed stocktake items",
        "Items of another running stocktake come back in failed_stocktake_items; when all fail, the whole is refused. "
        "Running stocktakes of a warehouse are all of one type.",
        "The collection is named, its use is not described.",
        "stock/stocktakes.py",
    ),
    _assumed(
        "counting more numbered items",
        "A count above the record of a serial item, or of one whose receipts need numbers, is refused.",
        "How the API takes the numbers of such a surplus is not said.",
        "stock/stocktake_counts.py",
    ),
    _assumed(
        "numbers chosen by Sage",
        "Where no batch or serial number is chosen, the first to expire goes first, then the first that came in; "
        "unassigned stock of a traceable item cannot be allocated.",
        "The fulfilment sequence is documented, what the API does without a choice is not.",
        "stock/traceables.py",
    ),
    _assumed(
        "unassigned items",
        "traceable_items_assign_traceable_items lists unassigned stock bin by bin, the bin holding's id standing as "
        "traceable_item_id; split_batch_items gives one bin several numbers.",
        "The schema has no other property by which they could be told apart.",
        "stock/numbering.py",
    ),
    _assumed(
        "traceable history id",
        "The id of a traceable history record is that of the movement, also in product_transactions/{Id}.",
        "The path names the id without saying where it is read.",
        "reading/catalogue_traceables.py",
    ),
    _assumed(
        "numbers of movement types and areas",
        "transaction_type_id, source_area_type_id and the like are places in the lists of the _types resources.",
        "The lists are documented without their numbers.",
        "reading/catalogue_stock.py",
    ),
    _assumed(
        "bins keep their name",
        "PUT on bin_holdings changes priority and spare fields, not the bin's name; a bin or a holding that has ever "
        "moved cannot be deleted.",
        "The verbs are listed without their rules.",
        "stock/holdings.py",
    ),
    _assumed(
        "items with history",
        "The code of an item never changes; its group and tracing not once it has moved; it is deleted only without "
        "movements and documents.",
        "Rules of the desktop that the API is expected to share.",
        "stock/products.py",
    ),
    _assumed(
        "stock that is never unconfirmed",
        "All stock is confirmed and none is reserved or on order.",
        "Purchase orders are outside the sandbox.",
        "reading/catalogue_stock.py",
    ),
)
