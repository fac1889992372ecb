"""What warehouses told us about one RMA, read from the messages as they were kept."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.connectors.dock.wire import receipt_of
from tieout.domain.documents.goods_in import GoodsReceipt, ReceiptLine
from tieout.domain.documents.rma import Grade
from tieout.ports.errors import BadAnswer
from tieout.ports.inbound import MalformedError
from tieout.ports.systems import KeptMessages


class DockReceipts:
    """Implements `GoodsIn` over all warehouses of one company that push."""

    def __init__(self, accounts: Sequence[str], kept: KeptMessages) -> None:
        self._accounts = tuple(accounts)
        self._kept = kept

    def receipts(self, rma_number: str) -> tuple[GoodsReceipt, ...]:
        """Every receipt told for an RMA, oldest first, each once: what was told last of a receipt stands.

        So a warehouse that counted wrongly tells the same receipt again. BadAnswer when a message that was
        kept can no longer be read.
        """
        told: dict[tuple[str, str], GoodsReceipt] = {}
        for account in self._accounts:
            for body in self._kept.of(account, rma_number):
                receipt = receipt_from(account, rma_number, body)
                told[account, receipt.receipt_id] = receipt
        return tuple(sorted(told.values(), key=lambda each: (each.received_at, each.account, each.receipt_id)))


def receipt_from(account: str, rma_number: str, body: bytes) -> GoodsReceipt:
    """One kept message as a receipt for the RMA that it was kept for."""
    try:
        shape = receipt_of(body)
    except MalformedError as error:
        raise BadAnswer(f"a message that {account} sent for RMA {rma_number} cannot be read: {error}") from None
    by = f"counted by {shape.by}" if shape.by else ""
    return GoodsReceipt(
        receipt_id=shape.receipt_id,
        account=account,
        rma_number=rma_number,
        order_name=shape.order,
        tracking=shape.tracking,
        received_at=shape.received_at,
        lines=tuple(
            ReceiptLine(sku=line.sku, quantity=line.quantity, grade=Grade(line.grade), warehouse=line.warehouse)
            for line in shape.lines
        ),
        is_final=shape.is_final,
        note="; ".join(part for part in (shape.note, by) if part),
    )
