"""How figures and times are written for people: UK time, pounds with pence, one word or several."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from tieout.domain.business_dates import UK
from tieout.domain.commands import plain
from tieout.domain.money import Money

NO_FIGURE: Final = "\N{EN DASH}"
SIGNS: Final = {"GBP": "£", "EUR": "€", "USD": "$"}
_AMOUNT: Final = re.compile(r"\b(?P<code>GBP|EUR|USD) (?P<minus>-?)(?P<figure>\d[\d,]*\.\d\d)\b")
SYSTEMS: Final = {
    "portal": "Returns portal",
    "storefront": "Web shop",
    "sage": "Sage 200",
    "payouts": "Payouts",
    "warehouse": "Warehouse",
    "customer": "Customer",
    "people": "People",
}
PRODUCTS: Final = {
    "sage200": "Sage 200",
    "returngo": "ReturnGO",
    "loop": "Loop",
    "shopify": "Shopify",
    "dock": "Warehouse",
    "mintsoft": "Mintsoft",
    "shipbob": "ShipBob",
    "files": "Files over SFTP",
}
"""What the maker calls each kind of account."""
KINDS: Final = {
    "goods": "Goods nobody announced",
    "refund": "Refund without a return",
    "availability": "Stock on offer",
    "shipment": "Shipment without an order",
    "file": "File of a warehouse",
    "movement": "Stock movement",
    "stock": "Stock against a count",
    "warehouse site": "Mapped place",
    "feed": "What a warehouse tells",
    "despatch": "Despatch in the stock log",
}


def money(minor: int | None, currency: str | None = "GBP") -> str:
    """`£1,234.50`; a dash for no figure, because no figure is not nought."""
    if minor is None:
        return NO_FIGURE
    code = currency or "GBP"
    written = str(Money(abs(minor), code)).removeprefix(f"{code} ")
    return f"{'-' if minor < 0 else ''}{SIGNS.get(code, code + ' ')}{written}"


def day(at: datetime | date | None) -> str:
    """`20 Nov 2026`, the UK day."""
    if at is None:
        return NO_FIGURE
    there = at.astimezone(UK) if isinstance(at, datetime) else at
    return f"{there.day} {there:%b %Y}"


def moment(at: datetime | None) -> str:
    """`20 Nov 2026, 09:05`, UK time."""
    return NO_FIGURE if at is None else f"{day(at)}, {at.astimezone(UK):%H:%M}"


def iso(at: datetime) -> str:
    """A time as machines read it."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def span(length: timedelta) -> str:
    """`3 d 4 h`, `4 h`, `25 min`: the two largest parts, rounded down."""
    minutes = int(abs(length).total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours and days < 10 else f"{days} d"
    if hours:
        return f"{hours} h {rest} min" if rest and hours < 3 else f"{hours} h"
    return f"{rest} min"


def ago(at: datetime | None, now: datetime) -> str:
    """`3 h ago`, `in 25 min`; never for a missing time."""
    if at is None:
        return "never"
    if abs(now - at) < timedelta(minutes=1):
        return "just now"
    return f"{span(now - at)} ago" if at < now else f"in {span(at - now)}"


def clock(due_at: datetime | None, now: datetime) -> str:
    """What is left of the time to settle something: `2 h left`, `3 h over`."""
    if due_at is None:
        return ""
    return f"{span(due_at - now)} left" if due_at > now else f"{span(now - due_at)} over"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 case`, `1,200 cases`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def system(name: str) -> str:
    """What people call the system in a role: `sage` is Sage 200; an account goes by its own name."""
    return SYSTEMS.get(name, name)


def product(name: str) -> str:
    """The name of what an account connects to."""
    return PRODUCTS.get(name, name)


def kind(name: str) -> str:
    """What people call a kind of document."""
    return KINDS.get(name, words(name).capitalize())


def figure(quantity: Decimal | None) -> str:
    """A quantity without noughts after the point; a dash for none."""
    return NO_FIGURE if quantity is None else plain(quantity)


def spoken(text: str) -> str:
    """A text that we made with its amounts as people write them: `GBP 24.00` as `£24.00`."""
    return _AMOUNT.sub(lambda found: f"{found['minus']}{SIGNS[found['code']]}{found['figure']}", text)


def words(code: str) -> str:
    """`raise_credit_note` as `raise credit note`."""
    return code.replace("_", " ")
