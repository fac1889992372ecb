"""Finds the units that somebody other than the portal has refunded in the shop, for which it stands down."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.sandbox.returngo.books import Item, PortalBooks, Rma
from tieout.sandbox.returngo.storefront import APP
from tieout.sandbox.shopify.books import Order, Refund


def refunded_elsewhere(books: PortalBooks, rma: Rma, due: Sequence[Item], order: Order | None) -> list[Item]:
    """Return those of the units that others refunded since the RMA was raised, and mark them.

    A refund line stands for as many units as it gives back, each put down once. Money without any lines stands
    for all of the units when it is no less than they cost; a smaller one, or one of shipping, stands for none.
    """
    if order is None:
        return []
    others = [refund for refund in order.refunds if refund.created_at >= rma.created_at and not _is_ours(refund)]
    money = sum(sum(t.amount for t in refund.transactions) - refund.shipping for refund in others if not refund.lines)
    covers_all = 0 < sum(item.gross for item in due) <= money
    for item in due:
        if not item.refunded_elsewhere:
            item.refunded_elsewhere = covers_all or _claim(books, item, others)
    return [item for item in due if item.refunded_elsewhere]


def _claim(books: PortalBooks, item: Item, others: Sequence[Refund]) -> bool:
    """Put one refunded unit of the item's order line down to it, when there is one left."""
    for line in (line for refund in others for line in refund.lines):
        if str(line.line.id) == item.line_id and books.claimed[line.id] < line.quantity:
            books.claimed[line.id] += 1
            return True
    return False


def _is_ours(refund: Refund) -> bool:
    return refund.app is not None and refund.app.title == APP
