"""Customer accounts of Sage 200: opened, given delivery addresses, annotated; all native."""

from __future__ import annotations

from tieout.connectors.sage200.accounts.bodies_customers import customer_body, delivery_address_body, noted, text_of
from tieout.connectors.sage200.accounts.postings import Postings
from tieout.connectors.sage200.accounts.wire_customers import (
    AccountShape,
    CountryShape,
    DeliveryAddressShape,
    MemoShape,
    NumberingShape,
)
from tieout.connectors.sage200.client import Client, quoted
from tieout.connectors.sage200.limits import refuse_over_long
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.translate import only
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.ports.errors import Refused

CUSTOMERS = "/customers"
ADDRESSES = "/customer_delivery_addresses"
POSTING_MEMOS = "/sales_posted_transaction_memos"
CUSTOMER_MEMOS = "/customer_memos"


class SageCustomers:
    """Implements `CustomerAccounts`."""

    def __init__(self, client: Client, registers: Registers, postings: Postings) -> None:
        self._client = client
        self._registers = registers
        self._postings = postings

    def find_customer(self, command: c.OpenCustomer) -> c.Found | None:
        """The account of this reference, hidden or not; its link names the record."""
        where = f"reference eq {quoted(command.reference)}"
        for row in self._client.rows(CUSTOMERS, AccountShape, where=where):
            if row.reference == command.reference:
                figures = {"reference": row.reference, "name": row.name}
                return c.Found(reference=row.reference, figures=figures, link=f"customer {row.id}")
        return None

    def open_customer(self, command: c.OpenCustomer) -> None:
        """Open it under its own reference; Refused where Sage numbers accounts itself: no look could find it again."""
        numbering = self._client.one("/sales_ledger_settings", NumberingShape)
        if numbering and numbering.auto_generate_account_numbers:
            raise Refused(
                f"Sage 200 numbers customer accounts itself, so {command.reference} cannot be opened under its own "
                "reference: switch automatic account numbers off in the sales ledger settings, or open it by hand"
            )
        country = command.country or (command.address.country if command.address else "")
        body = customer_body(
            command,
            country_id=self._country_id(country),
            tax_id=self._registers.tax_id(command.tax_code) if command.tax_code else None,
        )
        refuse_over_long("customer", body)
        self._client.write("POST", CUSTOMERS, body)

    def find_delivery_address(self, command: c.AddDeliveryAddress) -> c.Found | None:
        """The customer's delivery address whose description ends with the key."""
        where = f"customer_id eq {int(command.customer_id)} and contains(description,{quoted(command.key)})"
        rows = self._client.rows(ADDRESSES, DeliveryAddressShape, where=where)
        found = [row for row in rows if row.description.split()[-1:] == [command.key]]
        row = only(found, "delivery addresses", lambda row: str(row.id))
        if row is None:
            return None
        figures = {"customer": str(row.customer_id), "name": row.postal_name, "postcode": row.postcode}
        return c.Found(reference=row.description, figures=figures, link=f"delivery address {row.id}")

    def add_delivery_address(self, command: c.AddDeliveryAddress) -> None:
        """Add it with the customer's own tax code, which Sage asks of every delivery address."""
        account = self._client.one(f"{CUSTOMERS}/{int(command.customer_id)}", AccountShape)
        if account is None:
            raise Refused(f"Sage 200 has no customer with the id {command.customer_id}")
        if not account.default_tax_code_id:
            raise Refused(f"customer {account.reference} has no default tax code, and a delivery address needs one")
        body = delivery_address_body(
            command,
            country_id=self._country_id(command.address.country),
            tax_id=account.default_tax_code_id,
        )
        refuse_over_long("customer_delivery_address", body)
        self._client.write("POST", ADDRESSES, body)

    def find_memo(self, command: c.WriteMemo) -> c.Found | None:
        """The note at whose end the key stands, on this customer or posting."""
        record = self._record(command)
        if record is None:
            return None
        path, field = _place(command)
        where = f"{field} eq {record} and contains(note,{quoted(command.key)})"
        rows = self._client.rows(path, MemoShape, where=where)
        texts = [(row.id, text) for row in rows if (text := text_of(row.note, command.key)) is not None]
        found = only(texts, "notes", lambda noted_row: str(noted_row[0]))
        if found is None:
            return None
        note_id, note = found
        return c.Found(reference=f"note {note_id}", figures={command.on_what: command.target, "note": note})

    def write_memo(self, command: c.WriteMemo) -> None:
        """Write it, the key at its end; an archived posting takes none."""
        record = self._record(command)
        if record is None:
            raise Refused(f"urn {command.target} is not among the posted transactions of Sage 200")
        path, field = _place(command)
        body: dict[str, Json] = {field: record, "note": noted(command)}
        refuse_over_long("customer_memo" if command.on_what == "customer" else "sales_posted_transaction_memo", body)
        self._client.write("POST", path, body)

    def _record(self, command: c.WriteMemo) -> int | None:
        if not (command.target.isascii() and command.target.isdigit()):
            raise Refused(f"{command.target!r} names no {command.on_what} of Sage 200")
        if command.on_what == "customer":
            return int(command.target)
        return self._postings.id_of(command.target)

    def _country_id(self, country: str) -> int | None:
        """The country's record by its two-letter code or its name; None for the company's own."""
        if not country:
            return None
        wanted = country.casefold()
        for row in self._client.rows("/country_codes", CountryShape):
            if wanted in (row.code.casefold(), row.name.casefold()):
                return row.id
        raise Refused(f"Sage 200 has no country {country}")


def _place(command: c.WriteMemo) -> tuple[str, str]:
    if command.on_what == "customer":
        return CUSTOMER_MEMOS, "customer_id"
    return POSTING_MEMOS, "posted_customer_transaction_id"
