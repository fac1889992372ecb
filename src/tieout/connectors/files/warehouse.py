"""A warehouse that exchanges files: asked by a file, and known by what its files told us."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from tieout.connectors.files import edi, manifest, names
from tieout.connectors.files.edi.answers import controlled
from tieout.connectors.files.reading import is_edi
from tieout.connectors.files.settings import FilesSettings
from tieout.connectors.files.sftp import SftpPlace
from tieout.domain.commands import CancelShipmentRequest, Found, SendShipmentRequest
from tieout.domain.commands.warehouse import request_figures
from tieout.domain.documents.shipping import HeldLine, RequestStatus, Shipment, WarehouseOrder
from tieout.domain.documents.warehouse_stock import StockSnapshot, WarehouseMovement
from tieout.ports.errors import BadAnswer, OutcomeUnknown, Refused
from tieout.ports.inbound import MalformedError
from tieout.ports.warehouses import KeptShipments, RequestAnswer

_ORDERS_A_PARTNER = 10_000_000
_RELEASES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """A file of ours as it stands at the partner."""

    path: str
    reference: str
    lines: tuple[HeldLine, ...]


class FilesWarehouse:
    """One account. What was told is what `KeptShipments` holds; everything else is looked for on the server."""

    def __init__(
        self, settings: FilesSettings, place: SftpPlace, told: KeptShipments, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._place = place
        self._told = told
        self._clock = clock

    def find_request(self, command: SendShipmentRequest) -> Found | None:
        """The order file under its name, still to be taken or taken; else what the partner told of the request.

        A partner that answered or despatched has the request as we wrote it: a file is taken whole or not at all. One
        that rejected it has seen it, too; `request` says so.
        """
        standing = self._standing("order", command.reference)
        if standing is not None:
            lines = [(line.sku, line.quantity) for line in standing.lines]
            return Found(reference=standing.path, figures=request_figures(standing.reference, lines))
        if self._answers(command.reference, "request") or self.shipments(command.reference):
            return Found(reference=command.reference, figures=command.figures())
        return None

    def send_request(self, command: SendShipmentRequest) -> None:
        """Put the order file; Refused when the agreed format cannot hold it."""
        name, body = self._order_file(command)
        self._place.put(self._settings.directories.orders, name, body)

    def find_cancelled(self, command: CancelShipmentRequest) -> Found | None:
        """Found only once the partner confirmed it.

        That is an acknowledgement of the cancellation, or a despatch confirmation that says that a rest was cancelled
        and will not follow. A cancel file that lies there, or was taken, proves nothing; nor does an acknowledgement
        of its envelope alone (997, CONTRL).
        """
        if not self._is_cancelled(command.reference):
            return None
        return Found(reference=command.reference, figures=command.figures())

    def cancel_request(self, command: CancelShipmentRequest) -> None:
        """Put the cancel file, once; Refused when everything has left or the partner refused to cancel.

        Always raises OutcomeUnknown else: the partner answers by a file, later.
        """
        if self._order_status(command.reference)[0] is RequestStatus.SHIPPED:
            raise Refused(f"everything of {command.reference} has left")
        refusals = [one for one in self._answers(command.reference, "cancellation") if not one.is_accepted]
        if refusals:
            raise Refused(refusals[-1].reason or f"the partner does not cancel {command.reference} and gives no reason")
        if self._standing("cancel", command.reference) is None:
            name, body = self._cancel_file(command)
            self._place.put(self._settings.directories.orders, name, body)
        raise OutcomeUnknown(f"{command.reference} was asked to be cancelled by file, and the partner has not answered")

    def request(self, reference: str) -> WarehouseOrder | None:
        """How it stands by what was told; None while nothing was.

        Its lines are those of our own order file while it is still to be seen, and empty after.
        """
        told = self.shipments(reference)
        if not told and not self._answers(reference, "request") and not self._is_cancelled(reference):
            return None
        status, text, reason = self._order_status(reference)
        standing = self._standing("order", reference)
        return WarehouseOrder(
            reference=reference,
            warehouse_ids=tuple(one.shipment_id for one in told),
            status=status,
            status_text=text,
            lines=standing.lines if standing else (),
            reason=reason,
        )

    def shipments(self, reference: str) -> tuple[Shipment, ...]:
        """Everything told of a request, oldest first; each once, as last told."""
        last = {one.shipment_id: one for one in self._told.shipments(self._settings.account, reference)}
        return tuple(sorted(last.values(), key=lambda one: (one.reached_at, one.shipment_id)))

    def changed(self, since: datetime | None) -> Iterator[str]:
        """None: what changes is told by files, which the feed reads."""
        del since
        return iter(())

    def movements(self, after: str) -> Iterator[WarehouseMovement]:
        """None: movements are told by files."""
        del after
        return iter(())

    def stock(self) -> tuple[StockSnapshot, ...]:
        """The newest snapshot told of every site, by the moment of counting; the later told of two of one moment."""
        newest: dict[str, StockSnapshot] = {}
        for one in self._told.snapshots(self._settings.account):
            if one.site not in newest or one.taken_at >= newest[one.site].taken_at:
                newest[one.site] = one
        return tuple(newest.values())

    def close(self) -> None:
        """Drop the idle connection."""
        self._place.close()

    def _order_file(self, command: SendShipmentRequest) -> tuple[str, bytes]:
        stem = names.stem("order", command.reference)
        if self._settings.format == "csv":
            return f"{stem}.csv", manifest.write_order(command, self._settings)
        number = control_number("order", command.reference)
        _, body = edi.write_order(command, self._settings.format, number, self._settings.edi, self._clock())
        return stem + _ENDINGS[self._settings.format], body

    def _cancel_file(self, command: CancelShipmentRequest) -> tuple[str, bytes]:
        stem = names.stem("cancel", command.reference)
        if self._settings.format == "csv":
            return f"{stem}.csv", manifest.write_cancel(command, self._settings)
        number = control_number("cancel", command.reference)
        _, body = edi.write_cancel(command, self._settings.format, number, self._settings.edi, self._clock())
        return stem + _ENDINGS[self._settings.format], body

    def _standing(self, action: names.Action, reference: str) -> _Standing | None:
        """Our file under its name, where we put it or where the partner moves what it takes.

        BadAnswer when it is not as we wrote it. Half a file of ours, where we may not rename, counts as none: it will
        be written again.
        """
        name = names.stem(action, reference) + _ENDINGS[self._settings.format]
        directories = self._settings.directories
        for directory in (directories.orders, *directories.orders_taken):
            try:
                body = self._place.fetch(directory, name)
                if body is not None:
                    return self._read_back(f"{directory}/{name}", body)
            except MalformedError as error:
                if directory != directories.orders or self._settings.may_rename:
                    raise BadAnswer(f"{directory}/{name} is not as we wrote it: {error}") from None
        return None

    def _read_back(self, path: str, body: bytes) -> _Standing:
        if not is_edi(body):
            read = manifest.read_manifest(body, self._settings)
            return _Standing(path=path, reference=read.reference, lines=read.lines)
        orders = edi.read_orders(body, self._settings.edi)
        if len(orders) != 1:
            raise MalformedError(f"it holds {len(orders)} orders")
        lines = tuple(
            HeldLine(line=line.line, sku=line.sku, quantity=line.quantity, unit=line.unit) for line in orders[0].lines
        )
        return _Standing(path=path, reference=orders[0].reference, lines=lines)

    def _answers(self, reference: str, about: str) -> list[RequestAnswer]:
        """What was told of a request, by its reference or by the control number of the file that held it."""
        account = self._settings.account
        told = list(self._told.answers(account, reference))
        if self._settings.format != "csv":
            order = controlled(str(control_number("order", reference)))
            cancel = controlled(str(control_number("cancel", reference)))
            told += [replace(one, reference=reference) for one in self._told.answers(account, order)]
            told += [
                replace(one, reference=reference, about="cancellation") for one in self._told.answers(account, cancel)
            ]
        return [one for one in told if one.about == about]

    def _is_cancelled(self, reference: str) -> bool:
        answers = self._told.answers(self._settings.account, reference)
        if any(one.is_accepted and one.about == "cancellation" for one in answers):
            return True
        last = self.shipments(reference)[-1:]
        return any(one.short and one.follows == "no" for one in last)

    def _order_status(self, reference: str) -> tuple[RequestStatus, str, str]:
        """Status, the partner's words for it, and the reason where there is one."""
        told = self.shipments(reference)
        left = any(line.quantity > Decimal(0) for one in told for line in one.lines)
        short = [one for shipment in told[-1:] for one in shipment.short]
        reason = "; ".join(dict.fromkeys(one.reason for one in short if one.reason))
        if self._is_cancelled(reference):
            if left:
                return RequestStatus.SHIPPED, "despatched, the rest cancelled", reason
            return RequestStatus.CANCELLED, "cancelled", reason
        if told and left:
            if told[-1].follows == "yes" or (short and told[-1].follows == "unsaid"):
                return RequestStatus.PART_SHIPPED, "despatched in part", reason
            return RequestStatus.SHIPPED, "despatched", reason
        if told:
            return RequestStatus.HELD, "short", reason
        answers = self._answers(reference, "request")
        if answers and not answers[-1].is_accepted:
            return RequestStatus.REJECTED, "rejected", answers[-1].reason
        return (RequestStatus.RECEIVED, "acknowledged", "") if answers else (RequestStatus.UNKNOWN, "", "")


def control_number(action: names.Action, reference: str) -> int:
    """The number of the envelope of one of our files, from 1 to 999999999: the same each time for one request.

    Built from order and release number, so that two requests have the same one only if their orders are ten million
    numbers apart; of a reference that is not of such numbers it is drawn from its digest.
    """
    order, release = manifest.split_reference(reference)
    if order.isdecimal() and release.isdecimal() and int(release) < _RELEASES:
        number = int(order) % _ORDERS_A_PARTNER * 2 * _RELEASES + int(release) * 2
    else:
        number = int.from_bytes(hashlib.sha256(reference.encode()).digest()[:8], "big") % 999_999_998 // 2 * 2
    return (number + (action == "cancel")) or 1


_ENDINGS = {"csv": ".csv", "x12": ".x12", "edifact": ".edi"}
"""How the names of our orders end, by format."""
