"""What ShipBob's documents leave open, in one place: settle it here, or in an account's settings, when it answers.

The questions to ask ShipBob are listed in README.md of this folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, timedelta
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from tieout.domain.documents.shipping import RequestStatus, Stage
from tieout.domain.documents.warehouse_stock import MovementKind

NAIVE_TIMES: Final = UTC
"""ShipBob documents RFC 3339; a time without an offset is taken for UTC."""

SUPPORT_ENDS: Final[Mapping[str, date]] = {"2026-01": date(2027, 1, 31), "2026-07": date(2027, 7, 31)}
"""Until when a dated version answers (https://developer.shipbob.com/versioning)."""

HISTORY_WINDOW: Final = timedelta(days=90) - timedelta(minutes=5)
"""A longer range of stock events is refused; the minutes are for clocks that differ."""

UNITS: Final = ("EA", "INP", "CS", "PL")
"""Each, inner pack, case and pallet: the codes that an order line may carry."""

WHOLE_MAX: Final = 2_147_483_647
"""Quantities are 32-bit whole numbers in the published contract."""

LINE_TAG: Final = "tieout.line."
"""Tags are kept on an order and never shown to its pickers; this one, with the line's number, keeps Sage's line id."""
FACTOR_TAG: Final = "tieout.stock_units."
"""And this one, how many of Sage's stock units one ordered unit is."""
INSTRUCTIONS_TAG: Final = "tieout.instructions"

DUPLICATE: Final = 422
"""How a reference that is taken is refused; the words are not documented, so the order is looked for."""

SHIPMENT_WORDS: Final[Mapping[str, Literal["waiting", "held", "labelled", "left", "cancelled"]]] = {
    "none": "waiting",
    "processing": "waiting",
    "completed": "left",
    "exception": "held",
    "onhold": "held",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "cleansweeped": "held",
    "labeledcreated": "labelled",
    "labelcreated": "labelled",
    "importreview": "held",
}
"""Shipment statuses, folded. What CleanSweeped means is not documented: it has not left, so it waits for a person."""

DETAIL_STAGES: Final[Mapping[str, Stage]] = {"picked": "picked", "packed": "packed", "labeled": "packed"}
"""Details of a shipment in Processing (https://developer.shipbob.com/2026-07/status-reference.md, 100 to 102)."""

DETAIL_BEGUN: Final = frozenset({"pickinprogress", "pickinprocess"})
"""The help centre speaks of "Pick in Process"; how the API writes it is not documented."""

ORDER_WORDS: Final[Mapping[str, RequestStatus]] = {
    "processing": RequestStatus.RECEIVED,
    "exception": RequestStatus.HELD,
    "importreview": RequestStatus.HELD,
    "onhold": RequestStatus.HELD,
    "partiallyfulfilled": RequestStatus.PART_SHIPPED,
    "fulfilled": RequestStatus.SHIPPED,
    "cancelled": RequestStatus.CANCELLED,
    "canceled": RequestStatus.CANCELLED,
}
"""Order statuses, folded, where no shipment says more."""

KINDS: Final[Mapping[str, MovementKind]] = {
    "inventoryadjusted": "adjustment",
    "inventoryfacilityupdated": "transfer",
    "inventoryreceived": "receipt",
    "receivingstow": "receipt",
    "inventoryrestocked": "return",
    "kittingstow": "adjustment",
    "attributeupdated": "adjustment",
}
"""Event categories, folded; one that is not here is an adjustment where it changes what is on hand."""

SALEABLE: Final = frozenset({"", "available", "active", "sellable", "good", "pickable", "onhand"})
"""Words of `inventory_status` that mean that goods may be sold; no list of them is published."""

MATTERS: Final = ("order.",)
"""Topics of which an order is read again; the rest is stored and left."""


def folded(word: str) -> str:
    """A word without case, blanks and underscores: documents write `On Hold`, the contract `OnHold`."""
    return "".join(letter for letter in word.casefold() if letter.isalnum())


class ShipBobCompat(BaseModel):
    """Answers to what ShipBob does not document, each of which a live account may show to be otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shipped_in: Literal["ordered_unit", "each"] = Field(
        default="ordered_unit",
        description="Unit of the quantities on shipments of lines ordered in packs, cases or pallets.",
    )
    keeps_line_ids: bool = Field(
        default=True, description="Whether the ids of Sage's order lines are kept in the tags of ShipBob's order."
    )
    instructions_as: Literal["tag", "gift_message", "nowhere"] = Field(
        default="tag",
        description="Where an order's instructions go: ShipBob has no field for them. A tag is not shown to pickers; "
        "a gift message is printed for the customer.",
    )
    sends_unit_prices: bool = Field(default=True, description="Whether prices are sent for customs papers.")
    exception_stock: Literal["beside", "in_on_hand", "ignored"] = Field(
        default="beside",
        description="Whether goods in exception are counted in what is on hand, beside it, or are to be left out.",
    )
    left_out_categories: tuple[str, ...] = Field(
        default=("OrderPicked",), description="Categories of stock events that are no movement for Sage."
    )
    sort_order: str = Field(
        default="Oldest", description="The word by which orders are listed oldest first; empty sends none."
    )
    level_lag_seconds: int = Field(
        default=60, ge=0, description="How far stock levels lag behind what happened, in seconds."
    )
    overlap_seconds: int = Field(
        default=300, ge=0, description="How far a list of changed orders reaches back before the last one, in seconds."
    )
