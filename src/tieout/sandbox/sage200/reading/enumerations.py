"""The `_types` resources: every enumeration as {id, description, value}; value is what other resources carry."""

from __future__ import annotations

from collections.abc import Iterable

from tieout.sandbox.sage200.reading.catalogue_stock import MOVEMENT_TYPES
from tieout.sandbox.sage200.reading.resources import ENUMS

Values = list[dict[str, object]]
_LEDGERS = (
    "NotSpecified",
    "Sales",
    "Purchase",
    "Nominal",
    "Payroll",
    "ProjectCosting",
    "StockControl",
    "SOP",
    "POP",
    "Invoicing",
    "CashBook",
)


def _listed(names: Iterable[tuple[str, str]]) -> Values:
    """Return (description, value) pairs numbered from 0."""
    return [{"id": i, "description": said, "value": value} for i, (said, value) in enumerate(names)]


def _known(name: str) -> Values:
    return [{"id": number, "description": stored, "value": value} for stored, number, value in ENUMS[name]]


TYPES: dict[str, Values] = {
    "sop_document_status_types": _known("status"),
    "sop_document_process_status_types": _known("process"),
    "sop_trade_line_status_types": _known("line_status"),
    "trader_transaction_types": _known("trader_type"),
    "account_status_types": _known("account_status"),
    "product_status_types": _known("product_status"),
    "sop_document_types": _listed((("Order", "EnumDocumentTypeOrder"), ("Return", "EnumDocumentTypeReturn"))),
    "sop_invoice_credit_types": _listed(
        (("Invoice", "EnumInvoiceCreditTypeInvoice"), ("Credit", "EnumInvoiceCreditTypeCredit"))
    ),
    "product_transaction_types": _listed((name, name) for name in MOVEMENT_TYPES),
    "product_transaction_group_types": _listed(
        (name, name) for name in ("Allocation", "Goods Out", "Goods In", "On POP Order")
    ),
    "ledger_types": _listed((name, f"Ledger{name}") for name in _LEDGERS),
    "transaction_date_validation_classifications": _listed(
        (name, name) for name in ("Normal", "Acceptable", "Unacceptable")
    ),
}
