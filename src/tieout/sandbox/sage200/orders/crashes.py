"""Clients that die while entering an order: what they leave is half-entered, holds stock, and is hidden in lists."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.orders import documents

AREA = "crashes"
IN_A_MILLION = 1_000_000


def leave_half_entered(books: Books, body: Mapping[str, Any]) -> int:
    """Leave an order as a dead session does, under a number that begins with ##, and return its id."""
    return documents.create(books, "order", body, half_entered=True)


def set_rate(books: Books, rate: Decimal, seed: int) -> None:
    """Let this share of POSTs of orders die half-way; the same seed kills the same ones."""
    books.set_setting(AREA, "drafts_left", int(rate * IN_A_MILLION))
    books.set_setting(AREA, "dice", seed)


def strike(books: Books, body: Mapping[str, Any]) -> None:
    """At the rate that is set, leave the order half-entered and lose the answer (504); call outside a transaction."""
    told = books.settings(AREA)
    if not told.get("drafts_left"):
        return
    dice = random.Random(told["dice"])  # a seeded game, no secret
    hit = dice.randrange(IN_A_MILLION) < told["drafts_left"]
    with books.transaction():
        books.set_setting(AREA, "dice", dice.getrandbits(32))
        if hit:
            leave_half_entered(books, body)
    if hit:
        raise RefusedError("Gateway timeout", 504)
