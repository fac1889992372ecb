"""Goods leaving against orders of Sage 200, and the invoices that follow (4.4, flow E)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import urlencode

from tieout.connectors.sage200.accounts.postings import Postings
from tieout.connectors.sage200.channel.companion import Companion
from tieout.connectors.sage200.channel.companion_bodies import invoice_body
from tieout.connectors.sage200.channel.tasks import invoice_task
from tieout.connectors.sage200.client import Client, quoted
from tieout.connectors.sage200.limits import refuse_over_long
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.site.facts import CONFIRM_DESPATCH, NO_ORDER
from tieout.connectors.sage200.sop.despatch_allocation import DespatchAllocation
from tieout.connectors.sage200.sop.despatch_bodies import (
    Intent,
    Leaving,
    bins_chosen,
    despatch_body,
    leaving,
    plain_item,
    tracking_body,
    unavailable,
)
from tieout.connectors.sage200.sop.despatch_numbers import numbers_leaving
from tieout.connectors.sage200.sop.open_orders import OpenOrders
from tieout.connectors.sage200.sop.order_translate import (
    despatch_found,
    invoice_fault,
    quantities_of,
    selling_per_unit,
    sop_invoice_found,
    under_key,
)
from tieout.connectors.sage200.sop.wire_orders import (
    CourierShape,
    DespatchBins,
    DespatchItem,
    DespatchLineView,
    DespatchList,
    OpenOrder,
    TraceableItems,
)
from tieout.connectors.sage200.translate import INVOICE
from tieout.connectors.sage200.wire import PostedShape
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.ports.errors import NeedsHand, Refused

INTENTS: tuple[Intent, ...] = ("goods", "services")


class SageDespatches:
    """Implements `Despatches`."""

    def __init__(
        self,
        client: Client,
        registers: Registers,
        postings: Postings,
        orders: OpenOrders,
        companion: Companion | None,
        settings: Sage200Settings,
    ) -> None:
        self._client = client
        self._registers = registers
        self._postings = postings
        self._orders = orders
        self._companion = companion
        self._compat = settings.compat
        self._allocation = DespatchAllocation(client, registers, orders)
        self._confirms = False

    def find_despatch(self, command: c.Despatch) -> c.Found | None:
        """What left under the key; None while some of the lines have not left at all.

        Goods and services are confirmed apart, so one may stand when an answer to the other was
        lost. Where the company records no tracking nothing holds the key: what was despatched in
        all is compared with what was when this was decided.
        """
        if not self._records_tracking():
            return self._found_by_quantity(command)
        every = self._despatched(command.order_number)
        rows = under_key(every, command.key)
        order = self._orders.numbered(command.order_number) if rows else None
        left = quantities_of(rows, selling_per_unit(order.lines if order else (), every))
        if not all(line.order_line in left for line in command.lines):
            return None
        numbers = sorted({row.sop_despatch_document_no for row in rows})
        return despatch_found(rows[0].sop_order_document_no, left, ", ".join(numbers))

    def despatch(self, command: c.Despatch) -> None:
        """Confirm it, allocating first what is not allocated; lines that left under the key already are left out."""
        self._refuse_on_old_release(command)
        order = self._orders.there(command.order_number)
        is_tracked = self._records_tracking()
        lines = leaving(order, self._still_to_leave(command, order, is_tracked=is_tracked))
        courier_id = self._courier_id(command.courier) if is_tracked and command.courier else 0
        tracking = tracking_body(command, order.id, courier_id) if is_tracked else None
        refuse_over_long(
            "sop_confirm_despatch", despatch_body(command, order.id, "", [plain_item(one) for one in lines], tracking)
        )
        self._client.refuse_wide_text(tracking)
        self._allocation.meet(order, lines)
        for intent in INTENTS:
            some = [one for one in lines if one.intent == intent]
            if some:
                self._confirm(command, order, intent, some, tracking)

    def _refuse_on_old_release(self, command: c.Despatch) -> None:
        """Before anything is allocated; a site that has not the resource may be upgraded any day and is asked again."""
        if not self._confirms and self._client.standing(CONFIRM_DESPATCH, where=NO_ORDER) == "missing":
            raise Refused(
                "this site's release of Sage 200 cannot confirm despatches; August 2022 and later can: confirm what "
                f"left of order {command.order_number} in Sage yourself, or upgrade it"
            )
        self._confirms = True

    def find_sop_invoice(self, command: c.PostSopInvoice) -> c.Found | None:
        """The invoice in the sales ledger, as posted: by the key in its second reference, or by its number.

        Sage itself puts the order's number into the second reference. A companion that leaves it
        there remembers under the key which invoice it posted; the figures are the ledger's either way.
        """
        row = self._invoice(command, command.key, "second_reference")
        if row is None and self._companion is not None:
            done = self._companion.recalled(command.key)
            number = str(done.result.get("invoice_no", "")) if done else ""
            row = self._invoice(command, number, "reference") if number else None
        return sop_invoice_found(row, command.net.currency) if row else None

    def post_sop_invoice(self, command: c.PostSopInvoice) -> None:
        """Print and post it through the channel; the order is read before the companion's memory, as in returns."""
        if self._companion is None:
            raise NeedsHand(invoice_task(command))
        order = self._orders.there(command.order_number)
        body = invoice_body(command)
        refuse_over_long("on_site_invoice", body)
        if self._companion.remembers(command.key):
            return
        fault = invoice_fault(order, command, self._registers.currency(order.currency_id))
        if fault:
            raise Refused(f"Nothing was posted: order {order.document_no} {fault}")
        self._companion.perform(f"/v1/orders/{order.id}/invoices", body)

    def _invoice(self, command: c.PostSopInvoice, text: str, field: str) -> PostedShape | None:
        return self._postings.under(text, customer_id=command.customer_id, kind=INVOICE, fields=(field,))

    def _confirm(
        self,
        command: c.Despatch,
        order: OpenOrder,
        intent: Intent,
        lines: Sequence[Leaving],
        tracking: Mapping[str, Json] | None,
    ) -> None:
        """One confirmation, of goods or of services.

        What Sage offers is read for the one order only and posted at once: the list may lock what it lists (2.6).
        """
        word = self._compat.despatch_intents[intent]
        offered = self._offered(order, word)
        short = unavailable(lines, offered)
        if short:
            raise Refused(f"Nothing was despatched of order {order.document_no}: {'; '.join(short)}")
        by_line = {item.id: item for item in offered}
        items = [self._item(one, by_line[one.order.id]) for one in lines]
        self._client.write("POST", CONFIRM_DESPATCH, despatch_body(command, order.id, word, items, tracking))

    def _item(self, one: Leaving, offered: DespatchItem) -> dict[str, Json]:
        item, asked = plain_item(one), {"id": one.order.id}
        if one.wanted.batches:
            path = f"{CONFIRM_DESPATCH}_traceable_items"
            rows = self._client.ask(path, asked, TraceableItems, is_step=True).traceable_adjustment_items
            item["traceable_adjustment_items"] = list(numbers_leaving(one, rows))
        elif one.wanted.bins or offered.is_multiple_bin_allocations:
            bins = self._client.ask(f"{CONFIRM_DESPATCH}_bin_items", asked, DespatchBins, is_step=True).bin_items
            item["bin_items"] = list(bins_chosen(one, bins))
        return item

    def _offered(self, order: OpenOrder, intent: str) -> list[DespatchItem]:
        where = f"document_no eq {quoted(order.document_no)}"
        if intent:
            where += f" and confirmation_intent_type eq {quoted(intent)}"
        path = f"{CONFIRM_DESPATCH}?{urlencode({'$filter': where})}"
        rows = self._client.plain_list(path, DespatchList, is_step=True)
        return [item for row in rows if row.sop_order_return_id == order.id for item in row.items]

    def _still_to_leave(self, command: c.Despatch, order: OpenOrder, *, is_tracked: bool) -> list[c.DespatchLine]:
        if is_tracked:
            gone = {str(row.sop_order_line_id) for row in under_key(self._despatched(order.document_no), command.key)}
            return [line for line in command.lines if line.order_line not in gone]
        now = _despatched_by_line(order)
        return [line for line in command.lines if now.get(line.order_line, Decimal(0)) < _after(line)]

    def _found_by_quantity(self, command: c.Despatch) -> c.Found | None:
        order = self._orders.numbered(command.order_number)
        now = _despatched_by_line(order) if order else {}
        if order is None or any(now.get(line.order_line, Decimal(0)) < _after(line) for line in command.lines):
            return None
        left = quantities_of([], {}) | {line.order_line: line.quantity for line in command.lines}
        return despatch_found(order.document_no, left, f"order {order.document_no}")

    def _despatched(self, number: str) -> list[DespatchLineView]:
        where = f"sop_order_document_no eq {quoted(number)}"
        rows = self._client.rows(
            "/sop_order_despatch_line_views", DespatchLineView, where=where, key="sop_despatch_line_id"
        )
        return [row for row in rows if row.sop_order_document_no == number]

    def _courier_id(self, name: str) -> int:
        rows = self._client.rows("/couriers", CourierShape)
        found = next((row for row in rows if row.name == name), None)
        if found is None:
            raise Refused(
                f"Sage 200 has no courier {name}: add it under Couriers in Sage, or map it to one that is there"
            )
        return found.id

    def _records_tracking(self) -> bool:
        return bool(self._registers.sop().record_tracking_on_despatch)


def _despatched_by_line(order: OpenOrder) -> dict[str, Decimal]:
    return {str(line.id): line.despatch_receipt_quantity for line in order.lines}


def _after(line: c.DespatchLine) -> Decimal:
    return line.despatched_before + line.quantity
