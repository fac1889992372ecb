"""What Loop's documents leave open, in one place: correct it here once a live account has answered.

The questions to ask Loop are listed in README.md of this folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta

from tieout.domain.documents.rma import AllowanceKind, FeeKind, Outcome

NAIVE_TIMES = UTC
"""Times without an offset ("2023-08-22 14:08:31" in the detail) are taken for UTC."""

WINDOW = timedelta(days=119)
"""Loop refuses a range over 120 days; a day less leaves open whether both ends are counted."""

STATES_APART = ("cancelled", "review")
"""The list leaves these out unless it is asked for them; whether `state` takes several words is not documented."""

OUTCOMES: Mapping[str, Outcome] = {
    "refund": Outcome.REFUND,
    "store_credit": Outcome.STORE_CREDIT,
    "gift_card": Outcome.GIFT_CARD,
    "gift": Outcome.GIFT_CARD,
    "exchange": Outcome.EXCHANGE,
    "reject": Outcome.REJECT,
    "rejected": Outcome.REJECT,
}
"""Documented: refund, exchange, store_credit, gift_card. The other spellings, and the rejections, are assumed."""

AS_THE_RETURN = frozenset({"", "default"})
"""What a line says when it goes as the whole return does."""

KEPT = frozenset({"keep", "keep_item", "kept", "donate", "donated"})
"""What a line, or the return's method, might say when the customer keeps the goods.

The help centre speaks of "keep item"; how the API writes it is not documented.
"""

GOOD_DISPOSITIONS = frozenset({"back_to_stock"})
OTHER_DISPOSITIONS = frozenset({"resale_hold", "recycle", "donate"})
GOOD_CONDITIONS = frozenset({"grade_a"})
OTHER_CONDITIONS = frozenset({"grade_b", "grade_c", "grade_d", "junk"})
"""Loop's documented words; that only grade A goes back on sale is ours."""

BEYOND_THE_LINES: AllowanceKind = "shipping_refund"
"""Loop's "reimbursements" give postage and duties back; no field of the return names them."""

NOT_THERE = "missing"
NOT_THE_ITEM = "incorrect_item"

HANDLING_FEE: FeeKind = "return_shipping_fee"
"""Loop has one fee, which merchants set for the label; it says nothing of what the fee is for."""

NOTHING_YET = frozenset({"", "n/a"})
"""What stands for a tracking number or carrier that is not there yet."""

DELIVERED = "delivered"

RELEASED_UNDER = "Tieout"
"""Processing takes a body of our own choice, which Loop shows on the exchange order and in the return's timeline."""

RETURN_ID_KEYS: Mapping[str, tuple[str, ...]] = {"return": ("id", "return_id")}
OTHER_RETURN_ID_KEYS = ("return_id",)
"""Where a message names its return: documented for the topics `return` and `return.processing`, else assumed."""

ORDER_ID_KEYS = ("provider_order_id",)


def says_not_found(words: str) -> bool:
    """Whether an error text means that there is no such return; the wording seen is "No return found ..."."""
    return "found" in words.casefold()
