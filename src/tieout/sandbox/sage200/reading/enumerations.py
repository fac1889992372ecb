"""The `_types` resources: every enumeration as {id, description, value}; value is what other resources carry."""

from __future__ import annotations

from collections.abc import Iterable

from tieout.sandbox.sage200.reading.enumerations_finance import FINANCE_TYPES, Values
from tieout.sandbox.sage200.reading.enumerations_sales import SALES_TYPES
from tieout.sandbox.sage200.reading.enumerations_sop import SOP_TYPES
from tieout.sandbox.sage200.reading.enumerations_stock import STOCK_TYPES
from tieout.sandbox.sage200.reading.resources import ENUMS


def _listed(names: Iterable[tuple[str, str]]) -> Values:
    """Return (description, value) pairs numbered from 0."""
    return [{"id": i, "description": said, "value": value} for i, (said, value) in enumerate(names)]


def _known(name: str) -> Values:
    return [{"id": number, "description": stored, "value": value} for stored, number, value in ENUMS[name]]


TYPES: dict[str, Values] = {
    **FINANCE_TYPES,
    **SALES_TYPES,
    **STOCK_TYPES,
    "sop_document_status_types": _known("status"),
    "sop_document_process_status_types": _known("process"),
    "sop_trade_line_status_types": _known("line_status"),
    "trader_transaction_types": _known("trader_type"),
    "account_status_types": _known("account_status"),
    "product_status_types": _known("product_status"),
    **{name: _listed(pairs) for name, pairs in SOP_TYPES.items()},
}
