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
