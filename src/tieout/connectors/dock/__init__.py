"""A warehouse that tells what came in through its door, by signed messages to our own address.

For any warehouse system, or a person with a terminal: nothing is ever asked of it, so what it told is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from tieout.connectors.dock.inbound import Desk, DockInbound
from tieout.connectors.dock.receipts import DockReceipts
from tieout.connectors.dock.settings import DESK, DockSettings
from tieout.ports.systems import KeptMessages

__all__ = ["DESK", "Desk", "DockInbound", "DockReceipts", "DockSettings", "open_desk", "open_goods_in", "open_inbound"]


def open_inbound(settings: DockSettings) -> DockInbound:
    """The account's verification of messages."""
    return DockInbound(settings)


def open_desk() -> Desk:
    """Reads what a person keys in at the goods-in desk: never to be reached from outside."""
    return Desk()


def open_goods_in(accounts: Sequence[str], kept: KeptMessages) -> DockReceipts:
    """What all these accounts of one company have told; `kept` holds the messages as they came."""
    return DockReceipts(accounts, kept)
