"""What is left open or may change at Shopify, in one place: correct it here once a live store has answered."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

KEY_NAMESPACE = UUID("6a1d7f0e-52b4-5c3e-9d53-8e2b60f1c7aa")
"""Ours, fixed for ever: another namespace would make every earlier idempotency key a new one."""

ADMIN_APPS = frozenset({"shopify admin", "shopify web"})
"""Apps under which a person's refund in the admin shows; how it shows on a live store is unverified."""

TILL_APPS = frozenset({"point of sale", "shopify pos"})
"""Apps under which a till's sales and refunds show; unverified on a live store, as above."""

RETURN_NAME = re.compile(r"(?P<order>.+)-R\d+")
"""How Shopify names returns: the order's name and a running number, as seen in a portal's timelines."""

ADJUST_REASON = "restock"
"""One of the documented reasons of inventory adjustments."""

GATEWAY_JOIN = ", "
"""Between the gateways of an order paid through several: no tender is mapped to such a name by accident."""

KEY_CONCURRENT = re.compile(r"IDEMPOTENCY_CONCURRENT_REQUEST|idempoten.*(concurrent|in progress)", re.IGNORECASE)
KEY_FAILED_BEFORE = re.compile(r"PREVIOUS_ATTEMPT_FAILED|idempoten.*previous attempt", re.IGNORECASE)
KEY_MISMATCH = re.compile(r"PARAMETER_MISMATCH|idempoten.*(mismatch|different)", re.IGNORECASE)
"""refundCreate's errors carry no code: its idempotency faults are told by their wording, which is not documented."""


KEY_GENERATIONS_MAX = 3
"""How many idempotency keys one refund may use up; each is only begun when all before it failed."""


def idempotency_key(command_key: str, generation: int = 1) -> str:
    """The key that Shopify holds the command under: the same command has the same key on every machine."""
    return str(uuid5(KEY_NAMESPACE, command_key if generation == 1 else f"{command_key}/{generation}"))


def reference_uri(command_key: str) -> str:
    """What the inventory history names as the origin of an adjustment."""
    return f"gid://tieout/Availability/{command_key}"


FULFILLABLE = frozenset({"OPEN", "IN_PROGRESS"})
"""Statuses of a fulfilment order whose units can be marked as sent; held and scheduled ones must be released first."""

CAME_TO_NOTHING = frozenset({"CANCELLED", "ERROR", "FAILURE"})
"""Statuses of a fulfilment that sent nothing."""

FULFILMENTS_MAX = 100
"""Most fulfilments of one order that are read: the list has no pages."""

MARK_NAMESPACE = "tieout"
"""Namespace of the order's metafields that hold what had left before a command without a tracking number."""

SET_REASON = "correction"
"""One of the documented reasons of inventory adjustments."""


def published_uri(key: str) -> str:
    """What the inventory history names as the origin of published levels: each setting is told from the others."""
    return f"gid://tieout/Published/{key}"


LEVELS_AT_ONCE = 100
"""Levels set by one call; Shopify takes at most 250 entries in a list [recall]."""

UNSENT = " OR ".join(f"fulfillment_status:{word}" for word in ("unfulfilled", "partial", "on_hold", "scheduled"))
"""The search for orders of which something is still to be sent. The words are documented; that `unfulfilled` also
finds orders that somebody has begun to send is [recall]."""

UNSENT_AT_ONCE = 20
"""Orders to a page of that search, so that its cost with all parts and lines stays below what one query may cost."""

OVER = frozenset({"CANCELLED", "CLOSED", "INCOMPLETE"})
"""Statuses of a fulfilment order of which nothing more leaves, whatever it says is left of its lines."""

STALE = frozenset({"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"})
"""Somebody bought or counted since the level was read."""
