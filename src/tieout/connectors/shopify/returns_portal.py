"""Shopify's own returns as a returns portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from tieout.connectors.shopify import queries as q
from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.processing import is_processed, process_input
from tieout.connectors.shopify.returns_reader import ReturnsReader
from tieout.connectors.shopify.rmas import STATUSES, head_from, rma_from, rma_refund
from tieout.connectors.shopify.settings import ShopifySettings
from tieout.connectors.shopify.translate import digits, gid, refunds_of
from tieout.connectors.shopify.wire_returns import WholeReturn
from tieout.domain import commands as c
from tieout.domain.documents.rma import PortalPayment, Rma, RmaHead, RmaStatus
from tieout.ports.errors import OutcomeUnknown, Refused


class ShopifyReturns:
    """Returns raised in Shopify: an RMA is a return, its number the digits of the return's id."""

    def __init__(self, settings: ShopifySettings, client: ShopifyClient, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock
        self._reader = ReturnsReader(settings, client)

    def rma(self, number: str) -> Rma | None:
        """The return by its number or by its name (`#1001-R1`), every unit of it; None when there is none."""
        whole = self._whole(number, with_what_was_found=True)
        if whole is None:
            return None
        return rma_from(whole, read_at=self._clock(), customer_known_by=self._settings.customer_known_by)

    def rmas(self, since: datetime | None) -> Iterator[RmaHead]:
        """Every return on orders changed since, all pages: also returns raised before."""
        return (head_from(shape) for shape in self._reader.heads(since))

    def payments(self, order_id: str) -> tuple[PortalPayment, ...]:
        """Every refund on the order that belongs to a return, whoever made it."""
        money = self._reader.money(order_id)
        if money is None:
            return ()
        returns = {digits(row.id): digits(row.belongs_to.id) for row in money.refunds if row.belongs_to}
        return tuple(
            PortalPayment(rma_number=returns[refund.refund_id], refund=rma_refund(refund))
            for refund in refunds_of(money)
            if refund.refund_id in returns
        )

    def find_released(self, command: c.ReleaseOutcome) -> c.Found | None:
        """Found with status `released` when the units are processed, by the command or by hand; None otherwise."""
        whole = self._whole(command.rma)
        if whole is None or not is_processed(command, whole):
            return None
        return c.Found(reference=whole.shape.name, figures={"status": "released"}, link=self._link(whole))

    def release(self, command: c.ReleaseOutcome) -> None:
        """Process exactly the command's units, and give back exactly its amount.

        Key: the command's, in the note of the refund; Shopify takes no idempotency key here.
        Twice: what is already processed is not processed again. A request still under way when this one looks
        is not seen: after silence, look again only once it must have ended.
        """
        whole = self._whole(command.rma)
        if whole is None:
            raise Refused(f"Shopify has no return {command.rma}")
        if is_processed(command, whole):
            return
        wanted = process_input(command, whole)
        result = self._client.tell(q.RETURN_PROCESS, {"input": wanted}, "returnProcess")
        if result.get("return") is None:
            raise OutcomeUnknown(f"Shopify answered the processing under {command.key} with neither return nor error")

    def find_done(self, command: c.MarkDone) -> c.Found | None:
        """Found with status `done` when the return is closed; None otherwise."""
        number = self._reader.number(command.rma)
        shape = self._reader.shape(number) if number else None
        if shape is None or STATUSES.get(shape.status) is not RmaStatus.DONE:
            return None
        return c.Found(reference=shape.name, figures={"status": RmaStatus.DONE.value})

    def mark_done(self, command: c.MarkDone) -> None:
        """Close the return. Twice: a closed one is left alone."""
        if self.find_done(command) is not None:
            return
        number = self._reader.number(command.rma)
        if number is None:
            raise Refused(f"Shopify has no return {command.rma}")
        result = self._client.tell(q.RETURN_CLOSE, {"id": gid("Return", number)}, "returnClose")
        if result.get("return") is None:
            raise OutcomeUnknown(f"Shopify answered the closing of return {command.rma} with neither return nor error")

    def close(self) -> None:
        """Drop the idle connections."""
        self._client.close()

    def _whole(self, number_or_name: str, *, with_what_was_found: bool = False) -> WholeReturn | None:
        number = self._reader.number(number_or_name)
        return self._reader.whole(number, with_what_was_found=with_what_was_found) if number else None

    def _link(self, whole: WholeReturn) -> str:
        return f"https://{self._settings.shop_domain}/admin/orders/{digits(whole.shape.order.id)}"
