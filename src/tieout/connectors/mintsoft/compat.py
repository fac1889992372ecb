"""What no public document of Mintsoft settles, in one place, so that an account's truth is a setting and no patch.

Marks: [doc] Mintsoft's help pages, [code] somebody's working client or wire samples, [assumed] ours. The questions to
ask Mintsoft are listed in README.md of this folder.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tieout.domain.documents.shipping import RequestStatus
from tieout.domain.documents.warehouse_stock import MovementKind

LINE_NAME = "TieoutLine"
"""Name of the pair in OrderItemNameValues that holds Sage's line id: there is no field for it [code]."""

ORDER_NAME = "SageOrder"
CHANNEL_NAME = "ChannelOrder"
"""Names of the pairs in OrderNameValues that people at the warehouse may search by."""

PICKED_AT_NAME = "PickingFinishTime"
"""The pair in OrderNameValues that says when picking ended [code: wire sample]."""

DESPATCHED = frozenset({4, 5, 6})
"""DESPATCHED, INVOICED and INVOICEFAILED: the goods have left in all three [code]."""

CANCELLED = 3
PICKED = 17
PACKED = 20

STATUSES: dict[int, tuple[str, RequestStatus]] = {
    1: ("NEW", RequestStatus.RECEIVED),
    2: ("PRINTED", RequestStatus.PICKING),
    3: ("CANCELLED", RequestStatus.CANCELLED),
    4: ("DESPATCHED", RequestStatus.SHIPPED),
    5: ("INVOICED", RequestStatus.SHIPPED),
    6: ("INVOICEFAILED", RequestStatus.SHIPPED),
    7: ("HOLDING", RequestStatus.HELD),
    8: ("FAILED", RequestStatus.HELD),
    9: ("ONBACKORDER", RequestStatus.HELD),
    10: ("AWAITINGCONFIRMATION", RequestStatus.HELD),
    11: ("AWAITINGDOCUMENTATION", RequestStatus.HELD),
    12: ("AWAITINGPAYMENT", RequestStatus.HELD),
    13: ("QUERYRAISED", RequestStatus.HELD),
    14: ("PACKANDHOLD", RequestStatus.HELD),
    15: ("AWAITINGPICKING", RequestStatus.RECEIVED),
    16: ("PICKINGSTARTED", RequestStatus.PICKING),
    17: ("PICKED", RequestStatus.PICKED),
    18: ("FRAUDRISK", RequestStatus.HELD),
    19: ("PICKINGSKIPPED", RequestStatus.HELD),
    20: ("PACKED", RequestStatus.PACKED),
    21: ("AWAITINGREPLEN", RequestStatus.HELD),
    22: ("PROCESSING", RequestStatus.PICKING),
    23: ("REBINNED", RequestStatus.HELD),
}
"""Numbers and words [code]; what each means for a request is ours. Where in doubt, the cautious reading: a picking
list that is printed (2) or an order in process (22) is begun, and what failed (8) waits for a person."""

FlowKind = MovementKind | Literal["left out"]
LEFT_OUT: Literal["left out"] = "left out"
FLOW_KINDS: dict[str, FlowKind] = {
    "in": "adjustment",
    "stockin": "adjustment",
    "out": "adjustment",
    "stockout": "adjustment",
    "asnstockin": "receipt",
    "scrap": "write_off",
    "scrapreturn": "write_off",
    "scrapoffhand": "write_off",
    "transfer": "transfer",
    "transferlocation": "transfer",
    "quarantine": "quarantine",
    "unquarantine": "release",
    "allocate": LEFT_OUT,
    "unallocate": LEFT_OUT,
    "despatch": LEFT_OUT,
    "backorder": LEFT_OUT,
    "unbackorder": LEFT_OUT,
    "onorder": LEFT_OUT,
    "unonorder": LEFT_OUT,
    "intransition": LEFT_OUT,
    "unintransition": LEFT_OUT,
    "transitioncomplete": LEFT_OUT,
}
"""The movement actions [doc] and the words of the ledger's filter, small letters only. Which of both `Flow` holds is
not documented; both are read."""

OUTWARD = frozenset({"out", "stockout"})

