"""Sales order returns of Sage 200: raised and cancelled by the API, received and credited by the channel."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.connectors.sage200.accounts.postings import Postings
from tieout.connectors.sage200.bodies import return_body
from tieout.connectors.sage200.channel.companion import Companion, credit_body, receipt_body
from tieout.connectors.sage200.channel.tasks import credit_task, receive_task
from tieout.connectors.sage200.client import Client, quoted
from tieout.connectors.sage200.limits import refuse_over_long
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.sop.allotment import credits_of, receipts
from tieout.connectors.sage200.sop.prices import return_with_tax
from tieout.connectors.sage200.stock.movements import Movements
from tieout.connectors.sage200.stock.translate_stock import signed_found
from tieout.connectors.sage200.translate import (
    CREDIT_NOTE,
    credit_found,
    is_untouched_and_over,
    only,
    open_quantity,
    return_found,
)
from tieout.connectors.sage200.wire import ReturnLineView
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.domain.identifiers import is_typed
from tieout.ports.errors import NeedsHand, Refused

RETURN_LINES = "/sop_return_line_views"


class SageReturns:
    """Implements `SalesReturns`. Looks through the line view, which every release has."""

    def __init__(
        self,
        client: Client,
        registers: Registers,
        postings: Postings,
        movements: Movements,
        companion: Companion | None,
        settings: Sage200Settings,
    ) -> None:
        self._client = client
        self._registers = registers
        self._postings = postings
        self._movements = movements
        self._companion = companion
        self._settings = settings

    def find_return(self, command: c.RaiseReturn) -> c.Found | None:
        """The return whose customer document number is the key; None when it was cancelled untouched."""
        rows = self._the_return(command.key, command.customer_id)
        return return_found(rows) if rows else None

    def raise_return(self, command: c.RaiseReturn) -> None:
        """Raise it at the prices invoiced; needs release 2025 R1 and the right to override prices."""
        lines, home = command.lines, self._settings.return_warehouse
        if any(not (line.warehouse or home) for line in lines):
            raise Refused("a return line names no warehouse and no return warehouse is set for this company")
        sop = self._registers.sop()
        body = return_body(
            return_with_tax(command, self._registers.rates()) if sop.are_prices_tax_inclusive else command,
            self._settings,
            products=self._registers.product_ids([line.sku for line in lines]),
            warehouses={
                name: self._registers.warehouse_id(name) for name in {line.warehouse or home for line in lines}
            },
            taxes={line.tax_code: self._registers.tax_id(line.tax_code) for line in lines},
            with_nominals=bool(sop.amend_nominal_codes),
        )
        refuse_over_long("sop_return", body)
        self._registers.refuse_parts((line.sku, line.quantity) for line in lines)
        self._write(
            "POST",
            self._settings.compat.return_path,
            body,
            f"raise sales returns; 2025 R1 and later can: upgrade it, raise the return in Sage yourself with "
            f"{command.key} as the customer order number, or credit by the ledger route",
        )

    def _write(self, verb: str, path: str, body: Json, what: str) -> None:
        """Write it; where the site's release has no sales returns, the refusal says so in words."""
        try:
            self._client.write(verb, path, body)
        except Refused:
            if self._client.has(self._settings.compat.return_path):
                raise
            raise Refused(f"this site's release of Sage 200 cannot {what}") from None

    def find_cancelled(self, command: c.CancelReturn) -> c.Found | None:
        """Found when nothing is left to receive on the return, also when there is none; None otherwise."""
        rows = self._rows(command.return_key)
        if open_quantity(rows) > 0:
            return None
        number = rows[0].sop_return_document_no if rows else ""
        return c.Found(reference=number, figures={"open_quantity": "0"})

    def cancel_return(self, command: c.CancelReturn) -> None:
        """Cancel what is not received; nothing is sent when nothing is open."""
        rows = self._the_return(command.return_key)
        if open_quantity(rows) <= 0:
            return
        compat = self._settings.compat
        body: dict[str, Json] = {
            compat.cancel_id_field: rows[0].sop_return_id,
            compat.cancel_status_field: compat.cancel_status,
            **compat.cancel_extra,
        }
        self._write(
            compat.cancel_verb,
            compat.cancel_path,
            body,
            f"cancel sales returns; 2025 R1 and later can: cancel what is open of return "
            f"{rows[0].sop_return_document_no} in Sage yourself, or upgrade it",
        )

    def find_receipt(self, command: c.ReceiveReturn) -> c.Found | None:
        """The stock movements whose reference is the key."""
        return signed_found(self._movements.under(command.key), self._settings.compat.out_words)

    def receive_return(self, command: c.ReceiveReturn) -> None:
        """Confirm receipt through the channel.

        The return is read before the companion's memory: a receipt that lands between the two
        finds the same lines open, so that the companion replays it and books nothing twice.
        """
        rows = self._the_return(command.return_key)
        if self._companion is None:
            raise NeedsHand(receive_task(command, self._number(rows, command.return_key)))
        if self._companion.remembers(command.key):
            return
        body = receipt_body(command, receipts(rows, command.lines, self._settings.line_slot))
        refuse_over_long("on_site_receipt", body)
        self._companion.perform(f"/v1/returns/{self._id(rows)}/receipts", body)

    def find_sop_credit_note(self, command: c.PostSopCreditNote) -> c.Found | None:
        """The credit note in the sales ledger whose second reference is the key, as posted."""
        row = self._postings.under(
            command.key, customer_id=command.customer_id, kind=CREDIT_NOTE, fields=("second_reference",)
        )
        return credit_found(row, command.lines[0].net.currency) if row else None

    def post_sop_credit_note(self, command: c.PostSopCreditNote) -> None:
        """Print and post it through the channel, with the figures given; read and remembered as a receipt."""
        self._registers.refuse_other_customer_currency(command.customer_id, command.lines[0].net.currency)
        rows = self._the_return(command.return_key, command.customer_id)
        if self._companion is None:
            raise NeedsHand(credit_task(command, self._number(rows, command.return_key)))
        if self._companion.remembers(command.key):
            return
        body = credit_body(command, credits_of(rows, command.lines, self._settings.line_slot))
        refuse_over_long("on_site_credit_note", body)
        self._companion.perform(f"/v1/returns/{self._id(rows)}/credit-notes", body)

    def _rows(self, key: str, customer_id: str = "") -> list[ReturnLineView]:
        where = f"sop_return_customer_document_no eq {quoted(key)}"
        if customer_id:
            where += f" and customer_id eq {int(customer_id)}"
        rows = self._client.rows(RETURN_LINES, ReturnLineView, where=where, key="sop_return_line_id")
        return [row for row in rows if is_typed(row.sop_return_customer_document_no, key)]

    def _the_return(self, key: str, customer_id: str = "") -> list[ReturnLineView]:
        """The lines of the one return under the key, those cancelled untouched left out."""
        by_id: dict[int, list[ReturnLineView]] = {}
        for row in self._rows(key, customer_id):
            by_id.setdefault(row.sop_return_id, []).append(row)
        standing = [rows for rows in by_id.values() if not is_untouched_and_over(rows)]
        return only(standing, "returns", lambda rows: rows[0].sop_return_document_no) or []

    def _id(self, rows: Sequence[ReturnLineView]) -> int:
        if not rows:
            raise Refused("the sales return is not in Sage 200, or was cancelled")
        return rows[0].sop_return_id

    def _number(self, rows: Sequence[ReturnLineView], key: str) -> str:
        return rows[0].sop_return_document_no if rows else f"with customer order number {key}"
