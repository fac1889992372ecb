"""The connector against the served sandbox, which was written from the same documents by other hands."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr

from tieout.connectors.sage200 import Sage200, Sage200Settings, open_ledger
from tieout.domain import commands as c
from tieout.domain.documents.books import PeriodAnswer
from tieout.domain.documents.sales_order import Nominal, SalesOrder
from tieout.domain.money import Money
from tieout.ports.errors import BadAnswer, Busy, Locked, NeedsHand, OutcomeUnknown, Refused, Unauthorised
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate

if TYPE_CHECKING:
    from .conftest import Keeper

SOLD = date(2026, 11, 2)
ON = date(2026, 11, 20)
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


class World:
    """A served Sage 200 with one sold order, and a person who can do things in it by hand."""

    def __init__(self, url: str, keeper: Keeper, clock: SandboxClock) -> None:
        self.by_hand = httpx.Client(base_url=f"{url}/_sandbox/sage200", timeout=30)
        self.clock, self._keeper = clock, keeper
        self._opened: list[Sage200] = []
        self.by_hand.delete("/state")
        self.temper()
        self.does("POST", "/load", LOAD)
        given = self.does("POST", "/tokens", {})
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

    def does(self, verb: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - a JSON answer
        answer = self.by_hand.request(verb, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def temper(self, **rates: object) -> None:
        calm = {"seed": 1, "path_contains": "", "limit": -1, "lost_reply": 0, "late_commit": 0, "error_before": 0}
        more = {"busy": 0, "expired_token": 0, "unknown_fields": 0, "stale_read": 0, "lock": 0, "slow": 0}
        self.does("PUT", "/temper", {**calm, **more, **rates})

    @property
    def order(self) -> SalesOrder:
        (found,) = self.sage.orders.orders("SHOP-1001")
        return found

    def close(self) -> None:
        for opened in self._opened:
            opened.close()
        self.by_hand.close()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, SandboxClock]]:
    clock = SandboxClock()
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


BATCH: dict[str, Any] = {"batch": "b1", "units": ("u1",)}


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


def receive(order: SalesOrder, key: str = "TRC-0000000000000001") -> c.ReceiveReturn:
    return c.ReceiveReturn(
        key=key,
        return_key="TRT-0000000000000001",
        order_number=order.number,
        received_on=ON,
        warehouse="HOME",
        lines=tuple(
            c.BinLine(order_line=line.line_id, sku=line.sku, quantity=Decimal(1), bin="GOODS-IN", nominal=line.nominal)
            for line in order.lines
        ),
        **BATCH,
    )


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


def sop_credit(order: SalesOrder) -> c.PostSopCreditNote:
    return c.PostSopCreditNote(
        key="TSC-0000000000000001",
        return_key="TRT-0000000000000001",
        customer_id=order.customer_id,
        order_number=order.number,
        on=ON,
        narrative="RMA-77",
        lines=credit_lines(order),
        **BATCH,
    )


def credit_note(order: SalesOrder, key: str = "TCN-0000000000000001") -> c.RaiseCreditNote:
    return c.RaiseCreditNote(
        key=key,
        customer_id=order.customer_id,
        order_number=order.number,
        on=ON,
        second_reference="RMA-77",
        narrative="RMA-77 order 0000000001",
        lines=credit_lines(order),
        **BATCH,
    )


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


def prepare(world: World, name: str) -> Doing:
    """Bring the world to where the named command is next."""
    order, sage = world.order, world.sage
    if name in ("receive_return", "post_sop_credit_note"):
        sage.returns.raise_return(raise_return(order))
    if name == "post_sop_credit_note":
        sage.returns.receive_return(receive(order))
    if name == "move_stock":
        sage.stock.write_on(write_on())
    returns, ledger, stock = sage.returns, sage.ledger, sage.stock
    doings: dict[str, tuple[c.Command, Callable[[Any], c.Found | None], Callable[[Any], None], str]] = {
        "raise_return": (raise_return(order), returns.find_return, returns.raise_return, "sop_returns"),
        "receive_return": (receive(order), returns.find_receipt, returns.receive_return, "receipts"),
        "post_sop_credit_note": (
            sop_credit(order),
            returns.find_sop_credit_note,
            returns.post_sop_credit_note,
            "credit-notes",
        ),
        "raise_credit_note": (
            credit_note(order),
            ledger.find_credit_note,
            ledger.raise_credit_note,
            "sales_credit_notes",
        ),
        "post_refund_payment": (
            payment(order),
            ledger.find_refund_payment,
            ledger.post_refund_payment,
            "sales_payments",
        ),
        "write_on": (write_on(), stock.find_write_on, stock.write_on, "write-ons"),
        "move_stock": (move("Q1"), stock.find_move, stock.move_stock, "stock_transfers"),
    }
    command, find, do, path = doings[name]
    return Doing(command, find, do, path)


WRITES = (
    "raise_return",
    "receive_return",
    "post_sop_credit_note",
    "raise_credit_note",
    "post_refund_payment",
    "write_on",
    "move_stock",
)


@pytest.mark.parametrize("name", WRITES)
def test_what_was_done_reads_back_to_the_penny(world: World, name: str) -> None:
    doing = prepare(world, name)
    assert doing.find(doing.command) is None
    doing.do(doing.command)
    found = doing.find(doing.command)
    assert found is not None
    assert c.differences(doing.command.figures(), found.figures) == ()
    assert found.reference


@pytest.mark.parametrize("name", WRITES)
def test_a_lost_answer_leaves_the_outcome_unknown_and_a_look_finds_it(world: World, name: str) -> None:
    doing = prepare(world, name)
    world.temper(lost_reply=1, lost_reply_as="504", limit=1, path_contains=doing.path)
    with pytest.raises(OutcomeUnknown):
        doing.do(doing.command)
    found = doing.find(doing.command)
    assert found is not None
    assert c.differences(doing.command.figures(), found.figures) == ()


@pytest.mark.parametrize("name", WRITES)
def test_a_failure_before_acting_leaves_the_outcome_unknown_and_a_look_finds_nothing(world: World, name: str) -> None:
    doing = prepare(world, name)
    world.temper(error_before=1, limit=1, path_contains=doing.path)
    with pytest.raises(OutcomeUnknown):
        doing.do(doing.command)
    assert doing.find(doing.command) is None
    doing.do(doing.command)
    assert doing.find(doing.command) is not None
    assert world.does("GET", "/ledgers/proofs")["duplicates"] == []


@pytest.mark.parametrize("name", ["receive_return", "post_sop_credit_note", "write_on"])
def test_the_companion_does_nothing_twice_even_when_nobody_looks(world: World, name: str) -> None:
    doing = prepare(world, name)
    doing.do(doing.command)
    doing.do(doing.command)
    found = doing.find(doing.command)
    assert found is not None
    assert c.differences(doing.command.figures(), found.figures) == ()
    assert world.does("GET", "/ledgers/proofs")["duplicates"] == []


def test_another_content_under_a_used_key_is_found_by_a_look_and_not_booked(world: World) -> None:
    world.sage.stock.write_on(write_on("2"))
    with pytest.raises(OutcomeUnknown, match="something else"):
        world.sage.stock.write_on(write_on("3"))
    found = world.sage.stock.find_write_on(write_on("3"))
    assert found is not None
    assert found.figures == {"MUG@HOME/GOODS-IN": "2"}


def test_raising_twice_with_one_key_makes_one_when_it_is_looked_for_first(world: World) -> None:
    command = credit_note(world.order)
    for _ in range(3):
        if world.sage.ledger.find_credit_note(command) is None:
            world.sage.ledger.raise_credit_note(command)
    posted = world.does("GET", f"/ledgers/sales?reference={command.key}")
    assert len(posted["transactions"] if isinstance(posted, dict) else posted) == 1


def test_two_credit_notes_under_one_key_are_a_bad_answer_that_names_both(world: World) -> None:
    command = credit_note(world.order)
    world.sage.ledger.raise_credit_note(command)
    world.sage.ledger.raise_credit_note(command)
    with pytest.raises(BadAnswer, match=r"2 postings under one key: .*urn.*urn"):
        world.sage.ledger.find_credit_note(command)


def test_two_returns_under_one_key_are_a_bad_answer_that_names_both(world: World) -> None:
    command = raise_return(world.order)
    world.sage.returns.raise_return(command)
    world.sage.returns.raise_return(command)
    with pytest.raises(BadAnswer, match=r"2 returns under one key: \d+, \d+"):
        world.sage.returns.find_return(command)


def test_a_late_commit_is_not_seen_at_once_and_then_is(world: World) -> None:
    command = credit_note(world.order)
    world.temper(late_commit=1, late_commit_seconds=0.3, limit=1, path_contains="sales_credit_notes")
    with pytest.raises(OutcomeUnknown):
        world.sage.ledger.raise_credit_note(command)
    assert world.sage.ledger.find_credit_note(command) is None
    threading.Event().wait(0.6)
    assert world.sage.ledger.find_credit_note(command) is not None


def test_a_refusal_carries_sages_sentence(world: World) -> None:
    command = credit_note(world.order)
    world.does("PUT", "/company", {"customers": {"WEB": {"on_hold": True}}})
    with pytest.raises(Refused) as raised:
        world.sage.ledger.raise_credit_note(command)
    assert "hold" in raised.value.reason
    assert "Message" not in raised.value.reason


def test_prices_that_may_not_be_overridden_are_refused(world: World) -> None:
    command = raise_return(world.order)
    world.does("PUT", "/permissions", {"override_prices_discounts": False})
    with pytest.raises(Refused):
        world.sage.returns.raise_return(command)
    assert world.sage.returns.find_return(command) is None


def test_a_right_that_is_missing_is_unauthorised(world: World) -> None:
    world.does("PUT", "/permissions", {"forbidden_resources": ["sales_credit_notes"]})
    with pytest.raises(Unauthorised, match="role lacks a right"):
        world.sage.ledger.raise_credit_note(credit_note(world.order))


@pytest.mark.parametrize("dress", ["400", "409", "423", "500"])
def test_a_locked_customer_names_who_has_it_on_screen(world: World, dress: str) -> None:
    command = credit_note(world.order)
    lock = {"record": "customer", "reference": "WEB", "holder": "JSMITH", "seconds": 60, "dress": dress}
    world.does("POST", "/locks", lock)
    with pytest.raises(Locked) as raised:
        world.sage.ledger.raise_credit_note(command)
    assert raised.value.holder == "JSMITH"
    world.does("DELETE", "/locks")
    assert world.sage.ledger.find_credit_note(command) is None


def test_a_lock_that_hangs_leaves_the_outcome_unknown(world: World) -> None:
    command = credit_note(world.order)
    lock = {"record": "customer", "reference": "WEB", "holder": "JSMITH", "seconds": 60, "dress": "hang"}
    world.does("POST", "/locks", lock)
    with pytest.raises(OutcomeUnknown):
        world.open(read_seconds=0.4).ledger.raise_credit_note(command)
    world.does("DELETE", "/locks")


def test_a_locked_order_stops_the_companion_too(world: World) -> None:
    doing = prepare(world, "receive_return")
    lock = {"record": "product", "reference": "MUG", "holder": "MARY", "seconds": 60, "dress": "423"}
    world.does("POST", "/locks", lock)
    with pytest.raises(Locked) as raised:
        doing.do(doing.command)
    assert raised.value.holder == "MARY"
    world.does("DELETE", "/locks")


def test_a_busy_site_says_how_long_to_wait(world: World) -> None:
    world.temper(busy=1, busy_seconds=7)
    with pytest.raises(Busy) as raised:
        world.sage.books.banks()
    assert raised.value.wait == timedelta(seconds=7)


def test_tokens_that_end_early_are_renewed_without_anybody_noticing(world: World) -> None:
    world.sage.books.banks()
    world.does("DELETE", "/tokens")
    assert "CARD" in world.sage.books.banks()


def test_fields_that_nobody_knows_disturb_nothing(world: World) -> None:
    world.temper(unknown_fields=1)
    doing = prepare(world, "post_sop_credit_note")
    doing.do(doing.command)
    assert doing.find(doing.command) is not None
    assert world.sage.books.product("MUG") is not None


def test_an_order_shows_what_was_invoiced_to_the_penny(world: World) -> None:
    order = world.order
    mug, bowl = order.lines
    assert (mug.net, mug.tax, mug.tax_rate, mug.unit_price) == (
        Money(5000),
        Money(1000),
        Decimal(20),
        Decimal("16.66667"),
    )
    assert (bowl.net, bowl.tax, bowl.tax_code, bowl.warehouse) == (Money(1000), Money(0), "2", "HOME")
    assert (order.customer_reference, order.currency, order.ordered_on) == ("WEB", "GBP", SOLD)
    (invoice,) = order.invoices
    assert (invoice.net, invoice.tax, invoice.outstanding) == (Money(6000), Money(1000), Money(0))


def test_a_change_of_the_price_book_or_of_a_rate_does_not_touch_what_was_invoiced(world: World) -> None:
    before = world.order
    world.does("PUT", "/prices", {"MUG": "29.99"})
    world.does("PUT", "/company", {"tax_codes": {"1": {"rate": "25.00"}}})
    assert world.order == before


def test_every_order_that_holds_an_item_is_found_over_many_pages(world: World) -> None:
    lines = [{"product": "MUG", "quantity": "1", "unit_price": "12.00", "tax_code": 1}]
    more = [
        {
            "customer": "WEB",
            "customer_document_no": f"SHOP-{n}",
            "document_date": SOLD.isoformat(),
            "lines": lines,
            "despatched": True,
            "invoiced": True,
        }
        for n in range(2000, 2045)
    ]
    world.does("POST", "/load", {"orders": more})
    sage = world.open(page_size=4)
    found = sage.orders.orders_holding("WEB", "MUG")
    assert len({order.number for order in found}) == len(found) == 46
    assert all(len(order.invoices) == 1 for order in found)
    assert sage.orders.orders_holding("WEB", "NOTHING") == ()
    assert sage.orders.orders("SHOP-20") == ()


def test_every_credit_note_is_swept_whoever_made_it_and_over_many_pages(world: World) -> None:
    order = world.order
    commands = [credit_note(order, f"TCN-000000000000{n:04}") for n in range(1, 8)]
    for command in commands:
        world.sage.ledger.raise_credit_note(command)
    swept = list(world.open(page_size=2).ledger.credit_notes(ON))
    assert [row.reference for row in swept] == [command.key for command in commands]
    assert {(row.net, row.tax, row.outstanding) for row in swept} == {(Money(2667), Money(333), Money(3000))}
    assert list(world.sage.ledger.credit_notes(date(2027, 12, 1))) == []


def test_a_credit_note_that_somebody_dates_back_is_swept_on_the_day_it_was_entered(world: World) -> None:
    command = dataclasses.replace(credit_note(world.order), on=SOLD)
    world.sage.ledger.raise_credit_note(command)
    entered = world.clock.today()
    (found,) = world.sage.ledger.credit_notes(entered)
    assert (found.reference, found.posted_on) == (command.key, SOLD)


def test_another_customers_posting_under_the_key_is_not_ours(world: World) -> None:
    command = credit_note(world.order)
    world.does("POST", "/load", {"customers": [{"reference": "SHOP2", "name": "Other", "country": "GB"}]})
    other = dataclasses.replace(command, customer_id=str(int(command.customer_id) + 1))
    world.sage.ledger.raise_credit_note(other)
    assert world.sage.ledger.find_credit_note(other) is not None
    assert world.sage.ledger.find_credit_note(command) is None


def test_a_credit_and_its_refund_are_allocated_once_and_for_all(world: World) -> None:
    order, ledger = world.order, world.sage.ledger
    credit, refund = credit_note(order), payment(order)
    command = c.AllocateCredit(
        key="TAL-0000000000000001",
        customer_id=order.customer_id,
        credit_key=credit.key,
        payment_key=refund.key,
        amount=Money(3000),
        on=ON,
        **BATCH,
    )
    with pytest.raises(Refused, match="credit note to allocate is not in the sales ledger"):
        ledger.allocate_credit(command)
    ledger.raise_credit_note(credit)
    ledger.post_refund_payment(refund)
    assert ledger.find_allocation(command) is None
    ledger.allocate_credit(command)
    found = ledger.find_allocation(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_an_untouched_return_is_cancelled_and_no_longer_stands(world: World) -> None:
    raised = raise_return(world.order)
    command = c.CancelReturn(key="TCA-0000000000000001", return_key=raised.key, **BATCH)
    world.sage.returns.raise_return(raised)
    assert world.sage.returns.find_cancelled(command) is None
    world.sage.returns.cancel_return(command)
    found = world.sage.returns.find_cancelled(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    assert world.sage.returns.find_return(raised) is None
    world.sage.returns.cancel_return(command)


def test_one_order_line_that_comes_back_for_two_reasons_is_credited_to_the_right_nominal(world: World) -> None:
    order, returns = world.order, world.sage.returns
    damages = {"account": "4020", "name": "Damages", "type": "Profit and Loss"}
    world.does("POST", "/load", {"nominals": [damages]})
    damaged = Nominal(account="4020")
    raised = raise_return(order)
    one = dataclasses.replace(raised.lines[0], quantity=Decimal(1))
    raised = dataclasses.replace(raised, lines=(one, dataclasses.replace(one, nominal=damaged)))
    returns.raise_return(raised)
    place = dataclasses.replace(receive(order).lines[0], nominal=damaged)
    returns.receive_return(dataclasses.replace(receive(order), lines=(place,)))
    command = sop_credit(order)
    command = dataclasses.replace(command, lines=(dataclasses.replace(command.lines[0], nominal=damaged),))
    returns.post_sop_credit_note(command)
    found = returns.find_sop_credit_note(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    assert found.figures["nominal 4020"] == "1667"


def test_a_return_that_a_person_receives_and_credits_by_hand_is_found_by_the_key(world: World) -> None:
    order, by_hand = world.order, world.open(channel="manual")
    raised, received, credited = raise_return(order), receive(order), sop_credit(order)
    by_hand.returns.raise_return(raised)
    with pytest.raises(NeedsHand) as task:
        by_hand.returns.receive_return(received)
    found = by_hand.returns.find_return(raised)
    assert found is not None
    assert found.reference in task.value.task
    clerk = {"return": found.reference, "bin": "GOODS-IN", "receipt_date": ON.isoformat()}
    world.does("POST", "/desktop/receive-return", {**clerk, "reference": received.key})
    assert by_hand.returns.find_receipt(received) is not None
    with pytest.raises(NeedsHand, match=credited.key):
        by_hand.returns.post_sop_credit_note(credited)
    typed = {"return": found.reference, "reference": credited.key, "credit_date": ON.isoformat()}
    world.does("POST", "/desktop/post-credit-note", typed)
    posted = by_hand.returns.find_sop_credit_note(credited)
    assert posted is not None
    assert posted.figures["net"] == "4333"


def test_stock_moves_to_a_bin_where_the_item_never_lay(world: World) -> None:
    world.sage.stock.write_on(write_on())
    command = move("NEVER-USED")
    world.sage.stock.move_stock(command)
    found = world.sage.stock.find_move(command)
    assert found is not None
    assert found.figures == {"MUG@HOME/GOODS-IN": "-1", "MUG@QUARANTINE/NEVER-USED": "1"}
    product = world.sage.books.product("MUG")
    assert product is not None
    assert ("QUARANTINE", "NEVER-USED", False) in {(b.warehouse, b.name, b.is_for_sale) for b in product.bins}


def test_stock_that_is_not_there_is_not_moved(world: World) -> None:
    with pytest.raises(Refused):
        world.sage.stock.move_stock(move("Q1"))
    assert world.sage.stock.find_move(move("Q1")) is None


def test_the_books_tell_what_may_be_posted_to(world: World) -> None:
    world.does("PUT", "/company", {"nominals": {"4000": {"hidden": True}}, "products": {"BOWL": {"inactive": True}}})
    postable = {str(account.nominal): account.is_postable for account in world.sage.books.nominal_accounts()}
    assert (postable["4000"], postable["5200"]) == (False, True)
    bowl = world.sage.books.product("BOWL")
    assert bowl is not None
    assert (bowl.is_active, bowl.is_stock) == (False, True)
    assert {tax.code: tax.rate for tax in world.sage.books.tax_codes()}["1"] == Decimal(20)
    assert ("QUARANTINE", "Q1", False) in {(b.warehouse, b.name, b.is_for_sale) for b in world.sage.books.bins()}
    held = world.open(bins_held_back=("HOME/GOODS-IN",), bins_known=("HOME/Z9",))
    assert {b.name: b.is_for_sale for b in held.books.bins() if b.warehouse == "HOME"} == {
        "A1": True,
        "B2": True,
        "GOODS-IN": False,
        "Z9": True,
    }
    assert world.sage.orders.customer_exists("WEB")
    assert not world.sage.orders.customer_exists("NOBODY")


def test_a_tax_code_that_is_gone_is_refused_before_anything_is_sent(world: World) -> None:
    command = credit_note(world.order)
    world.does("PUT", "/company", {"tax_codes": {"2": {"removed": True}}})
    with pytest.raises(Refused, match="no tax code 2"):
        world.sage.ledger.raise_credit_note(command)


def test_a_closed_period_is_told_ledger_by_ledger(world: World) -> None:
    assert world.sage.books.period(ON, "sales").answer is PeriodAnswer.NORMAL
    world.does("PUT", "/periods", {"period_start": "2026-11-01", "sub_ledger": "Sales", "status": "Closed"})
    closed = world.sage.books.period(ON, "sales")
    assert closed.answer is PeriodAnswer.UNACCEPTABLE
    assert closed.message
    assert world.sage.books.period(ON, "stock").answer is PeriodAnswer.NORMAL


def test_many_threads_share_one_connector_and_one_token(world: World) -> None:
    found: list[SalesOrder] = []
    threads = [threading.Thread(target=lambda: found.append(world.order)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [world.order] * 8


def test_the_site_says_what_it_can_do(world: World) -> None:
    findings = {finding.subject: finding for finding in world.sage.probe.findings()}
    assert all(finding.is_well for finding in findings.values()), findings
    world.does("PUT", "/permissions", {"override_prices_discounts": False})
    assert not {f.subject: f.is_well for f in world.sage.probe.findings()}["price override"]
