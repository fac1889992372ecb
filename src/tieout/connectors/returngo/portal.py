"""ReturnGO as a returns portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from tieout.connectors.returngo import compat
from tieout.connectors.returngo.client import ReturnGoClient
from tieout.connectors.returngo.figures import digits_of
from tieout.connectors.returngo.inbound import rma_number
from tieout.connectors.returngo.parcels import is_released, to_release
from tieout.connectors.returngo.settings import ReturnGoSettings
from tieout.connectors.returngo.transactions import payment_from
from tieout.connectors.returngo.translate import STATUSES, head_from, rma_from
from tieout.domain import commands as c
from tieout.domain.documents.rma import PortalPayment, Rma, RmaHead, RmaStatus
from tieout.ports.errors import Refused


class ReturnGoPortal:
    """Reads RMAs, validates their parcels and closes them.

    It moves no stock. What money moves when a parcel is validated, ReturnGO's own rules decide.
    """

    def __init__(self, settings: ReturnGoSettings, client: ReturnGoClient, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock

    def rma(self, number: str) -> Rma | None:
        """The RMA as it is now, every unit of it; None when ReturnGO has none of that number."""
        shape = self._client.rma(rma_number(number))
        if shape is None:
            return None
        return rma_from(
            shape,
            read_at=self._clock(),
            shop_currency=self._settings.shop_currency,
            customer_known_by=self._settings.customer_known_by,
        )

    def rmas(self, since: datetime | None) -> Iterator[RmaHead]:
        """Every RMA raised since, all pages, by the date of its creation."""
        return (head_from(shape) for shape in self._client.summaries(since))

    def payments(self, order_id: str) -> tuple[PortalPayment, ...]:
        """Every refund that ReturnGO made on a storefront order, failed ones too; none for no order."""
        order = digits_of(order_id)
        if not order:
            return ()
        rows = (payment_from(row, self._settings.shop_currency) for row in self._client.transactions(order))
        return tuple(payment for payment in rows if payment is not None)

    def find_released(self, command: c.ReleaseOutcome) -> c.Found | None:
        """Found with status `released` when the parcel of every unit is validated; None while one is not.

        A unit without a parcel (goods that are kept) is never found: ReturnGO could not be told.
        """
        shape = self._client.rma(rma_number(command.rma))
        if shape is None or not is_released(shape, command.units):
            return None
        return c.Found(reference=shape.summary.rma_id, figures=command.figures())

    def release(self, command: c.ReleaseOutcome) -> None:
        """Validate the parcels that bring the units; parcels that are validated already are left alone.

        Refused, before anything is sent, for goods without a parcel and for a parcel that brings other units too;
        afterwards with ReturnGO's words, and with the parcels that were let go before it said no.
        """
        shape = self._client.rma(rma_number(command.rma))
        if shape is None:
            raise Refused(f"ReturnGO has no RMA {command.rma}")
        done: list[str] = []
        for parcel in to_release(shape, command.units):
            try:
                self._client.set_shipment(parcel.shipment_id, compat.RELEASE_BODY)
            except Refused as refused:
                if not done:
                    raise
                text = f"parcel {parcel.shipment_id}: {refused.reason}; released already: {', '.join(done)}"
                raise Refused(text) from None
            done.append(parcel.shipment_id)

    def find_done(self, command: c.MarkDone) -> c.Found | None:
        """Found with status `done` when ReturnGO has finished the RMA; None otherwise."""
        shape = self._client.rma(rma_number(command.rma))
        if shape is None or STATUSES.get(shape.summary.status) is not RmaStatus.DONE:
            return None
        return c.Found(reference=shape.summary.rma_id, figures={"status": RmaStatus.DONE.value})

    def mark_done(self, command: c.MarkDone) -> None:
        """Finish the RMA at ReturnGO. Twice: the second sets the same status again."""
        self._client.set_status(rma_number(command.rma), compat.DONE_BODY)

    def close(self) -> None:
        """Drop the idle connections."""
        self._client.close()
