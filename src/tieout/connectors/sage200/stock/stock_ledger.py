"""Stock movements of Sage 200: moves by the API, write-ons by the channel."""

from __future__ import annotations

from decimal import Decimal

from tieout.connectors.sage200.bodies import transfer_body
from tieout.connectors.sage200.channel.companion import Companion, write_on_body
from tieout.connectors.sage200.channel.companion_bodies import issue_body, write_off_body
from tieout.connectors.sage200.channel.tasks import issue_task, write_off_task, write_on_task
from tieout.connectors.sage200.client import Client
from tieout.connectors.sage200.compat import Compat
from tieout.connectors.sage200.limits import refuse_over_long
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.stock.movements import Movements
from tieout.connectors.sage200.stock.stocktakes import Stocktakes
from tieout.connectors.sage200.stock.translate_stock import numbers_to_move, signed_found
from tieout.connectors.sage200.stock.wire_stock import TraceableStock
from tieout.connectors.sage200.translate import moves_found
from tieout.connectors.sage200.wire import WarehouseHolding
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.ports.errors import NeedsHand, Refused

HOLDINGS = "/warehouse_holdings"


class SageStock:
    """Implements `StockLedger`."""

    def __init__(
        self,
        client: Client,
        registers: Registers,
        movements: Movements,
        companion: Companion | None,
        compat: Compat,
    ) -> None:
        self._client = client
        self._registers = registers
        self._movements = movements
        self._companion = companion
        self._out_words = compat.out_words
        self._stocktakes = Stocktakes(client, registers, compat)

    def find_write_on(self, command: c.WriteOn) -> c.Found | None:
        """The movements whose reference is the key."""
        return signed_found(self._movements.under(command.key), self._out_words)

    def write_on(self, command: c.WriteOn) -> None:
        """Add the stock through the channel; the companion answers a repeated key without adding again."""
        self._on_site("/v1/stock/write-ons", write_on_body(command), write_on_task(command))

    def find_move(self, command: c.MoveStock) -> c.Found | None:
        """The pair of movements whose reference is the key."""
        rows = self._movements.under(command.key)
        return moves_found(rows, (command.from_warehouse, command.from_bin))

    def move_stock(self, command: c.MoveStock) -> None:
        """Move it, linking the item to the warehouse and bin first where it never lay there.

        Done twice the links are found; the transfer itself is looked for by the caller.
        """
        refuse_over_long("stock_transfer", transfer_body(command, 0, 0, 0))
        refuse_over_long("bin_holding", {"name": command.to_bin})
        self._client.refuse_wide_text([command.key, command.second_reference, command.to_bin])
        product_id = self._registers.product_ids([command.sku])[command.sku]
        self._registers.refuse_parts([(command.sku, command.quantity)])
        holdings = self._holdings(product_id)
        from_bin = bin_id(holdings, command.from_warehouse, command.from_bin)
        if from_bin is None:
            raise Refused(f"{command.sku} never lay in bin {command.from_bin} of {command.from_warehouse}")
        to_bin = bin_id(holdings, command.to_warehouse, command.to_bin)
        if to_bin is None:
            to_bin = self._linked(command, product_id, holdings)
        numbered = self._numbered(command, product_id, from_bin)
        self._client.write("POST", "/stock_transfers", transfer_body(command, product_id, from_bin, to_bin, numbered))

    def find_write_off(self, command: c.WriteOff) -> c.Found | None:
        """The movements whose reference is the key; negative quantities."""
        return signed_found(self._movements.under(command.key), self._out_words)

    def write_off(self, command: c.WriteOff) -> None:
        """Take it off through the channel; the companion answers a repeated key without doing it again."""
        body, task = write_off_body(command), write_off_task(command)
        self._on_site("/v1/stock/write-offs", body, task, "on_site_write_off")

    def find_issue(self, command: c.IssueStock) -> c.Found | None:
        """The movements whose reference is the key; negative quantities."""
        return signed_found(self._movements.under(command.key), self._out_words)

    def issue_stock(self, command: c.IssueStock) -> None:
        """Issue it through the channel, as a write-off."""
        self._on_site("/v1/stock/issues", issue_body(command), issue_task(command))

    def find_count(self, command: c.CountStock) -> c.Found | None:
        """The completed stocktake of this name; None while it is not complete."""
        return self._stocktakes.find(command)

    def count_stock(self, command: c.CountStock) -> None:
        """Run the stocktake to its end, from whatever step an earlier try reached."""
        self._stocktakes.run(command)

    def _on_site(self, path: str, body: Json, task: str, resource: str = "on_site_stock") -> None:
        refuse_over_long(resource, body)
        if self._companion is None:
            raise NeedsHand(task)
        self._companion.perform(path, body)

    def _numbered(self, command: c.MoveStock, product_id: int, from_bin: int) -> list[tuple[int, int, Decimal]]:
        if not command.batches:
            return []
        place: dict[str, Json] = {"product_id": product_id, "bin_holding_from_id": from_bin}
        there = self._client.write_for("/stock_transfer_traceable_items", place, TraceableStock)
        rows = numbers_to_move(command.batches, command.quantity, there.traceable_adjustment_items)
        return [(row.traceable_item_id, row.traceable_bin_item_id, quantity) for row, quantity in rows]

    def _linked(self, command: c.MoveStock, product_id: int, holdings: list[WarehouseHolding]) -> int:
        name = command.to_warehouse
        if holding_of(holdings, name) is None:
            warehouse_id = self._registers.warehouse_id(name)
            link: dict[str, Json] = {"warehouse_id": warehouse_id, "product_id": product_id}
            self._client.write("POST", HOLDINGS, link)
            holdings = self._holdings(product_id)
        holding = holding_of(holdings, name)
        if holding is None:
            raise Refused(f"Sage 200 did not link {command.sku} to warehouse {name}")
        found = bin_id(holdings, name, command.to_bin)
        if found is None:
            link_bin: dict[str, Json] = {
                "warehouse_holding_id": holding.id,
                "product_id": product_id,
                "name": command.to_bin,
            }
            self._client.write("POST", "/bin_holdings", link_bin)
            found = bin_id(self._holdings(product_id), name, command.to_bin)
        if found is None:
            raise Refused(f"Sage 200 did not link {command.sku} to bin {command.to_bin} of {name}")
        return found

    def _holdings(self, product_id: int) -> list[WarehouseHolding]:
        where = f"product_id eq {product_id}"
        return list(self._client.rows(HOLDINGS, WarehouseHolding, where=where, expand=("bin_holdings",)))


def holding_of(holdings: list[WarehouseHolding], warehouse: str) -> WarehouseHolding | None:
    """The item's holding in a warehouse."""
    return next((holding for holding in holdings if holding.warehouse_name == warehouse), None)


def bin_id(holdings: list[WarehouseHolding], warehouse: str, name: str) -> int | None:
    """The id of the item's holding in a bin."""
    holding = holding_of(holdings, warehouse)
    found = [place.id for place in holding.bin_holdings if place.name == name] if holding else []
    return found[0] if found else None