REASON_KINDS: tuple[tuple[str, MovementKind], ...] = (
    ("unquarantine", "release"),
    ("quarantine", "quarantine"),
    ("scrap", "write_off"),
    ("write off", "write_off"),
    ("written off", "write_off"),
    ("asn", "receipt"),
    ("goods in", "receipt"),
    ("booked in", "receipt"),
    ("return", "return"),
)
"""What a reason says of a plain IN or OUT, the first that it holds as a word [assumed]."""


class Compat(BaseModel):
    """Assumptions about one account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    search_names: tuple[str, ...] = Field(
        default=("OrderNumber", "ExternalOrderReference"),
        min_length=1,
        description="Query names that orders are searched by, until one finds our reference. That OrderNumber finds "
        "either field is a client's experience; the second name is a guess.",
    )
    since_name: str = Field(
        default="SinceLastUpdated", description="Query name of the moment after which orders changed."
    )
    oldest_first_name: str = Field(
        default="",
        description="Query name of the flag that sorts the order list oldest first (added March 2026, its name is not "
        "known here); empty to leave it out.",
    )
    stops_on_short_page: bool = Field(
        default=True,
        description="Whether a page with fewer rows than asked for is the last; false asks on until one is empty.",
    )
    statuses: dict[int, RequestStatus] = Field(
        default_factory=dict,
        description="What an order status means, by its number, where it is not as in the standard list: for "
        "instance 14 = packed.",
    )
    despatched_statuses: frozenset[int] = Field(
        default=DESPATCHED, description="Numbers of the order statuses under which the goods have left."
    )
    repeated_hour: Literal["first", "second"] = Field(
        default="first",
        description="Which of the two a time in the hour that the clocks repeat is taken for.",
    )
    overlap_minutes: int = Field(
        default=10,
        ge=0,
        description="How far behind the last reading each list is read again, for rows that show up late.",
    )
    asks_splits: Literal["always", "numbered"] = Field(
        default="always",
        description="Whether the parts of an order are looked for always, or only where NumberOfParts is above 1.",
    )
    leaves_back_orders: bool = Field(
        default=True,
        description="Whether units of a line that are on back order (OnBackOrder) stay behind when its order is "
        "despatched; false where the figure is history by then.",
    )
    country_sent_as: Literal["id", "code", "name"] = Field(
        default="id", description="How the country is sent: CountryId of the reference list, or its Code or Name."
    )
    country_aliases: dict[str, str] = Field(
        default={"UK": "GB", "GREAT BRITAIN": "GB", "ENGLAND": "GB", "SCOTLAND": "GB", "WALES": "GB"},
        description="Country words in capital letters that the reference list may not hold, and their codes.",
    )
    instructions_field: str = Field(
        default="Comments", description="Field of an order that the picker reads: Comments or DeliveryNotes."
    )
    required_field: str = Field(
        default="RequiredDeliveryDate",
        description="Field that takes the day the goods are wanted: RequiredDeliveryDate or RequiredDespatchDate.",
    )
    on_hand_field: Literal["level", "totalstocklevel"] = Field(
        default="level",
        description="Field of a stock level that is on hand: the help page says Level; how the buckets add up is "
        "not stated.",
    )
    quarantine_words: tuple[str, ...] = Field(
        default=("quarantine",), description="Types of a stock breakdown that hold one of these words are quarantine."
    )
    on_hand_holds_quarantine: bool = Field(
        default=False, description="Whether the on-hand figure includes quarantine, which is then taken off."
    )
    allocated_words: tuple[str, ...] = Field(
        default=("allocated",), description="Types of a stock breakdown that hold one of these words are allocated."
    )
    flow_types: str = Field(default="ALL", description="Types of stock flow asked for, joined by semicolons.")
    flow_rows_cut: int = Field(
        default=100,
        ge=2,
        description="A stock flow of exactly so many rows may be cut short: it is asked for again in halves.",
    )
    movement_kinds: dict[str, FlowKind] = Field(
        default_factory=dict,
        description="What a word of Flow is, in small letters without blanks, where it is not as in the standard "
        f"list: adjustment, receipt, write_off, transfer, quarantine, release, return or `{LEFT_OUT}`.",
    )
