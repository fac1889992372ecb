"""Sales orders that Tieout enters, amends, allocates and cancels in Sage 200."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from tieout.connectors.sage200.client import Client, quoted
from tieout.connectors.sage200.limits import problems, wide_texts
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.sop.open_orders import ORDERS, OpenOrders
from tieout.connectors.sage200.sop.order_bodies import EntryNames, order_body
from tieout.connectors.sage200.sop.order_changes import (
    ON_HOLD,
    allocated,
    amended,
    amendments,
    is_untouched,
    open_quantity,
    removals,
)
from tieout.connectors.sage200.sop.order_checks import (
    entry_faults,
    method_faults,
    needs_rights,
    right_faults,
    switch_faults,
)
from tieout.connectors.sage200.sop.order_translate import order_found
from tieout.connectors.sage200.sop.prices import order_with_tax, untaxed
from tieout.connectors.sage200.sop.wire_orders import (
    ChargeShape,
    EntryRights,
    OpenOrder,
    PaymentMethodShape,
)
from tieout.connectors.sage200.translate import only
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.ports.errors import Refused

T = TypeVar("T")


class SageOrderEntry:
    """Implements `OrderEntry`."""

    def __init__(self, client: Client, registers: Registers, orders: OpenOrders, settings: Sage200Settings) -> None:
        self._client = client
        self._registers = registers
        self._orders = orders
        self._settings = settings
        self._compat = settings.compat
        self._takes_status: bool | None = None

    def find_order(self, command: c.EnterOrder) -> c.Found | None:
        """The order that carries the key in its analysis code, cancelled or not; never a draft.

        An order that was archived meanwhile is gone from Sage's lists (6.1) and not found: no
        order is archived before it is complete, long after its entry was read back.
        """
        rows = [row for row in self._carriers(command) if not self._orders.is_draft(row)]
        row = only(rows, "orders", lambda row: row.document_no)
        return order_found(row, command, self._registers.currency(row.currency_id)) if row else None

    def enter_order(self, command: c.EnterOrder) -> None:
        """Enter it whole, once a draft that an earlier try left behind is deleted: a draft holds allocations (2.5)."""
        body = self._checked_body(command)
        stated = (command.net, command.tax, command.payment.amount if command.payment else None)
        for currency in {amount.currency for amount in stated if amount is not None}:
            self._registers.refuse_other_customer_currency(command.customer_id, currency)
        for draft in self._drafts(command):
            self._client.write("DELETE", f"{ORDERS}/{draft.id}", None)
        self._client.write("POST", ORDERS, body)

    def find_amended(self, command: c.AmendOrder) -> c.Found | None:
        """The quantities once all are as wanted; a line with nothing left to despatch is met by 0."""
        order = self._orders.numbered(command.order_number)
        if order is None or not amended(order, command.lines):
            return None
        return c.Found(reference=order.document_no, figures=command.figures(), link=f"order {order.id}")

    def amend_order(self, command: c.AmendOrder) -> None:
        """Set those that differ, in one request; a refusal says which lines stand."""
        order = self._orders.there(command.order_number)
        self._orders.change(order, amendments(order, command.lines))

    def find_allocated(self, command: c.AllocateOrder) -> c.Found | None:
        """The allocated quantities once all are as wanted."""
        order = self._orders.numbered(command.order_number)
        if order is None or not allocated(order, command.lines):
            return None
        return c.Found(reference=order.document_no, figures=command.figures(), link=f"order {order.id}")

    def allocate_order(self, command: c.AllocateOrder) -> None:
        """Allocate what is missing; a refusal says which lines stand, also where stock ran out."""
        self._orders.allocate(self._orders.there(command.order_number), command.lines)

    def find_order_cancelled(self, command: c.CancelOrder) -> c.Found | None:
        """Found when nothing is left to despatch, also when Sage has no such order: one without progress is deleted."""
        order = self._orders.numbered(command.order_number)
        if order is not None and open_quantity(order) > 0:
            return None
        return c.Found(reference=command.order_number, figures={"open_quantity": "0"})

    def cancel_order(self, command: c.CancelOrder) -> None:
        """Cancel what is not despatched.

        An order without progress, or on hold, is cancelled by its status; on releases before
        2025 R1 one without progress is deleted. Of any other the undespatched quantities are
        taken off: what status and DELETE do to progress is not documented (section 9, 2 and 15).
        """
        order = self._orders.numbered(command.order_number)
        if order is None or open_quantity(order) <= 0:
            return
        if (is_untouched(order) or order.document_status == ON_HOLD) and self._status_can_be_set():
            compat = self._compat
            body: dict[str, Json] = {
                compat.cancel_id_field: order.id,
                compat.cancel_status_field: compat.cancel_status,
                **compat.cancel_extra,
            }
            self._client.write(compat.cancel_verb, compat.order_cancel_path, body)
        elif is_untouched(order):
            self._client.write("DELETE", f"{ORDERS}/{order.id}", None)
        else:
            self._orders.change(order, removals(order))

    def _checked_body(self, command: c.EnterOrder) -> Json:
        """The body, once everything that Sage would refuse is known not to be there."""
        faults = list(entry_faults(command, self._settings.order_key_slot))
        settings = self._registers.sop()
        faults += switch_faults(command, settings)
        if needs_rights(command):
            faults += right_faults(command, self._rights())
        names = self._names(command, faults)
        if settings.are_prices_tax_inclusive:
            faults += untaxed(command)
            command = order_with_tax(command, self._registers.rates())
        body = order_body(command, self._settings, names)
        faults += problems("sop_order", body)
        if self._compat.wide_text == "refuse":
            faults += wide_texts(body)
        if faults:
            raise Refused(f"Nothing was sent, because Sage 200 does not take it: {'; '.join(faults)}.")
        return body

    def _rights(self) -> EntryRights:
        return self._client.one("/current_user_sop_user_permissions", EntryRights) or EntryRights()

    def _names(self, command: c.EnterOrder, faults: list[str]) -> EntryNames:
        """The records behind the names; each name that Sage does not know becomes a fault."""
        registers, lines = self._registers, command.lines
        self._charges_known({line.sku for line in lines if line.kind == "charge" and line.sku}, faults)
        return EntryNames(
            products=self._products([line for line in lines if line.kind == "standard" and line.sku], faults),
            warehouses=_each({line.warehouse for line in lines}, registers.warehouse_id, faults),
            taxes=_each({line.tax_code for line in lines}, registers.tax_id, faults),
            payment_method=self._method(command.payment.method, faults) if command.payment else 0,
        )

    def _products(self, lines: list[c.EntryLine], faults: list[str]) -> dict[str, int]:
        skus = {line.sku for line in lines}
        found = {row.code: row.id for row in self._registers.products(skus)}
        faults += [f"Sage 200 has no stock item {sku}" for sku in sorted(skus - set(found))]
        faults += self._registers.part_faults((line.sku, line.quantity) for line in lines)
        return found

    def _charges_known(self, codes: set[str], faults: list[str]) -> None:
        if codes:
            known = {row.code for row in self._client.rows("/sop_additional_charges", ChargeShape)}
            faults += [f"Sage 200 has no additional charge {code}" for code in sorted(codes - known)]

    def _method(self, name: str, faults: list[str]) -> int:
        rows = self._client.rows("/sop_payment_methods", PaymentMethodShape)
        found = next((row for row in rows if row.name == name), None)
        faults += method_faults(found, name)
        return found.id if found else 0

    def _carriers(self, command: c.EnterOrder) -> list[OpenOrder]:
        """Every order and draft of the channel's number that carries the key."""
        return [row for row in self._of_channel(command) if row.analysis(self._settings.order_key_slot) == command.key]

    def _drafts(self, command: c.EnterOrder) -> list[OpenOrder]:
        """What earlier tries of this entry left behind: never a draft that carries another key.

        Lists leave drafts out unless they are asked for (2.5).
        """
        slot, customer_id = self._settings.order_key_slot, int(command.customer_id)
        return [
            row
            for row in self._of_channel(command, " and (is_draft eq true or is_draft eq false)")
            if self._orders.is_draft(row) and row.customer_id == customer_id and row.analysis(slot) in ("", command.key)
        ]

    def _of_channel(self, command: c.EnterOrder, further: str = "") -> list[OpenOrder]:
        rows = self._orders.where(f"customer_document_no eq {quoted(command.channel_reference)}{further}")
        return [row for row in rows if row.customer_document_no == command.channel_reference]

    def _status_can_be_set(self) -> bool:
        """Whether the site's release is 2025 R1 or later: it brought returns and order status together (3.0)."""
        if self._takes_status is None:
            self._takes_status = self._client.has(self._compat.return_path)
        return self._takes_status


def _each(names: Iterable[str | None], record: Callable[[str], int], faults: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in sorted(name for name in names if name):
        try:
            found[name] = record(name)
        except Refused as refused:
            faults.append(refused.reason)
    return found
