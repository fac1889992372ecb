"""What a file format must know: how to read orders, and how to say what the 3PL did. Each has a module of its own."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from tieout.sandbox.files.orders import Answer, Despatch, Intake
from tieout.sandbox.files.stock import Count, Movement, Stock

UNKNOWN_CARRIER = "ZZ-Kurier 24"


class UnreadableError(Exception):
    """A file that cannot be read; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What stands around a file that the 3PL writes."""

    number: int
    """Counts the files of the depositor; in EDI the control number."""
    written_at: datetime
    """In the depositor's zone."""
    depositor: str
    slips: AbstractSet[str] = frozenset()

    @property
    def file_id(self) -> str:
        """The file's own number, as text."""
        return f"F{self.number:08d}"

    def sku(self, sku: str) -> str:
        """Return the SKU as this file writes it."""
        return sku.swapcase() if "sku_case" in self.slips else sku

    def carrier(self, carrier: str) -> str:
        """Return the carrier as this file writes it."""
        return UNKNOWN_CARRIER if "unknown_carrier" in self.slips else carrier

    def tracking(self, tracking: str) -> str:
        """Return the tracking number, or nothing yet."""
        return "" if "blank_tracking" in self.slips else tracking


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A line of the 3PL's bill; net in the currency's minor unit."""

    charge_id: str
    invoice: str
    on: date
    code: str
    description: str
    reference: str
    quantity: Decimal
    net: int
    currency: str = "GBP"


class Format(Protocol):
    """One way to write files. Every writer returns the bytes of a whole file."""

    ending: str
    slips: tuple[str, ...]
    """Which slips inside a file it can make."""
    tells_receipts_apart: bool
    """Whether receipts have a message of their own."""
    answers_faults: bool
    """Whether a file that cannot be read at all can be answered."""

    def read(self, body: bytes) -> Intake:
        """Read what the depositor sent: orders, or an answer to a file of ours; UnreadableError when it is neither."""
        ...

    def answers(self, envelope: Envelope, source: str, intake: Intake, answers: tuple[Answer, ...]) -> bytes:
        """Acknowledge one order file."""
        ...

    def despatches(self, envelope: Envelope, despatches: tuple[Despatch, ...], stock: Stock) -> bytes:
        """Say what left."""
        ...

    def movements(self, envelope: Envelope, movements: tuple[Movement, ...], stock: Stock) -> bytes:
        """Say how stock moved, despatches left out."""
        ...

    def receipts(self, envelope: Envelope, movements: tuple[Movement, ...], stock: Stock) -> bytes:
        """Say what came in, where that is told apart."""
        ...

    def snapshot(self, envelope: Envelope, count: Count, stock: Stock) -> bytes:
        """Say what stands at one site."""
        ...


def plain(number: Decimal) -> str:
    """Write a number without exponent and without noughts at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def quantity(text: str) -> Decimal | None:
    """Read a plain number with a point; None when it is not one."""
    cleaned = text.strip()
    digits = cleaned.removeprefix("-").replace(".", "", 1)
    return Decimal(cleaned) if digits.isascii() and digits.isdigit() else None
