"""What people do with a warehouse's stock in tests, and what Sage and Tieout say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from tests.processes.estate import SKUS
from tests.processes.house import COMPANY, LONG_AGO
from tests.shipping.depot import Depot
from tests.shipping.floors import FilesFloor

from tieout.domain.documents.warehouse_stock import CountedStock, StockSnapshot
from tieout.intake.files import pick_up
from tieout.processes.kinds import MOVEMENT
from tieout.processes.movements import keep_movement, sweep_movements
from tieout.processes.routing import wake
from tieout.processes.standing import leg_state
from tieout.processes.told import SNAPSHOT, keep, site_key, unpacked
from tieout.reconciliation.counts import keep_counts
from tieout.reconciliation.stock_watch import watch_stock
from tieout.store import approvals, cases, documents, effects, inbox, legs
from tieout.store.cases import Case
from tieout.store.documents import Document

Json: TypeAlias = Any  # a JSON edge
AT_FIRST = 100
"""What every depot's warehouse holds of each stock code."""
REASONS = (
    ("adjustment", {"treatment": "write_off", "account": "5200", "category": "Damaged", "approve_over": "50"}),
    ("receipt", {"treatment": "write_on", "account": "5200", "approve_over": "never"}),
    ("write_off", {"treatment": "write_off", "account": "5200", "category": "Damaged", "approve_over": "50"}),
    ("quarantine", {"treatment": "move", "approve_over": "never"}),
    ("release", {"treatment": "move", "approve_over": "never"}),
    ("adjustment|QUARANTINE", {"treatment": "move", "approve_over": "never"}),
    ("adjustment|RELEASE", {"treatment": "move", "approve_over": "never"}),
)


