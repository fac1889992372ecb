"""Everything a movement of stock is decided on, gathered before the decision and recorded with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from tieout.domain.commands.stock import IssueStock, MoveStock, WriteOff, WriteOn
from tieout.domain.documents.books import Bin, NominalAccount, PeriodCheck, Product
from tieout.domain.documents.warehouse_stock import WarehouseMovement
from tieout.domain.identifiers import compose_key
from tieout.domain.rules.mapping import MappingTables

StockCommand = WriteOn | WriteOff | IssueStock | MoveStock
"""What a movement becomes in Sage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldMovement:
    """A movement as it was told, and when it came to us."""

    movement: WarehouseMovement
    at: datetime

    @property
    def substance(self) -> tuple[str, str, Decimal, str, str, str]:
        """What a booking rests on: told again with the same, it is the same movement."""
        told = self.movement
        return told.kind, told.sku, told.quantity, told.unit, told.site, told.to_site


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What was booked for the movement, or may have been."""

    command: StockCommand
    state: Literal["intended", "done"]
    at: datetime
    """When the command was decided on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Units of the same stock code and order that are written off, or about to be, under another key."""

    key: str
    quantity: Decimal
    """In stock units."""
    by: str
    """The document that it belongs to, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementFacts:
    """The facts of one movement at one moment."""

    company: str
    now: datetime
    today: date
    told: tuple[ToldMovement, ...]
    """Every way in which it was told, oldest first; the last counts."""
    booked: Booked | None
    product: Product | None
    near: tuple[str, ...]
    """Stock codes of Sage that are most like one that it does not know."""
    order_number: str
    """The order that the movement's reference leads to; empty when it leads to none."""
    returns: tuple[str, ...]
    """The returns that the movement's reference names."""
    losses: tuple[Loss, ...]
    bins: tuple[Bin, ...]
    nominals: tuple[NominalAccount, ...]
    period: PeriodCheck | None
    """The stock ledger's verdict on the day of the movement."""
    second_reference_letters: int
    narrative_letters: int
    tables: MappingTables
    accepted: frozenset[str]
    """Codes of faults that a person accepted for this document, with a reason on record."""

    @property
    def movement(self) -> WarehouseMovement:
        """The movement as it was told last."""
        return self.told[-1].movement

    @property
    def at(self) -> str:
        """The movement as a fault names it."""
        return f"movement {self.movement.movement_id} of {self.movement.account}"

    @property
    def key(self) -> str:
        """The key of what it becomes in Sage."""
        return movement_key(self.company, self.movement)


def document_key(movement: WarehouseMovement) -> str:
    """The key of the document that a movement is."""
    return f"{movement.account}|{movement.movement_id}"


def movement_key(company: str, movement: WarehouseMovement) -> str:
    """The key of what a movement becomes in Sage."""
    return compose_key("MV", company, movement.account, movement.movement_id)
