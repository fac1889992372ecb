"""A served Sage 200 with one sold order, and the commands of its return."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr

from tieout.connectors.sage200 import Sage200, Sage200Settings, open_ledger
from tieout.connectors.transport import Json, write_json
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal, SalesOrder
from tieout.domain.money import Money
from tieout.ports.errors import Busy, Locked, OutcomeUnknown, Unauthorised, Unavailable
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate

if TYPE_CHECKING:
    from tests.connectors.sage200.conftest import Keeper

SOLD = date(2026, 11, 2)
ON = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""The day on which all these tests live, so that its periods stay open."""
LOAD = {
    "customers": [{"reference": "WEB", "name": "Web shop", "country": "GB", "tax_code": 1}],
    "products": [
        {"code": "MUG", "name": "Mug", "costing": "FIFO", "tax_code": 1, "standard_price": "19.99"},
        {"code": "BOWL", "name": "Bowl", "costing": "AVERAGE", "tax_code": 2, "standard_price": "10.00"},
    ],
    "orders": [
        {
            "customer": "WEB",
            "customer_document_no": "SHOP-1001",
            "document_date": SOLD.isoformat(),
            "lines": [
                {"product": "MUG", "quantity": "3", "unit_price": "20.00", "discount_percent": "16.67", "tax_code": 1},
                {"product": "BOWL", "quantity": "1", "unit_price": "10.00", "tax_code": 2},
            ],
            "despatched": True,
            "invoiced": True,
            "paid": True,
        }
    ],
}


BATCH: dict[str, Any] = {"batch": "b1", "units": ("u1",)}


class Make:
    """The commands of one return, each with its key."""

    @staticmethod
    def raise_return(order: SalesOrder, key: str = "TRT-0000000000000001") -> c.RaiseReturn:
        lines = tuple(
            c.ReturnLine(
                order_line=line.line_id,
                sku=line.sku,
                quantity=quantity,
                unit_price=line.unit_price,
                tax_code=line.tax_code,
                warehouse=line.warehouse,
                nominal=line.nominal,
            )
            for line, quantity in zip(order.lines, (Decimal(2), Decimal(1)), strict=True)
        )
        return c.RaiseReturn(
            key=key,
            customer_id=order.customer_id,
            order_number=order.number,
            rma="RMA-77",
            reason="DAMAGED",
            raised_on=ON,
            lines=lines,
            **BATCH,
        )

    @staticmethod
    def receive(order: SalesOrder, key: str = "TRC-0000000000000001") -> c.ReceiveReturn:
        return c.ReceiveReturn(
            key=key,
            return_key="TRT-0000000000000001",
            order_number=order.number,
            received_on=ON,
            warehouse="HOME",
            lines=tuple(
                c.BinLine(
                    order_line=line.line_id, sku=line.sku, quantity=Decimal(1), bin="GOODS-IN", nominal=line.nominal
                )
                for line in order.lines
            ),
            **BATCH,
        )

    @staticmethod
    def credit_lines(order: SalesOrder) -> tuple[c.CreditLine, ...]:
        return tuple(
            c.CreditLine(
                order_line=line.line_id,
                sku=line.sku,
                quantity=Decimal(1),
                net=line.net.part(Decimal(0), Decimal(1), line.quantity),
                tax=line.tax.part(Decimal(0), Decimal(1), line.quantity),
                tax_code=line.tax_code,
                nominal=line.nominal,
            )
            for line in order.lines
        )

    @staticmethod
    def sop_credit(order: SalesOrder) -> c.PostSopCreditNote:
        return c.PostSopCreditNote(
            key="TSC-0000000000000001",
            return_key="TRT-0000000000000001",
            customer_id=order.customer_id,
            order_number=order.number,
            on=ON,
            narrative="RMA-77",
            lines=Make.credit_lines(order),
            **BATCH,
        )

    @staticmethod
    def credit_note(order: SalesOrder, key: str = "TCN-0000000000000001") -> c.RaiseCreditNote:
        return c.RaiseCreditNote(
            key=key,
            customer_id=order.customer_id,
            order_number=order.number,
            on=ON,
            second_reference="RMA-77",
            narrative="RMA-77 order 0000000001",
            lines=Make.credit_lines(order),
            **BATCH,
        )

    @staticmethod
    def payment(order: SalesOrder) -> c.PostRefundPayment:
        return c.PostRefundPayment(
            key="TRP-0000000000000001",
            customer_id=order.customer_id,
            bank="CARD",
            amount=Money(3000),
            on=ON,
            second_reference="RMA-77",
            **BATCH,
        )

    @staticmethod
    def write_on(quantity: str = "2") -> c.WriteOn:
        return c.WriteOn(
            key="TWO-0000000000000001",
            sku="MUG",
            warehouse="HOME",
            bin="GOODS-IN",
            quantity=Decimal(quantity),
            on=ON,
            nominal=Nominal(account="5200"),
            second_reference="RMA-77",
            narrative="RMA-77",
            **BATCH,
        )

    @staticmethod
    def move(to_bin: str = "NEVER-USED") -> c.MoveStock:
        return c.MoveStock(
            key="TMV-0000000000000001",
            sku="MUG",
            quantity=Decimal(1),
            from_warehouse="HOME",
            from_bin="GOODS-IN",
            to_warehouse="QUARANTINE",
            to_bin=to_bin,
            on=ON,
            second_reference="RMA-77",
            **BATCH,
        )


