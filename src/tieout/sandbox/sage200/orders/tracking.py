"""Where a despatch is on its way: courier, consignment, trade terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError

TRACKING = (
    "courier_id:i sop_incoterm_id:i sop_export_reason_id:i consignment_no:s60 weight:w pieces:i notes:s256 "
    "sop_order_return_id:i"
)
_TABLES = {"courier_id": "courier", "sop_incoterm_id": "incoterm", "sop_export_reason_id": "export_reason"}
_COLUMNS = {"sop_incoterm_id": "incoterm_id", "sop_export_reason_id": "export_reason_id"}
PIECES_MAX = 2**31 - 1


def tracking_columns(books: Books, body: Mapping[str, Any]) -> Fields:
    """Return the tracking of one despatch as columns; RefusedError for a courier or trade term that does not exist."""
    told = checked(body, TRACKING)
    told.pop("sop_order_return_id", None)
    for name, table in _TABLES.items():
        if told.get(name) and books.row(f"SELECT id FROM {table} WHERE id = ?", told[name]) is None:  # noqa: S608  # our own tables
            raise RefusedError(f"The {table.replace('_', ' ')} {told[name]} does not exist.")
    if not 0 <= told.get("pieces", 0) <= PIECES_MAX or told.get("weight", 0) < 0:
        raise RefusedError("The weight and the pieces of a despatch cannot be negative or out of range.")
    return {_COLUMNS.get(name, name): value or None if name in _TABLES else value for name, value in told.items()}
