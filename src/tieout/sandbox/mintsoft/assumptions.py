"""What this stand-in does that no document of Mintsoft's settles; `correct_in` names the file that decides it."""

from __future__ import annotations

from tieout.sandbox.assumption import Assumption
from tieout.sandbox.mintsoft.assumptions_stock import STOCK_ASSUMPTIONS

_ROOM = "tieout/sandbox/mintsoft"


def _assumed(name: str, behaviour: str, reason: str, file: str) -> Assumption:
    return Assumption(name=name, behaviour=behaviour, reason=reason, correct_in=f"{_ROOM}/{file}.py")


ASSUMPTIONS: tuple[Assumption, ...] = (
    _assumed(
        "When an order can be cancelled",
        "Until picking has started: refused when PICKINGSTARTED, PICKED, PACKED, REBINNED, PACKANDHOLD, despatched, "
        "invoiced, locked or cancelled already. PRINTED and AWAITINGPICKING can still be cancelled.",
        "Cancel is documented, its limits are not.",
        "orders",
    ),
    _assumed(
        "A refused cancel",
        "200 with Success false, the order's id and a sentence that names its status.",
        "The form of a refusal is seen in clients; this sentence is not.",
        "orders",
    ),
    _assumed(
        "Numbers of cancelled orders",
        "A cancelled order keeps its number and its external reference; neither can be used again by that client.",
        "Both are documented as checked for each client, without a word on cancelled orders.",
        "orders",
    ),
    _assumed(
        "Upper and lower case",
        "Order numbers, references and SKUs are compared without it; search by order number takes the whole number.",
        "The usual collation of the database behind .NET; not documented.",
        "books",
    ),
    _assumed(
        "A refused order",
        "One result with Success false, OrderId 0 and a Message; nothing is created.",
        "The fields of a result are published, a refused one was not seen.",
        "order_views",
    ),
    _assumed(
        "Which half of a split is new",
        "The units that are named go onto the new order, with their stock; the rest stays. The reply's ID is the new "
        "order. All units at once, nought or too many are refused.",
        "Documented as splitting the given items onto a new order; stock, reply and refusals are not.",
        "orders",
    ),
    _assumed(
        "Numbers of parts",
        "Parts share order number and external reference, and count Part and NumberOfParts on over the whole family; "
        'with "part_numbers": "suffixed" they are called NUMBER/2.',
        "Search answers a list, and the fields exist; not stated.",
        "orders",
    ),
    _assumed(
        "What a part inherits",
        "Name and value pairs of order and items, address and courier; not its listeners.",
        "That listeners are for one order id is documented, the rest is not.",
        "orders",
    ),
    _assumed(
        "Splits of an order",
        "Every split in which the order is one of the two ends; a part of a part names its parent only.",
        "The fields are published, the extent of the list is not.",
        "api_orders",
    ),
    _assumed(
        "One order for several warehouses",
        "Items that name another warehouse become further parts with the same number.",
        "Documented only as: one request can yield several orders.",
        "orders",
    ),
    _assumed(
        "Bundles in orders",
        "A bundle is replaced by its components when the order is created, and they carry its name and value pairs.",
        "Not documented.",
        "orders",
    ),
    _assumed(
        "Items of a single order",
        "GET of one order, search and webhooks have OrderItems null; only the list with IncludeOrderItems fills it.",
        "Null is seen in samples of the list; for the others the stricter form is taken.",
        "order_views",
    ),
    _assumed(
        "Allocated and Commited",
        "Allocated is promised and still here, so nought after despatch; Commited is what was picked.",
        "The names are published, their meaning is not.",
        "order_views",
    ),
    _assumed(
        "Back orders",
        "An order takes what stock there is and is ONBACKORDER for the rest (AWAITINGREPLEN when bulk locations cover "
        "it). Stock that comes in goes to waiting orders, oldest first.",
        "The statuses are published, what leads to them is not.",
        "orders",
    ),
    _assumed(
        "Despatch",
        "An order leaves whole and only when all of it is promised; MarkDespatched counts as picked, and works from "
        "every open status.",
        "That parts are split off is documented, the refusal is not.",
        "floor",
    ),
    _assumed(
        "Short, other and more units",
        "Short units move onto a part on back order, or onto one that is cancelled, or are struck off the item; the "
        "reason stands in Comments. Another product is a new item without name and value pairs; more units raise the "
        "item's quantity.",
        "How the screens record these is not documented for the API.",
        "floor",
    ),
    _assumed(
        "Order of the list",
        "Newest id first, as in the samples; SortOldestFirst turns it round.",
        "The flag is documented, its name was not found.",
        "api_orders",
    ),
    _assumed(
        "Pages",
        "A PageNo below 1 is 1, a Limit above the most, or below 1, is the most.",
        "The most is documented, what lies beyond it is not.",
        "wire",
    ),
    _assumed(
        "Since a moment",
        "Inclusive, compared in the house's local time as it is written; a moment with an offset is converted first. "
        "Anything that is no moment is a 400.",
        "Not documented; the zone is taken to be London.",
        "naive",
    ),
    _assumed(
        "Names of fields",
        "Body and query names are read in any case.",
        "Usual for .NET; not documented.",
        "wire",
    ),
    _assumed(
        "Keys",
        "The key given to the stand-in never expires; keys asked for last 24 hours and stay good when another is "
        "asked for. Wrong user or password is a 401. The key in the query is refused unless the house allows it.",
        "Life and removal are documented, the rest is not.",
        "api",
    ),
    _assumed(
        "Bodies of 400, 401, 404 and 429",
        'An object with Message, as .NET writes it; {"requests_per_minute"} is without limit unless set.',
        "Only the statuses are seen in clients; the limit is not published.",
        "api",
    ),
    _assumed(
        "The split webhook",
        "An object with OriginalOrder and NewOrder, sent to the original's listener.",
        "Documented as JSON about both; its form is not.",
        "listening",
    ),
    _assumed(
        "The cancelled and delivered webhooks",
        "The order as GET gives it.",
        "Documented for despatched only.",
        "listening",
    ),
    _assumed(
        "Tracking events",
        "One for each consignment when it is delivered, status 5, oldest first.",
        "The fields are published, statuses and stages are not.",
        "floor",
    ),
    _assumed(
        "Webhooks again",
        "Anything but a 2xx is tried three more times within seconds.",
        "No policy was found.",
        "system",
    ),
    _assumed(
        "Names that a client cannot resolve",
        "Warehouse by id, code or name; country by id, name or code; courier by id or name, AUTO being the first one. "
        "Sentences of refusals are our own.",
        "That names may be given is documented, how they are matched is not.",
        "reading",
    ),
    *STOCK_ASSUMPTIONS,
)
