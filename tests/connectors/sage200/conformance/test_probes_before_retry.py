"""Section 2.7: before anything is tried again it is looked for, by the probe that the table gives for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.connectors.sage200.conformance.conftest import World
from tests.connectors.sage200.conformance.every_command import ON, Act, Floor
from tests.connectors.sage200.conftest import Keeper

from tieout.domain import commands as c
from tieout.ports.errors import BadAnswer, OutcomeUnknown, Refused

if TYPE_CHECKING:
    from tieout.connectors.sage200 import Sage200
    from tieout.sandbox.clock import SandboxClock

ROWS = {
    "sop_orders": "enter_order",
    "sop_returns": "raise_return",
    "sales_invoices": "raise_invoice",
    "sales_credit_notes": "raise_credit_note",
    "sales_receipts": "post_receipt",
    "sales_payments": "post_refund_payment",
    "sales_allocations (credit)": "allocate_credit",
    "sales_allocations (postings)": "allocate_postings",
    "stock_transfers": "move_stock",
    "stocktakes": "count_stock",
    "sop_confirm_despatch with tracking": "despatch",
    "sop_confirm_despatch without tracking": "despatch",
    "bank_receipt": "bank_receipt",
    "bank_payment": "bank_payment",
    "bank_transfer": "transfer_cash",
}
"""The rows of the table, and the command of ours that each is; what was archived has tests of its own."""
NOT_IN_THE_TABLE = (
    "amend_order",
    "allocate_order",
    "cancel_order",
    "cancel_return",
    "post_sop_invoice",
    "receive_return",
    "post_sop_credit_note",
    "post_journal",
    "write_on",
    "write_off",
    "issue_stock",
    "open_customer",
    "add_delivery_address",
    "write_memo",
)
EVERY_ROW = {**ROWS, **{name: name for name in NOT_IN_THE_TABLE}}
LONG_BESIDE_THE_TABLE = [*ROWS, *(pytest.param(name, marks=pytest.mark.long) for name in NOT_IN_THE_TABLE)]
IN_STEPS = ("count_stock",)
"""Commands whose lost reply is not that of the whole: what is left to do is done by the next try."""
LATE_SECONDS = 0.4


@pytest.fixture(scope="module")
def shared(served: tuple[str, SandboxClock]) -> Iterator[Floor]:
    world = World(served[0], Keeper(), served[1])
    yield Floor(world)
    proofs = world.does("GET", "/ledgers/proofs")
    world.close()
    assert all(proofs[name] for name in proofs if name != "duplicates"), proofs


@pytest.fixture
def floor(shared: Floor) -> Iterator[Floor]:
    yield shared
    shared.world.temper()
    shared.world.does("PUT", "/settings", {"sop": {"record_tracking_on_despatch": True}})


@pytest.fixture(scope="module")
def hasty(shared: Floor) -> Sage200:
    return shared.world.open(read_seconds=0.5)


def begun(floor: Floor, row: str) -> Act:
    """The row's command, with nothing of it done."""
    act = floor.act(EVERY_ROW[row])
    tracked = row != "sop_confirm_despatch without tracking"
    floor.world.does("PUT", "/settings", {"sop": {"record_tracking_on_despatch": tracked}})
    assert act.look(floor.sage) is None
    return act


def protocol(floor: Floor, act: Act, wait: float = 0.0) -> None:
    """Look, wait out a late commit, look again, and only then do it: the protocol of `processes/performing`."""
    if act.look(floor.sage) is None:
        time.sleep(wait)
        if act.look(floor.sage) is None:
            act.do(floor.sage)
    assert act.is_found_as_wanted(floor.sage)


@pytest.mark.parametrize("form", ["504", "500", "silence"])
@pytest.mark.parametrize("row", LONG_BESIDE_THE_TABLE)
def test_what_was_done_and_not_answered_is_found_with_its_own_figures_and_not_done_again(
    floor: Floor, hasty: Sage200, row: str, form: str
) -> None:
    act = begun(floor, row)
    since = floor.mark()
    lost = {"lost_reply": 1, "lost_reply_as": form, "silence_seconds": 1.0, "limit": 1}
    floor.world.temper(path_contains=act.path, method=act.method, **lost)
    with pytest.raises(OutcomeUnknown):
        act.do(hasty if form == "silence" else floor.sage)
    floor.world.temper()
    if act.command.kind not in IN_STEPS:
        assert act.is_found_as_wanted(floor.sage)
    protocol(floor, act)
    assert floor.effects(since)[act.effect] == 1