@dataclass(slots=True)
class Stockroom:
    """The stock side of a depot."""

    depot: Depot

    def set_rules(self) -> None:
        """A house that books what its warehouse does, and has looked once."""
        account, site = self.depot.floor.account, self.depot.floor.site
        place = {"warehouse": "HOME", "bin": "A1", "quarantine_warehouse": "QUARANTINE", "quarantine_bin": "Q1"}
        self.depot.house.rule("warehouse_site", f"{account}|{site}", LONG_AGO, **place)
        for key, value in REASONS:
            self.depot.house.rule("stock_reason", key, LONG_AGO, **value)
        self.level()
        if account == "shipbob":
            self.depot.house.later(timedelta(seconds=2))
        self.settle()  # the first look only finds where the warehouse stands

    # What happens at the warehouse

    def act(self, action: str, sku: str, quantity: int, **more: Json) -> Json:
        """Somebody adjusts, receives, writes off, quarantines or releases."""
        floor, control = self.depot.floor, self.depot.control
        if isinstance(floor, FilesFloor):
            body = {"site": floor.site, "sku": sku, "quantity": str(quantity), **more}
            return control.post(f"/files/partners/{floor.form}/stock/{action}", body)
        if floor.account == "shipbob":
            body = {"sku": sku, "centre": floor.site, "quantity": quantity, **more}
            done = control.post(f"/shipbob/stock/{action}", body)
            self.depot.house.later(timedelta(seconds=2))  # it is asked for events up to a whole second
            return done
        body = {"sku": sku, "quantity": quantity, **more}
        return control.post(f"/mintsoft/stock/{action}", body)

    def load_item(self, code: str) -> None:
        """The 3PL keeps an item that Sage calls otherwise."""
        floor = self.depot.floor
        assert isinstance(floor, FilesFloor)
        item = {"sku": code, "description": code, "base_unit": "EA", "units": {"EA": 1}}
        self.depot.control.post(f"/files/partners/{floor.form}/load", {"sites": [floor.site], "items": [item]})

    # What Tieout does

    def settle(self) -> None:
        """Listen to the warehouse and work until nothing is due soon."""
        house = self.depot.house
        sweep_movements(house.application.floor, house.application.companies[COMPANY])
        self.depot.settle()

    def tell_again(self, key: str, **changes: Any) -> None:  # noqa: ANN401 - fields of a movement
        """The warehouse tells a movement once more, otherwise."""
        house = self.depot.house
        with house.application.store.scope(COMPANY) as c:
            event = inbox.events_of(c, COMPANY, MOVEMENT, key)[0]
            movement = replace(unpacked(MOVEMENT, event.payload), **changes)
            keep_movement(house.application.companies[COMPANY], c, movement, at=self.depot.now())
        house.drain()

    def again(self, key: str) -> None:
        """Somebody chooses Try again."""
        house = self.depot.house
        with house.application.store.scope(COMPANY) as c:
            wake(c, COMPANY, house.choices.lanes, key, at=self.depot.now(), kind=MOVEMENT)
        house.drain()

    def accept(self, key: str, code: str) -> None:
        """A person accepts a fact with a reason, and tries again."""
        with self.depot.house.application.store.scope(COMPANY) as c:
            approvals.approve(
                c,
                company=COMPANY,
                kind=MOVEMENT,
                key=key,
                code=code,
                who="finance",
                why="counted again",
                at=self.depot.now(),
            )
        self.again(key)

    def count(self) -> int:
        """The warehouse is counted, now and not a moment before, and compared; returns how many codes are on a case."""
        floor, house = self.depot.floor, self.depot.house
        house.later(timedelta(minutes=30))
        if isinstance(floor, FilesFloor):
            self.depot.control.post(f"/files/partners/{floor.form}/snapshots", {"site": floor.site})
        application = house.application
        pick_up(application.floor, application.companies[COMPANY])
        keep_counts(application.floor, application.companies[COMPANY])
        return watch_stock(application.floor, application.companies[COMPANY])

    def tell_count(self, taken_at: datetime, *, last_movement: str, **units: int) -> None:
        """A count of every stock code that names its newest movement."""
        floor, house = self.depot.floor, self.depot.house
        snapshot = StockSnapshot(
            account=floor.account,
            site=floor.site,
            taken_at=taken_at,
            taken_text="",
            lines=tuple(CountedStock(sku=sku, on_hand=Decimal(count)) for sku, count in units.items()),
            last_movement=last_movement,
        )
        with house.application.store.scope(COMPANY) as c:
            keep(
                c,
                SNAPSHOT,
                snapshot,
                company=COMPANY,
                account=floor.account,
                document=(SNAPSHOT, site_key(floor.account, floor.site)),
                occurred_at=taken_at,
                at=self.depot.now(),
            )

    def lose(self, units: int) -> None:
        """Mugs vanish at the warehouse, which says nothing of it but by its next count."""
        self.depot.house.rule("stock_reason", "adjustment", LONG_AGO, treatment="ignore")
        self.depot.house.rule("stock_reason", "write_off", LONG_AGO, treatment="ignore")
        self.act("adjust", "MUG", -units, reason="Lost")

    def lose_in_sage(self, sku: str, units: int) -> None:
        """Somebody writes units off in Sage that are still at the warehouse."""
        body = {"product": sku, "warehouse": "HOME", "bin": "A1", "quantity": str(units)}
        self.depot.control.post("/sage200/desktop/write-off", body)

    def level(self) -> None:
        """Warehouse and Sage begin with the same stock: in Sage some was sold before."""
        for sku in SKUS:
            units = str(AT_FIRST - self.depot.stock(sku))
            body = {"product": sku, "warehouse": "HOME", "bin": "A1", "quantity": units, "unit_cost": "1.50"}
            self.depot.control.post("/sage200/desktop/add-stock", body)

    # What stands where

    def movements(self) -> list[Document]:
        """Every movement that was taken in, oldest first."""
        with self.depot.house.application.store.scope(COMPANY) as c:
            found = documents.documents_in(c, kind=MOVEMENT)
        return sorted(found, key=lambda each: (each.opened_at, each.key))

    def the_movement(self) -> Document:
        """The only movement."""
        (found,) = self.movements()
        return found

    def case(self, key: str, kind: str = MOVEMENT) -> Case | None:
        """The open case of a movement, or of another document."""
        with self.depot.house.application.store.scope(COMPANY) as c:
            return cases.open_case_of(c, COMPANY, kind, key)

    def faults(self, key: str, kind: str = MOVEMENT) -> list[Json]:
        """The faults on its case."""
        found = self.case(key, kind)
        return list(found.faults) if found is not None else []

    def codes(self, key: str, kind: str = MOVEMENT) -> list[str]:
        """The codes of the faults on its case."""
        return [str(fault["code"]) for fault in self.faults(key, kind)]

    def commands(self, key: str) -> list[str]:
        """What was done for a movement."""
        with self.depot.house.application.store.scope(COMPANY) as c:
            document = documents.document(c, COMPANY, MOVEMENT, key)
            assert document is not None
            return [effect.command for effect in effects.effects_of(c, document) if effect.state == "done"]

    def leg_states(self, key: str, kind: str = MOVEMENT) -> dict[tuple[str, str], str]:
        """How the legs of a movement stand, by system and kind."""
        with self.depot.house.application.store.scope(COMPANY) as c:
            document = documents.document(c, COMPANY, kind, key)
            assert document is not None
            found = legs.legs_of(c, document)
        return {(leg.system, leg.kind): leg_state(leg, self.depot.now()).value for leg in found}
