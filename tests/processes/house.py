"""A small, fast house: the served estate and a Tieout pointed at it, with the verbs of the trade."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieout.bootstrap import Application, open_application
from tieout.durable import LaneJob
from tieout.durable.lanes import Deadline
from tieout.processes import sweeps
from tieout.processes.flows import FLOWS
from tieout.processes.lanes import drain
from tieout.processes.returns import KIND
from tieout.processes.routing import wake
from tieout.processes.standing import leg_state
from tieout.sandbox.sage200 import COMPANION_KEY
from tieout.settings import load
from tieout.store import approvals, cases, documents, legs, mapping_rules
from tieout.store.cases import Case
from tieout.store.documents import Document

if TYPE_CHECKING:
    from tests.processes.estate import Control, Json

COMPANY = "giftware"
SOON = timedelta(seconds=30)
"""A document that is due later than this is left alone by `drain`."""
SETTINGS = """
[database]
address = "{database}"
pool_size = {pool_size}
[web]
body_bytes_max = 20000
[work]
coalesce_seconds = 0
late_commit_seconds = {late_commit}
unavailable_seconds = 0.05
unauthorised_seconds = 0.3
lock_first_seconds = 0.05
lock_longest_seconds = 0.2
lock_window_seconds = {lock_window}
leg_again_seconds = 3600
defect_seconds = 0.2
stalled_after_seconds = 2.0
tries_max = {tries_max}
[clock]
offset_seconds = {offset}
[company.giftware]
credit_route = "{route}"
refund_mode = "{mode}"
lanes = {lanes}
ledger = "sage"
portal = "{portal}"
storefront = "shopify"
{warehouses}
[account.sage]
system = "sage200"
base_url = "{estate}/sage200{api}"
base_currency = "{currency}"
identity_url = "{estate}/sage200"
client_id = "tieout-sandbox"
client_secret = "sandbox-secret"
refresh_token = "{refresh_token}"
site_id = "{site}"
company_id = {company_id}
channel = "{channel}"
companion_url = "{estate}/sage200/companion"
companion_key = "{companion_key}"
bins_known = ["HOME/A1", "HOME/GOODS-IN", "QUARANTINE/Q1"]
bins_held_back = ["HOME/GOODS-IN"]
cache_seconds = 0
read_seconds = {read_seconds}
busy_seconds = 0.05
[account.returngo]
system = "returngo"
base_url = "{estate}/returngo"
shop_name = "small-house.myshopify.com"
shop_currency = "{currency}"
api_key = "returngo-sandbox-key"
inbound_secret = "the-portals-word"
calls_per_day = 200000
read_seconds = {read_seconds}
busy_seconds = 0.05
[account.shopify]
system = "shopify"
shop_domain = "small-house.myshopify.com"
base_url = "{estate}/shopify"
access_token = "shpat_sandbox"
client_secret = "sandbox-client-secret"
read_seconds = {read_seconds}
busy_seconds = 0.05
"""
DOCK_SECRET = "whsec_c2lnbmVkLWJ5LXRoZS13YXJlaG91c2Utb2YtdGVzdHM="
DOCK = """
[account.{name}]
system = "dock"
secret = "{secret}"
"""
LOOP = """
[account.loop]
system = "loop"
base_url = "{estate}/loop/api/v1"
api_key = "loop-sandbox-key"
webhook_secret = "loop-sandbox-secret"
shop_currency = "{currency}"
read_seconds = {read_seconds}
busy_seconds = 0.05
"""
RULES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("reason", "Too small", {"code": "sound", "account": "4010", "grade": "good"}),
    ("reason", "Changed mind", {"code": "sound", "account": "4010", "grade": "good"}),
    ("reason", "Faulty", {"code": "faulty", "account": "4010", "grade": "damaged"}),
    ("disposition", "any|good", {"warehouse": "HOME", "bin": "A1"}),
    ("disposition", "any|damaged", {"warehouse": "QUARANTINE", "bin": "Q1"}),
    ("tender", "shopify_payments", {"bank": "SHOPPAY"}),
    ("storefront_location", "HOME", {"location": "HOME"}),
    ("customer", "*", {"account": "="}),
    ("policy", "credit_on", {"value": "receipt"}),
    ("policy", "price_tolerance_pence", {"value": "1"}),
    ("policy", "returns_warehouse", {"value": "HOME"}),
    ("policy", "goods_in_bin", {"value": "GOODS-IN"}),
    ("policy", "stock_write_on_nominal", {"value": "5200"}),
    ("policy", "portal_app", {"value": "ReturnGO"}),
)
LONG_AGO = date(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How a house is set up."""

    route: str = "sop"
    mode: str = "gate"
    channel: str = "companion"
    lanes: int = 1
    late_commit: float = 0.3
    lock_window: float = 5.0
    read_seconds: float = 2.0
    tries_max: int = 6
    pool_size: int = 4
    portal: str = "returngo"
    """Account of the returns portal: `returngo`, `loop`, or `shopify` for its own returns."""
    warehouses: tuple[str, ...] = ()
    """Accounts that tell what came in; `desk` is people."""
    ships: tuple[str, ...] = ()
    """Accounts that ship orders."""
    more: str = ""
    """Further settings, as they stand in the file."""