@pytest.mark.parametrize("row", LONG_BESIDE_THE_TABLE)
def test_what_is_committed_late_is_waited_for_and_not_done_again(floor: Floor, row: str) -> None:
    act = begun(floor, row)
    since, sent = floor.mark(), time.monotonic()
    late = {"late_commit": 1, "late_commit_seconds": LATE_SECONDS, "limit": 1}
    floor.world.temper(path_contains=act.path, method=act.method, **late)
    with pytest.raises(OutcomeUnknown):
        act.do(floor.sage)
    seen = act.look(floor.sage)
    assert seen is None or time.monotonic() - sent > LATE_SECONDS
    protocol(floor, act, LATE_SECONDS + 0.2)
    assert floor.effects(since)[act.effect] == 1


@pytest.mark.parametrize("row", EVERY_ROW)
def test_what_was_never_done_is_not_found_and_done_once(floor: Floor, row: str) -> None:
    act = begun(floor, row)
    since = floor.mark()
    floor.world.temper(error_before=1, limit=1, path_contains=act.path, method=act.method)
    with pytest.raises(OutcomeUnknown):
        act.do(floor.sage)
    assert floor.effects(since)[act.effect] == 0
    protocol(floor, act)
    assert floor.effects(since)[act.effect] == 1


# The same reference twice, by a person's hand

TWICE = {
    "sop_orders": r"2 orders under one key: \d+, \d+",
    "sop_returns": r"2 returns under one key: \d+, \d+",
    "sales_invoices": r"2 postings under one key: .*urn \d+.*urn \d+",
    "sales_credit_notes": r"2 postings under one key: .*urn \d+.*urn \d+",
    "sales_receipts": r"2 postings under one key: .*urn \d+.*urn \d+",
    "sales_payments": r"2 postings under one key: .*urn \d+.*urn \d+",
    "bank_receipt": r"urn \d+.*urn \d+",
    "bank_payment": r"urn \d+.*urn \d+",
    "bank_transfer": r"urn \d+.*urn \d+",
    "stock_transfers": "",
    "sop_confirm_despatch with tracking": "",
}
"""Rows that let the same reference in again; where the key may carry several movements their sum differs instead."""


@pytest.mark.parametrize("row", TWICE)
def test_the_same_reference_twice_is_never_taken_for_one(floor: Floor, row: str) -> None:
    act = begun(floor, row)
    act.do(floor.sage)
    if row == "sop_confirm_despatch with tracking":
        act.do(floor.sage)
        assert act.is_found_as_wanted(floor.sage), "what left under the key does not leave again"
        return
    act.do(floor.sage)
    if TWICE[row]:
        with pytest.raises(BadAnswer, match=TWICE[row]):
            act.look(floor.sage)
    else:
        found = act.look(floor.sage)
        assert found is not None
        assert c.differences(act.command.figures(), found.figures) == (
            ("MUG@HOME/GOODS-IN", "-1", "-2"),
            ("MUG@QUARANTINE/Q1", "1", "2"),
        )


def test_two_stocktakes_of_our_name_are_a_bad_answer_that_names_both(floor: Floor) -> None:
    act = begun(floor, "stocktakes")
    act.do(floor.sage)
    (head,) = floor.world.asks("GET", "/stocktakes", **{"$filter": f"stocktake_name eq '{act.command.key}'"}).json()
    asked = {name: head[name] for name in ("warehouse_id", "stocktake_type")}
    offered = floor.world.asks("POST", "/stocktake_new_items", asked).json()["stocktake_items"]
    named = ("warehouse_holding_id", "item_code", "bin_name")
    chosen = [{**{name: offered[0][name] for name in named}, "is_selected": True}]
    again = {**asked, "stocktake_name": act.command.key, "stocktake_items": chosen}
    answer = floor.world.asks("POST", "/stocktakes", again)
    assert answer.is_success, answer.text
    with pytest.raises(BadAnswer, match=rf"2 stocktakes named {act.command.key}: \d+ in HOME, \d+ in HOME"):
        act.look(floor.sage)
    assert floor.world.asks("DELETE", f"/stocktakes/{answer.json()['id']}").is_success


PERSON = {
    "sales_invoices": "ledger-invoice",
    "sales_credit_notes": "ledger-credit-note",
    "sales_receipts": "ledger-receipt",
    "sales_payments": "ledger-payment",
}


@pytest.mark.parametrize("row", PERSON)
def test_what_a_person_posted_under_our_reference_at_another_value_is_found_with_that_value(
    floor: Floor, row: str
) -> None:
    act = begun(floor, row)
    body: dict[str, Any] = {"customer_id": int(floor.customer), "reference": act.command.key, "user": "MARY"}
    body |= {"document_goods_value": 1, "cheque_value": 1, "transaction_date": f"{ON.isoformat()}T00:00:00Z"}
    bank = next(row for row in floor.world.asks("GET", "/banks").json() if row["code"] == "CARD")
    floor.world.does("POST", f"/desktop/{PERSON[row]}", {**body, "bank_id": bank["id"]})
    found = act.look(floor.sage)
    assert found is not None
    assert c.differences(act.command.figures(), found.figures)
    act.do(floor.sage)
    with pytest.raises(BadAnswer, match=r"2 postings under one key: .*urn \d+.*urn \d+"):
        act.look(floor.sage)


