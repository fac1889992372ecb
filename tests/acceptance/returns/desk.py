"""A returns desk: all systems and Tieout's real intake served, and what people do, in the trade's words."""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
from click.testing import CliRunner
from tests.acceptance.intake import served_intake
from tests.acceptance.returns.counted import Change, Counted, by_account, moved
from tests.intake.conftest import signed
from tests.processes.estate import SHOP, THE_DAY, Control, Json, Line, pence
from tests.processes.house import COMPANY, Choices, House, Rma

from tieout.cli import tieout
from tieout.durable import LaneJob
from tieout.durable.lanes import Deadline
from tieout.processes import sweeps
from tieout.processes.lanes import drain
from tieout.processes.returns import RETURNS
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.loop import LoopSandbox
from tieout.sandbox.returngo import ReturnGoSandbox
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.shopify import ShopifySandbox
from tieout.store import attempts

if TYPE_CHECKING:
    from tieout.store.cases import Case

PORTAL_WORD = "the-portals-word"
RETURNGO_NEWS = (
    "RMA_CREATED",
    "RMA_STATUS_UPDATED",
    "SHIPMENT_CREATED",
    "SHIPMENT_STATUS_UPDATED",
    "TRANSACTION_CREATED",
    "REFUND_CREATED",
)
LOOP_NEWS = ("return.created", "return.updated", "return.closed", "label.created", "label.updated")
SHOPIFY_NEWS = (
    "orders/updated",
    "refunds/create",
    "returns/approve",
    "returns/cancel",
    "returns/close",
    "returns/process",
    "returns/request",
    "returns/update",
    "reverse_fulfillment_orders/dispose",
)