@dataclass(frozen=True, slots=True)
class Rma:
    """An RMA at the portal."""

    number: str
    units: tuple[str, ...]


class House:
    """One merchant's systems and their Tieout."""

    def __init__(self, control: Control, home: Path, address: str, choices: Choices) -> None:
        self.control = control
        self.home = home
        self.address = address
        self.choices = choices
        self.config = home / "tieout.toml"
        self._tokens = control.post("/sage200/tokens")
        self.application = self.open()

    def open(self) -> Application:
        """A Tieout on this house's settings, as one more process would open it."""
        self.config.write_text(self.settings_text(), encoding="utf-8")
        return open_application(load(self.config, {}), self.home)

    def settings_text(self) -> str:
        """The settings file of this house as it is set up now."""
        chosen = {name: getattr(self.choices, name) for name in Choices.__dataclass_fields__}
        names = self.choices.warehouses
        chosen["warehouses"] = f"goods_in = {json.dumps(names)}" if names else ""
        if self.choices.ships:
            chosen["warehouses"] += f"\nwarehouses = {json.dumps(self.choices.ships)}"
        text = (SETTINGS + (LOOP if self.choices.portal == "loop" else "")).format(
            database=self.address,
            offset=self.control.estate.clock.offset.total_seconds(),
            estate=self.control.url,
            refresh_token=self._tokens["refresh_token"],
            site=self._tokens["site_id"],
            company_id=self._tokens["company_id"],
            companion_key=COMPANION_KEY,
            api=self.control.market.api,
            currency=self.control.market.currency,
            **chosen,
        )
        text += self.choices.more.replace("{estate}", self.control.url)
        return text + "".join(DOCK.format(name=name, secret=DOCK_SECRET) for name in names if name != "desk")

    def close(self) -> None:
        self.application.close()

    def later(self, by: timedelta) -> None:
        """Let time pass for everybody; whoever is away for long signs in to Sage again."""
        self.control.shift(by)
        self._tokens = self.control.post("/sage200/tokens")
        self.application.close()
        self.application = self.open()

    def sign_in(self) -> None:
        """A person signs in to Sage anew."""
        self._tokens = self.control.post("/sage200/tokens")
        self.choose()

    def choose(self, **changes: Any) -> None:  # noqa: ANN401  # any choice
        """Change the settings and start again."""
        chosen = {name: getattr(self.choices, name) for name in Choices.__dataclass_fields__}
        self.choices = Choices(**{**chosen, **changes})
        self.application.close()
        self.application = self.open()

    # Rules of the house

    def set_rules(self) -> None:
        for table, key, value in RULES:
            self.rule(table, key, LONG_AGO, **value)

    def rule(self, table: str, key: str, since: date | None = None, /, **value: str) -> None:
        """Put a rule in force."""
        now = self.application.clock()
        with self.application.store.scope(COMPANY) as c:
            proposed = mapping_rules.propose(
                c,
                company=COMPANY,
                table_name=table,
                key=key,
                value=value,
                in_force_from=since or now.date(),
                owner="finance",
                proposed_by="test",
            )
            mapping_rules.approve(c, proposed.id, by="owner", at=now)

    # What happens outside

    def raise_rma(self, order: str, *items: tuple[str, int] | tuple[str, int, str], **more: Json) -> Rma:
        """A customer asks to send (stock code, quantity, reason) back; the portal knows the shop's prices."""
        asked = [
            {"sku": item[0], "quantity": item[1], "reason": item[2] if len(item) > 2 else "Too small"} for item in items
        ]
        number = more.pop("number", None)
        head = {"order_name": order, "customer": {"id": 12345}, "currency": self.control.market.currency} | (
            {"number": number} if number else {}
        )
        raised = self.control.post("/returngo/rmas", {**head, "items": [item | more for item in asked]})["rmas"][0]
        return Rma(str(raised["rma_id"]), tuple(str(item["returned_item_id"]) for item in raised["items"]))

    def act(self, rma: Rma, action: str, **body: Json) -> None:
        """Somebody at the portal: approve, cancel, reject, reopen, done, refund."""
        self.control.post(f"/returngo/rmas/{rma.number}/{action}", body)

    def approve(self, rma: Rma) -> Rma:
        self.act(rma, "approve")
        return rma

    def authorised(self, order: str, *items: tuple[str, int] | tuple[str, int, str], **more: Json) -> Rma:
        """An RMA that was raised and approved."""
        return self.approve(self.raise_rma(order, *items, **more))

    def receive(self, rma: Rma, *units: str, damaged: tuple[str, ...] = (), graded: bool = True) -> None:
        """A parcel arrives with these units, all of them when none is named, and somebody looks at them."""
        arrived = units or rma.units
        grades = {unit: {"restockable": unit not in damaged, "returned": True} for unit in arrived}
        self.act(rma, "receive", returned_item_ids=list(arrived), **({"grades": grades} if graded else {}))

    # What Tieout does

    def tell(self, *rmas: Rma) -> None:
        """What an event does: the documents are due."""
        for rma in rmas:
            with self.application.store.scope(COMPANY) as c:
                lanes = self.application.companies[COMPANY].lanes
                wake(c, COMPANY, lanes, rma.number, at=self.application.clock())

    def sweep(self) -> None:
        """What the schedules do."""
        company, back = self.application.companies[COMPANY], timedelta(days=3 * 365)
        sweeps.sweep_portal(self.application.floor, company, back)
        sweeps.sweep_refunds(self.application.floor, company, back)
        sweeps.sweep_credit_notes(self.application.floor, company, back)

    def drain(self, *told: Rma, seconds: float = 20.0) -> None:
        """Work until nothing is due soon; the RMAs named are due first."""
        self.tell(*told)
        until = time.monotonic() + seconds
        while (due := self._due()) is not None:
            assert time.monotonic() < until, f"{due.kind} {due.key} is still due after {seconds} s"
            self.work()
            time.sleep(0.01)

    def work(self, application: Application | None = None) -> None:
        """One round over all lanes, as a worker's jobs would make it."""
        application = application or self.application
        for flow in FLOWS.values():
            for lane in range(self.choices.lanes):
                job = LaneJob(company=COMPANY, lane=lane, deadline=Deadline(30, threading.Event()))
                drain(application.floor, job, flow)

    def work_through_defects(self) -> None:
        """One round of a worker whose jobs may fail and begin again."""
        with suppress(Exception):
            self.work()

    def _due(self) -> Document | None:
        soon = self.application.clock() + SOON
        with self.application.store.scope(COMPANY) as c:
            found = [documents.next_due(c, COMPANY, lane, soon) for lane in range(self.choices.lanes)]
        return next((document for document in found if document is not None), None)

    # The desk

    def document(self, rma: Rma) -> Document:
        with self.application.store.scope(COMPANY) as c:
            found = documents.document(c, COMPANY, KIND, rma.number)
        assert found is not None, f"RMA {rma.number} is not known"
        return found

    def case(self, rma: Rma) -> Case | None:
        with self.application.store.scope(COMPANY) as c:
            return cases.open_case_of(c, COMPANY, KIND, rma.number)

    def open_cases(self) -> list[Case]:
        with self.application.store.scope(COMPANY) as c:
            return cases.open_cases(c)

    def accept(self, rma: Rma, code: str) -> None:
        """A person accepts a fact, with a reason."""
        with self.application.store.scope(COMPANY) as c:
            approvals.approve(
                c,
                company=COMPANY,
                kind=KIND,
                key=rma.number,
                code=code,
                who="finance",
                why="agreed",
                at=self.application.clock(),
            )

    def leg_states(self, rma: Rma) -> Counter[str]:
        """How many legs are in which state."""
        document, now = self.document(rma), self.application.clock()
        with self.application.store.scope(COMPANY) as c:
            return Counter(leg_state(leg, now).value for leg in legs.legs_of(c, document))