@dataclasses.dataclass(frozen=True)
class Doing:
    """One command with its look, its post, and what must stand before it."""

    command: c.Command
    find: Callable[[Any], c.Found | None]
    do: Callable[[Any], None]
    path: str

    def until_done(self) -> c.Figures:
        """Look, and post only what is not there, until it is; what reads back other than wanted."""
        for _ in range(200):
            with contextlib.suppress(Busy, Locked, OutcomeUnknown, Unavailable, Unauthorised):
                found = self.find(self.command)
                if found is not None:
                    return {name: saw for name, _, saw in c.differences(self.command.figures(), found.figures)}
                self.do(self.command)
        raise AssertionError("it was never done")


class World:
    """A served Sage 200 with one sold order, and a person who can do things in it by hand."""

    make = Make

    def __init__(self, url: str, keeper: Keeper, clock: SandboxClock) -> None:
        self.by_hand = httpx.Client(base_url=f"{url}/_sandbox/sage200", timeout=30)
        self.clock, self._keeper = clock, keeper
        self._opened: list[Sage200] = []
        self.by_hand.delete("/state")
        self.temper()
        self.does("POST", "/load", LOAD)
        given = self.does("POST", "/tokens", {})
        self._by_api = httpx.Client(
            base_url=f"{url}/sage200",
            timeout=30,
            headers={
                "Authorization": f"Bearer {given['access_token']}",
                "X-Site": given["site_id"],
                "X-Company": str(given["company_id"]),
                "Content-Type": "application/json",
            },
        )
        self._settings = Sage200Settings(
            base_url=f"{url}/sage200",
            identity_url=f"{url}/sage200",
            client_id="tieout-sandbox",
            client_secret=SecretStr("sandbox-secret"),
            refresh_token=SecretStr(given["refresh_token"]),
            site_id=given["site_id"],
            company_id=given["company_id"],
            channel="companion",
            companion_url=f"{url}/sage200/companion",
            companion_key=SecretStr(given["companion_key"]),
            cache_seconds=0,
        )
        self.sage = self.open()

    def open(self, **changes: object) -> Sage200:
        opened = open_ledger(self._settings.model_copy(update=changes), self._keeper, self.clock.now)
        self._opened.append(opened)
        return opened

    def open_taught(self, lock_words: Callable[[], Sequence[str]]) -> Sage200:
        """A connector of a company that has added its own words for a record lock."""
        opened = open_ledger(self._settings, self._keeper, self.clock.now, lock_words)
        self._opened.append(opened)
        return opened

    def does(self, verb: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - a JSON answer
        answer = self.by_hand.request(verb, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def asks(self, verb: str, path: str, body: Json = None, **params: str) -> httpx.Response:
        """A request to the API itself, past the connector; the answer as it is, figures digit for digit."""
        content = None if body is None else write_json(body)
        return self._by_api.request(verb, path, content=content, params=params)

    def temper(self, **rates: object) -> None:
        calm = {"seed": 1, "path_contains": "", "limit": -1, "lost_reply": 0, "late_commit": 0, "error_before": 0}
        more = {"busy": 0, "expired_token": 0, "unknown_fields": 0, "stale_read": 0, "lock": 0, "slow": 0}
        self.does("PUT", "/temper", {**calm, **more, **rates})

    @property
    def order(self) -> SalesOrder:
        (found,) = self.sage.orders.orders("SHOP-1001")
        return found

    def prepare(self, name: str) -> Doing:
        """Bring the world to where the named command is next."""
        return prepare(self, name)

    def close(self) -> None:
        for opened in self._opened:
            opened.close()
        self.by_hand.close()
        self._by_api.close()


def prepare(world: World, name: str) -> Doing:
    """Bring the world to where the named command is next."""
    order, sage, make = world.order, world.sage, world.make
    if name in ("receive_return", "post_sop_credit_note"):
        sage.returns.raise_return(make.raise_return(order))
    if name == "post_sop_credit_note":
        sage.returns.receive_return(make.receive(order))
    if name == "move_stock":
        sage.stock.write_on(make.write_on())
    returns, ledger, stock = sage.returns, sage.ledger, sage.stock
    doings: dict[str, tuple[c.Command, Callable[[Any], c.Found | None], Callable[[Any], None], str]] = {
        "raise_return": (make.raise_return(order), returns.find_return, returns.raise_return, "sop_returns"),
        "receive_return": (make.receive(order), returns.find_receipt, returns.receive_return, "receipts"),
        "post_sop_credit_note": (
            make.sop_credit(order),
            returns.find_sop_credit_note,
            returns.post_sop_credit_note,
            "credit-notes",
        ),
        "raise_credit_note": (
            make.credit_note(order),
            ledger.find_credit_note,
            ledger.raise_credit_note,
            "sales_credit_notes",
        ),
        "post_refund_payment": (
            make.payment(order),
            ledger.find_refund_payment,
            ledger.post_refund_payment,
            "sales_payments",
        ),
        "write_on": (make.write_on(), stock.find_write_on, stock.write_on, "write-ons"),
        "move_stock": (make.move("Q1"), stock.find_move, stock.move_stock, "stock_transfers"),
    }
    command, find, do, path = doings[name]
    return Doing(command, find, do, path)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, SandboxClock]]:
    clock = SandboxClock.set_to(NOON)
    with ServedEstate(Estate([Sage200Sandbox(clock)], clock)) as estate:
        yield estate.url, clock


@pytest.fixture
def world(served: tuple[str, SandboxClock], keeper: Keeper) -> Iterator[World]:
    made = World(served[0], keeper, served[1])
    yield made
    made.temper()
    proofs = made.does("GET", "/ledgers/proofs")
    made.close()
    assert all(proofs[name] for name in proofs if name != "duplicates"), proofs
