"""ReturnGO as a returns portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from tieout.connectors.returngo import compat
from tieout.connectors.returngo.client import ReturnGoClient
from tieout.connectors.returngo.inbound import rma_number
from tieout.connectors.returngo.settings import ReturnGoSettings
from tieout.connectors.returngo.translate import STATUSES, head_from, rma_from
from tieout.domain import commands as c
from tieout.domain.documents.rma import Rma, RmaHead, RmaStatus


class ReturnGoPortal:
    """Reads RMAs and closes them; moves neither money nor stock."""

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
