"""Shapes of stocktakes and of traceable stock, as far as we read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from tieout.connectors.sage200.wire import Id, Shape, Text, rows_of


class StocktakeView(Shape):
    """`stocktake_view` (B.3)."""

    id: int
    stocktake_name: Text = ""
    warehouse_name: Text = ""


class StocktakeItem(Shape):
    """`stocktake_items[]`: what may be selected; by item the bin is empty, by bin it is named."""

    warehouse_holding_id: Id = 0
    bin_name: Text = ""
    item_code: Text = ""
    traceable_type: Text = ""


class CountRow(Shape):
    """`stocktake_count_sheet_item` (A.5)."""

    id: int
    bin_name: Text = ""
    item_code: Text = ""
    recorded_quantity_in_stock: Decimal | None = None
    actual_quantity_entered: bool = False
    actual_quantity_in_stock: Decimal | None = None


class StocktakeShape(Shape):
    """`stocktake` (A.5)."""

    id: Id = 0
    stocktake_name: Text = ""
    warehouse_id: Id = 0
    warehouse_name: Text = ""
    stocktake_type: Text = ""
    stocktake_status: Text = ""
    stocktake_items: Annotated[tuple[StocktakeItem, ...], BeforeValidator(rows_of)] = ()
    stocktake_count_sheet_items: Annotated[tuple[CountRow, ...], BeforeValidator(rows_of)] = ()


class TraceableItem(Shape):
    """`traceable_adjustment_items[]` of a stock transfer (A.5)."""

    traceable_item_id: Id = 0
    traceable_bin_item_id: Id = 0
    identification_no: Text = ""
    is_selectable: bool = True
    available_quantity: Decimal = Decimal(0)


class TraceableStock(Shape):
    """The answer of `/stock_transfer_traceable_items`."""

    traceable_adjustment_items: Annotated[tuple[TraceableItem, ...], BeforeValidator(rows_of)] = ()
