"""Commands of the customers' ledger and the cash book into Sage's bodies (sections 7.8 to 7.10). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from tieout.connectors.sage200.bodies import figure
from tieout.connectors.sage200.translate import stamp_of
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money

K = TypeVar("K")


def invoice_body(command: c.RaiseInvoice, taxes: Mapping[str, int]) -> Json:
    """`POST /sales_invoices`: one row per tax code, one per nominal and narrative; the sums are the header's."""
    by_tax = _grouped((line.tax_code, line) for line in command.lines)
    by_nominal = _grouped(((line.nominal, line.narrative), line) for line in command.lines)
    return {
        "customer_id": int(command.customer_id),
        "transaction_date": stamp_of(command.on),
        **({"due_date": stamp_of(command.due)} if command.due else {}),
        "reference": command.key,
        "second_reference": command.second_reference,
        "document_goods_value": _sum(line.net for line in command.lines),
        "document_tax_value": _sum(line.tax for line in command.lines),
        "tax_analysis_items": [
            {
                "id": taxes[code],
                "goods_amount": _sum(line.net for line in lines),
                "tax_amount": _sum(line.tax for line in lines),
            }
            for code, lines in by_tax.items()
        ],
        "nominal_analysis_items": [
            {**_nominal(nominal, narrative), "value": _sum(line.net for line in lines)}
            for (nominal, narrative), lines in by_nominal.items()
        ],
    }


def customer_receipt_body(command: c.PostReceipt, bank_id: int) -> Json:
    """`POST /sales_receipts` (7.10)."""
    return {
        "customer_id": int(command.customer_id),
        "bank_id": bank_id,
        "cheque_value": figure(command.amount),
        "transaction_date": stamp_of(command.on),
        "reference": command.key,
        "second_reference": command.second_reference,
    }


def postings_allocation_body(command: c.AllocatePostings, records: Mapping[str, int]) -> Json:
    """`POST /sales_allocations` (7.9); `records` are the ids of the postings by URN."""
    return {
        "customer_id": int(command.customer_id),
        "allocation_date": stamp_of(command.on),
        "allocation_lines": [
            {"posted_tran_id": records[side.urn], "value_to_allocate": figure(side.value)} for side in command.sides
        ],
    }


def bank_entry_body(command: c.PostBankEntry, bank_id: int, taxes: Mapping[str, int]) -> Json:
    """`POST /bank_receipt` and `/bank_payment` (7.10): header totals are for foreign banks only, rows carry all."""
    on = stamp_of(command.on)
    return {
        "bank_id": bank_id,
        "transaction_date": on,
        "reference": command.key,
        "nominal_analysis_items": [
            {
                **_nominal(line.nominal, line.narrative),
                "gross_value": figure(line.net + line.tax),
                "goods_value": figure(line.net),
                "tax_code_id": taxes[line.tax_code],
                "tax_value": figure(line.tax),
                "transaction_date": on,
                "reference": command.key,
            }
            for line in command.lines
        ],
    }


def bank_transfer_body(command: c.TransferCash, from_id: int, to_id: int) -> Json:
    """`POST /bank_transfer` between two banks of the base currency."""
    return {
        "bank_from_id": from_id,
        "bank_to_id": to_id,
        "reference": command.key,
        "second_reference": command.second_reference,
        "transaction_date": stamp_of(command.on),
        "payment_value": figure(command.amount),
    }


def _nominal(nominal: Nominal, narrative: str) -> dict[str, Json]:
    return {
        "code": nominal.account,
        "cost_centre": nominal.cost_centre,
        "department": nominal.department,
        "narrative": narrative,
    }


def _sum(amounts: Iterable[Money]) -> Decimal:
    return sum((figure(amount) for amount in amounts), Decimal("0.00"))


def _grouped(pairs: Iterable[tuple[K, c.LedgerLine]]) -> dict[K, list[c.LedgerLine]]:
    groups: dict[K, list[c.LedgerLine]] = {}
    for key, line in pairs:
        groups.setdefault(key, []).append(line)
    return groups