# What was archived meanwhile


def test_old_ledger_rows_are_looked_for_in_the_history_and_not_posted_again(floor: Floor) -> None:
    invoiced, credited = floor.act("allocate_postings"), floor.act("allocate_credit")
    for act in (invoiced, credited):
        act.do(floor.sage)
    assert floor.world.does("POST", "/desktop/archive-ledger", {"upto": ON.isoformat()})["archived"] >= 4
    since = floor.mark()
    for act in (invoiced, credited):
        protocol(floor, act)
    references = (credited.command.credit_key, credited.command.payment_key)
    shown = {row["reference"] for row in floor.world.asks("GET", "/sales_posted_transactions").json()}
    assert not shown & set(references), "they are in the history only"
    assert not floor.effects(since)


@pytest.mark.parametrize("row", PERSON)
def test_a_posting_that_was_settled_and_archived_before_we_looked_is_found_in_the_history(
    floor: Floor, row: str
) -> None:
    act = begun(floor, row)
    since = floor.mark()
    act.do(floor.sage)
    (posted,) = floor.world.does("GET", f"/ledgers/sales?reference={act.command.key}")
    value = float(posted["gross"])
    offset = "ledger-credit-note" if value > 0 else "ledger-invoice"
    body = {"customer_id": int(floor.customer), "reference": f"OFF-{posted['urn']}", "document_goods_value": abs(value)}
    floor.world.does("POST", f"/desktop/{offset}", body)
    (against,) = floor.world.does("GET", f"/ledgers/sales?reference=OFF-{posted['urn']}")
    sides = [{"posted_tran_id": x["id"], "value_to_allocate": float(x["gross"])} for x in (posted, against)]
    floor.world.does("POST", "/desktop/ledger-allocation", {**body, "allocation_lines": sides})
    floor.world.does("POST", "/desktop/archive-ledger", {"upto": "2030-01-01"})
    where = {"$filter": f"reference eq '{act.command.key}'"}
    assert floor.world.asks("GET", "/sales_posted_transactions", **where).json() == []
    protocol(floor, act)
    (twin,) = floor.world.does("GET", f"/ledgers/sales?reference={act.command.key}")
    assert twin["urn"] == posted["urn"]
    assert floor.effects(since)[act.effect] == 1 + (row == "sales_credit_notes" and offset == "ledger-credit-note")


def test_of_an_archived_order_the_invoice_is_still_found_and_nothing_is_done_again(floor: Floor) -> None:
    left = floor.act("despatch")
    invoiced = floor.act("post_sop_invoice", left=left)
    invoiced.do(floor.sage)
    floor.world.does("POST", "/desktop/archive", {"upto": "2030-01-01"})
    where = {"$filter": f"document_no eq '{left.command.order_number}'"}
    assert floor.world.asks("GET", "/sop_orders", **where).json() == []
    since = floor.mark()
    protocol(floor, invoiced)
    with pytest.raises(Refused, match="archived"):
        left.do(floor.sage)
    for name in ("amend_order", "allocate_order"):
        command = replace(floor.act(name).command, order_number=left.command.order_number)
        with pytest.raises(Refused, match="archived"):
            Act(command=command, path="", effect="").do(floor.sage)
    done = floor.effects(since)
    assert not {"sop_despatch.confirmed", "sales_invoice.posted", "sop_order.amended"} & set(done)


def test_of_an_archived_return_receipt_and_credit_note_are_still_found_and_not_made_again(floor: Floor) -> None:
    received = floor.act("receive_return")
    credited = floor.act("post_sop_credit_note", received=received)
    credited.do(floor.sage)
    rest = c.CancelReturn(key="TCA-THE-REST", return_key=received.command.return_key)
    floor.sage.returns.cancel_return(rest)
    floor.world.does("POST", "/desktop/archive", {"upto": "2030-01-01"})
    where = {"$filter": f"customer_document_no eq '{received.command.return_key}'"}
    assert floor.world.asks("GET", "/sop_returns", **where).json() == []
    since = floor.mark()
    for act in (received, credited):
        protocol(floor, act)
        act.do(floor.sage)
    assert not floor.effects(since)


def test_an_order_that_was_archived_is_known_to_our_own_records_alone(floor: Floor) -> None:
    entered = floor.act("enter_order")
    entered.do(floor.sage)
    found = entered.look(floor.sage)
    assert found is not None
    floor.sage.order_entry.cancel_order(c.CancelOrder(key="TOC-ARCHIVED", order_number=found.reference))
    assert entered.look(floor.sage) is not None, "a cancelled order was entered all the same"
    floor.world.does("POST", "/desktop/archive", {"upto": "2030-01-01"})
    assert entered.look(floor.sage) is None
