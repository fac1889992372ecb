"""A stocktake run to its end: the only native way to set a quantity (section 4.2).

Its name is our key. Every call reads how far it is and takes the next step, so that a run that
was cut off is gone on with; the order of the last steps is inferred, not documented.
"""

from __future__ import annotations

from tieout.connectors.sage200.client import Client, quoted
from tieout.connectors.sage200.compat import Compat
from tieout.connectors.sage200.limits import refuse_over_long
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.stock.translate_stock import Stage, count_found, selected, stage_of, to_enter
from tieout.connectors.sage200.stock.wire_stock import StocktakeShape, StocktakeView
from tieout.connectors.sage200.translate import nominal_of
from tieout.connectors.sage200.wire import LedgerType, NominalShape, WarehouseHolding
from tieout.connectors.transport import Json
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.ports.errors import BadAnswer, Refused

TAKES = "/stocktakes"
HOLDINGS = "/warehouse_holdings"
BINS = ("bin_holdings",)
STEPS_MAX = 8
OVER = (Stage.NONE, Stage.COMPLETE)


class Stocktakes:
    """Finds, starts and completes stocktakes."""

    def __init__(self, client: Client, registers: Registers, compat: Compat) -> None:
        self._client = client
        self._registers = registers
        self._type_word = compat.stocktake_type

    def find(self, command: c.CountStock) -> c.Found | None:
        """The completed stocktake of this name; None while it is not complete."""
        take = self._named(command.key)
        return count_found(command, take) if take and stage_of(take) is Stage.COMPLETE else None

    def run(self, command: c.CountStock) -> None:
        """Take every step that is left; Refused before anything is sent when the counts cannot be taken."""
        self._check(command)
        nominal_id = self._nominal_id(command.variance_nominal)
        take = self._named(command.key) or self._started(command)
        for _ in range(STEPS_MAX):
            stage = stage_of(take)
            if stage is Stage.COMPLETE:
                return
            self._step(command, take, stage, nominal_id)
            take = self._read(take.id)
        raise BadAnswer(f"Sage 200: stocktake {command.key} does not get beyond {take.stocktake_status}")

    def _check(self, command: c.CountStock) -> None:
        refuse_over_long("stocktake", {"stocktake_name": command.key, "nominal_narrative": command.narrative})
        self._client.refuse_wide_text([command.key, command.narrative])
        for count in command.counts:
            refuse_over_long("stocktake_count_sheet_item", {"actual_quantity_in_stock": count.quantity})
        if not command.counts:
            raise Refused(f"stocktake {command.key} counts nothing")

    def _started(self, command: c.CountStock) -> StocktakeShape:
        warehouse_id = self._registers.warehouse_id(command.warehouse)
        running = [
            row.stocktake_name
            for row in self._client.rows(TAKES, StocktakeShape, where=f"warehouse_id eq {warehouse_id}")
            if row.warehouse_id == warehouse_id and stage_of(row) not in OVER
        ]
        if running:
            raise Refused(
                f"stocktake {', '.join(running)} runs in warehouse {command.warehouse}: complete or delete it first"
            )
        self._refuse_unlinked(command)
        head: dict[str, Json] = {"warehouse_id": warehouse_id, "stocktake_type": self._type()}
        offered = self._client.write_for("/stocktake_new_items", head, StocktakeShape)
        items: list[Json] = [
            {
                "warehouse_holding_id": row.warehouse_holding_id,
                "item_code": row.item_code,
                "bin_name": row.bin_name,
                "is_selected": True,
            }
            for row in selected(command, offered.stocktake_items)
        ]
        head["stocktake_type"] = offered.stocktake_type or head["stocktake_type"]
        body = {**head, "stocktake_name": command.key, "show_expected_quantities": True, "stocktake_items": items}
        self._client.write("POST", TAKES, body)
        take = self._named(command.key)
        if take is None:
            raise BadAnswer(f"Sage 200 took stocktake {command.key} and does not list it")
        return take

    def _refuse_unlinked(self, command: c.CountStock) -> None:
        """Only bins that the item is linked to come on the sheet; a stocktake begun for others would hold up all."""
        products = self._registers.product_ids([count.sku for count in command.counts])
        linked: set[tuple[str, str]] = set()
        for sku, record in products.items():
            rows = self._client.rows(HOLDINGS, WarehouseHolding, where=f"product_id eq {record}", expand=BINS)
            linked |= {
                (sku, b.name) for row in rows if row.warehouse_name == command.warehouse for b in row.bin_holdings
            }
        missing = [f"{x.sku} in bin {x.bin}" for x in command.counts if (x.sku, x.bin) not in linked]
        if missing:
            raise Refused(f"{', '.join(missing)} of {command.warehouse} cannot be counted: the item never lay there")

    def _step(self, command: c.CountStock, take: StocktakeShape, stage: Stage, nominal_id: int) -> None:
        further: dict[str, Json] = {}
        if stage is Stage.COUNTING:
            self._enter(command, take.id)
        if stage is Stage.APPROVAL:
            self._client.write_for("/stocktake_approve_complete", {"id": take.id}, StocktakeShape)
            further = {"stock_variance_nominal_code_id": nominal_id, "nominal_narrative": command.narrative}
        self._client.write("PUT", f"{TAKES}/{take.id}", {"id": take.id, "advance_status": True, **further})

    def _enter(self, command: c.CountStock, take_id: int) -> None:
        sheet = self._client.write_for("/stocktake_enter_values", {"id": take_id}, StocktakeShape)
        for row, quantity in to_enter(command, sheet.stocktake_count_sheet_items):
            body: dict[str, Json] = {
                "id": row.id,
                "actual_quantity_in_stock": quantity,
                "actual_quantity_entered": True,
                "discrepancy_narrative": command.narrative,
            }
            refuse_over_long("stocktake_count_sheet_item", body)
            self._client.write("PUT", f"/stocktake_count_sheet_items/{row.id}", body)

    def _named(self, key: str) -> StocktakeShape | None:
        where = f"stocktake_name eq {quoted(key)}"
        rows = self._client.rows("/stocktake_views", StocktakeView, where=where)
        found = [row for row in rows if row.stocktake_name == key]
        if len(found) > 1:
            named = ", ".join(f"{row.id} in {row.warehouse_name}" for row in found)
            raise BadAnswer(f"Sage 200 holds {len(found)} stocktakes named {key}: {named}")
        return self._read(found[0].id) if found else None

    def _read(self, take_id: int) -> StocktakeShape:
        expand = ("stocktake_count_sheet_items",)
        rows = self._client.every(TAKES, StocktakeShape, where=f"id eq {take_id}", expand=expand)
        if not rows:
            raise BadAnswer(f"Sage 200 lists stocktake {take_id} and does not give it")
        return rows[0]

    def _type(self) -> str:
        wanted = _letters(self._type_word)
        words = [row.value for row in self._client.plain_list("/stocktake_types", LedgerType)]
        return next((word for word in words if _letters(word).endswith(wanted)), self._type_word)

    def _nominal_id(self, nominal: Nominal) -> int:
        where = f"reference eq {quoted(nominal.account)}"
        for row in self._client.rows("/nominal_codes", NominalShape, where=where):
            if nominal_of(row) == nominal:
                return row.id
        raise Refused(f"Sage 200 has no nominal account {nominal}")


def _letters(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalpha())