QUICK = Choices(late_commit=0.12, read_seconds=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How the desk of a module is set up: its `SETUP`."""

    known_by: str = "id"
    """Whether ReturnGO's customers are known by `id` or by `email`, as it tells them where no order is named."""
    choices: Choices = QUICK


class DeskHouse(House):
    """A house whose customers ReturnGO knows as the module asks for."""

    known_by = "id"
    more_settings = ""

    def settings_text(self) -> str:
        """The settings with what ReturnGO's customers are known by, and what a scenario adds for a while."""
        text = super().settings_text().replace("shop_name =", f'customer_known_by = "{self.known_by}"\nshop_name =')
        return text + self.more_settings


class Desk:
    """What people do and what the ledgers say. Every verb reaches Tieout only through its intake."""

    def __init__(self, house: House, url: str) -> None:
        self.house = house
        self.control = house.control
        self.url = url
        self._names = itertools.count(2001)
        self._before = self._books()

    # What happens outside

    def sold(self, *lines: Line, day: str = "2011-01-10", invoiced: bool = True) -> str:
        """One more order, despatched, invoiced and paid; its name. One mug at 10.00 when no lines are named."""
        name = f"R{next(self._names)}"
        self.control.add_order(name, day, *lines, invoiced=invoiced)
        self.open_books()
        return name

    def asked(self, order: str, *items: tuple[str, int] | tuple[str, int, str], **more: Json) -> Rma:
        """A customer asks to send (stock code, quantity, reason) back."""
        return self.house.raise_rma(order, *items, **more)

    def authorised(self, order: str, *items: tuple[str, int] | tuple[str, int, str], **more: Json) -> Rma:
        """A customer asks, and the portal says yes."""
        return self.house.authorised(order, *items, **more)

    def arrived(self, rma: Rma, *units: str, damaged: tuple[str, ...] = (), graded: bool = True) -> None:
        """A parcel comes with these units, all when none is named, and somebody looks at them."""
        self.house.receive(rma, *units, damaged=damaged, graded=graded)

    def inspected(self, rma: Rma, *, damaged: tuple[str, ...] = ()) -> None:
        """Somebody looks at what was received before."""
        grades = {unit: {"restockable": unit not in damaged, "returned": True} for unit in rma.units}
        self.house.act(rma, "validate", returned_item_ids=list(rma.units), grades=grades)

    def refunded_by_hand(self, order: str, amount: str, **more: Json) -> Json:
        """Somebody refunds in the shop's admin, around the flow."""
        return self.control.post("/shopify/refunds", {"order": order, "amount": amount, "lines": [], **more})

    def days_pass(self, days: float) -> None:
        """Time goes by for everybody, and the schedules run."""
        self.delivered()
        self.house.later(timedelta(days=days))
        self.schedules_run()

    def counted_at_the_door(self, rma: Rma, *lines: tuple[str, int, str, str], receipt: str = "", **more: Json) -> None:
        """The warehouse tells by a signed message what it counted: (stock code, quantity, grade, warehouse)."""
        goods = [dict(zip(("sku", "quantity", "grade", "warehouse"), line, strict=True)) for line in lines]
        at = self.house.application.clock().isoformat()
        told = {"receipt_id": receipt or str(uuid4()), "rma": rma.number, "received_at": at, "lines": goods, **more}
        assert self.pushed("dock", json.dumps(told).encode(), signed).status_code == 202

    def pushed(self, account: str, body: bytes, proof: Callable[[bytes], Mapping[str, str]]) -> httpx.Response:
        """Whatever somebody sends to Tieout's address of an account."""
        head = {"Content-Type": "application/json", **proof(body)}
        return httpx.post(f"{self.url}/in/{account}", content=body, headers=head, timeout=10)

    def accepted(self, rma: Rma) -> None:
        """A person accepts the case about the RMA as it is, with a reason."""
        found = self.house.case(rma)
        assert found is not None, "there is nothing to accept"
        self.answered("case", "accept", str(found.id), "--why", "agreed")

    def tried_again(self, rma: Rma) -> None:
        """A person put the cause right and lets the case be tried again."""
        found = self.house.case(rma)
        assert found is not None, "there is no case"
        self.answered("case", "retry", str(found.id))

    def mapped(self, table: str, key: str, **value: str) -> None:
        """A person puts a rule in force at the command line, which lets go what the lack of it held."""
        self.answered("mapping", "set", COMPANY, table, key, *(f"{name}={text}" for name, text in value.items()))

    def answered(self, *words: str) -> str:
        """What the command line answers."""
        head = ["--config", str(self.house.config), "--home", str(self.house.home)]
        shown = CliRunner().invoke(tieout, [*head, *words])
        assert shown.exit_code == 0, shown.output
        return shown.stdout

    # What Tieout does

    def delivered(self) -> None:
        """Every webhook on its way has arrived, or was given up."""
        for system in ("returngo", "loop", "shopify"):
            self.control.post(f"/{system}/drain")

    def tried_for(self, seconds: float) -> None:
        """What has come in is worked on for so long, however it goes."""
        self.delivered()
        until = Deadline(seconds, threading.Event())
        drain(self.house.application.floor, LaneJob(company=COMPANY, lane=0, deadline=until), RETURNS)

    def settle(self, seconds: float = 20.0) -> None:
        """Every webhook on its way is delivered; then the lanes are worked until nothing is due."""
        for _ in range(2):
            self.delivered()
            self.house.drain(seconds=seconds)

    def schedules_run(self) -> None:
        """The sweeps look at every system, and what they find is worked on."""
        self.house.sweep()
        sweeps.sweep_overdue(self.house.application.floor, self.house.application.companies[COMPANY])
        self.house.drain()

    @contextmanager
    def chosen(self, **choices: Any) -> Iterator[None]:  # noqa: ANN401  # any choice
        """Other settings for a while: `mode`, `route`, `tries_max` and the like."""
        before = {name: getattr(self.house.choices, name) for name in choices}
        self.delivered()
        self.house.choose(**choices)
        try:
            yield
        finally:
            self.delivered()
            self.house.choose(**before)

    @contextmanager
    def set_up(self, more: str) -> Iterator[None]:
        """More settings for a while, as they stand in the file."""
        assert isinstance(self.house, DeskHouse)
        self.delivered()
        self.house.more_settings = more
        self.house.choose()
        try:
            yield
        finally:
            self.house.more_settings = ""
            self.house.choose()

    @contextmanager
    def ruled(self, table: str, key: str, otherwise: dict[str, str], /, **value: str) -> Iterator[None]:
        """A mapping rule for a while; `otherwise` is the rule in force afterwards."""
        self.house.rule(table, key, **value)
        try:
            yield
        finally:
            self.house.rule(table, key, **otherwise)

    @contextmanager
    def amiss(self, path: str, wrong: Json, right: Json) -> Iterator[None]:
        """Something that somebody in another system has set wrong for a while."""
        self.control.put(path, wrong)
        try:
            yield
        finally:
            self.control.put(path, right)

    # What is seen

    def open_books(self) -> None:
        """From here on changes are counted."""
        self._before = self._books()

    def prove(self) -> None:
        """Assert that every ledger agrees with the others and that nothing was done twice."""
        self.control.prove()

    def change(self) -> Change:
        """What has changed in the ledgers since the books were opened, or since the last sale."""
        now, before = self._books(), self._before
        return Change(
            credits=tuple(sorted((now.credits - before.credits).elements())),
            payments=tuple(sorted((now.payments - before.payments).elements())),
            refunds=tuple(sorted((now.refunds - before.refunds).elements())),
            stock=moved(now.stock, before.stock),
            offered=moved(now.offered, before.offered),
            outstanding=now.outstanding - before.outstanding,
            nominals=moved(now.nominals, before.nominals),
        )

    def case(self, rma: Rma) -> str:
        """The code of the case on somebody's desk about this RMA; empty for none."""
        found = self.house.case(rma)
        return found.code if found is not None else ""

    def faults(self, rma: Rma) -> set[str]:
        """All codes on the RMA's case."""
        found = self.house.case(rma)
        return {str(f["code"]) for f in found.faults if isinstance(f, Mapping)} if found is not None else set()

    def cases_about(self, text: str) -> list[Case]:
        """Open cases whose title or faults name something."""
        return [case for case in self.house.open_cases() if text in f"{case.document_key} {case.faults}"]

    def says(self, rma: Rma) -> str:
        """Everything that the case about the RMA says, as one text."""
        found = self.house.case(rma)
        return json.dumps(found.faults) if found is not None else ""

    def waits_for(self, rma: Rma) -> str:
        """What must happen outside before more can be done; empty when nothing must."""
        with self.house.application.store.scope(COMPANY) as c:
            last = attempts.last_attempt(c, self.house.document(rma))
        return (last.note or "") if last is not None else ""

    def posted_in_sage(self) -> int:
        """How many changes of any kind have gone in through Sage's doors, by its own journal."""
        entries = self.control.get("/sage200/journal?effects_only=1")["entries"]
        return sum(len(entry["effects"]) for entry in entries if entry["method"] not in {"CONTROL", "DESKTOP"})

    def is_done(self, rma: Rma) -> bool:
        """Every leg of the RMA was read back and agrees, and nothing waits on a desk."""
        is_agreed = set(self.house.leg_states(rma)) <= {"agreed", "waived"}
        return self.house.document(rma).state == "done" and is_agreed and self.house.case(rma) is None

    def status(self, rma: Rma) -> str:
        """What the portal says of the RMA."""
        return dict(self.control.books().rmas)[rma.number]

    def _books(self) -> Counted:
        ledger, stock = self.control.get("/sage200/ledgers/sales"), self.control.get("/sage200/ledgers/stock")
        nominal = self.control.get("/sage200/ledgers/nominal")["accounts"]
        levels = self.control.get("/shopify/ledgers/inventory")["levels"]
        refunds = self.control.get("/shopify/ledgers/refunds")["refunds"]
        return Counted(
            credits=Counter((-pence(r["net"]), -pence(r["tax"])) for r in ledger if "Credit" in r["type"]),
            payments=Counter(pence(r["gross"]) for r in ledger if "SalesPayment" in r["type"]),
            refunds=Counter((r["order"], pence(r["amount"])) for r in refunds),
            stock=Counter({(r["product"], r["bin"]): int(r["quantity"]) for r in stock}),
            offered=Counter({r["sku"]: int(r["available"]) for r in levels}),
            outstanding=sum(pence(r["outstanding"]) for r in ledger),
            nominals=by_account(nominal),
        )


def build_estate(seed: int = 1) -> Estate:
    """Four calm systems whose clock stands on the day that all tests live on."""
    clock = SandboxClock.set_to(THE_DAY)
    shopify = ShopifySandbox(clock, shop_domain=SHOP, seed=seed)
    returngo = ReturnGoSandbox(clock, shop_name=SHOP, shopify=shopify, seed=seed + 10)
    loop = LoopSandbox(clock, shopify=shopify, seed=seed + 30)
    return Estate([Sage200Sandbox(clock, seed=seed + 20), returngo, shopify, loop], clock, seed)


@contextmanager
def open_desk(setup: Setup, address: str, home: Path) -> Iterator[Desk]:
    """A desk on a database of its own, with everything served and every webhook subscribed."""
    estate = build_estate()
    kind = type("DeskHouse", (DeskHouse,), {"known_by": setup.known_by})
    with ExitStack() as stack:
        served = stack.enter_context(ServedEstate(estate))
        control = Control(served.url, estate)
        stack.callback(control.close)
        control.fill()
        house: House = kind(control, home, address, setup.choices)
        stack.callback(house.close)
        house.set_rules()
        url = stack.enter_context(served_intake(house))
        _subscribe(control, url)
        desk = Desk(house, url)
        yield desk
        desk.delivered()


def _subscribe(control: Control, url: str) -> None:
    """Every system is told where to send its news."""
    for event in RETURNGO_NEWS:
        control.post("/returngo/webhooks", {"eventName": event, "url": f"{url}/in/returngo?secret={PORTAL_WORD}"})
    for trigger in LOOP_NEWS:
        control.post("/loop/webhooks", {"topic": "return", "trigger": trigger, "url": f"{url}/in/loop"})
    for topic in SHOPIFY_NEWS:
        control.post("/shopify/webhooks", {"topic": topic, "url": f"{url}/in/shopify"})
