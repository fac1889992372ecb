"""Invoices, receipts, allocations, bank entries and journals, against a served Sage 200."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money
from tieout.ports.errors import (
    BadAnswer,
    Busy,
    Locked,
    NeedsHand,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unavailable,
)

if TYPE_CHECKING:
    from .conftest import World

ON = date(2026, 11, 20)
LOCK = {"record": "customer", "reference": "WEB", "holder": "JSMITH", "seconds": 60}


def row(net: int, tax: int, code: str, account: str = "4000", narrative: str = "") -> c.LedgerLine:
    return c.LedgerLine(
        net=Money(net), tax=Money(tax), tax_code=code, nominal=Nominal(account=account), narrative=narrative
    )


TAKINGS = (row(1000, 200, "1", narrative="Mugs"), row(500, 0, "2"), row(300, 61, "1", narrative="Bowls"))


def invoice(world: World, **changes: Any) -> c.RaiseInvoice:  # noqa: ANN401 - any field of the command
    command = c.RaiseInvoice(
        key="TIN-0000000000000001", customer_id=world.order.customer_id, on=ON, second_reference="TILL-3", lines=TAKINGS
    )
    return dataclasses.replace(command, **changes)


def receipt(world: World, amount: int = 2061) -> c.PostReceipt:
    return c.PostReceipt(
        key="TRE-0000000000000001",
        customer_id=world.order.customer_id,
        bank="CARD",
        amount=Money(amount),
        on=ON,
        second_reference="TILL-3",
    )


def bank_entry(_: World) -> c.PostBankEntry:
    lines = (row(100, 20, "1", "7601", "Card fees"), row(50, 0, "2", "7601"))
    return c.PostBankEntry(key="TBE-0000000000000001", direction="payment", bank="CARD", on=ON, lines=lines)


def transfer(_: World) -> c.TransferCash:
    return c.TransferCash(
        key="TTC-0000000000000001", from_bank="CARD", to_bank="CURRENT", amount=Money(7777), on=ON, second_reference="X"
    )


def journal(_: World) -> c.PostJournal:
    def side(account: str, pence: int) -> c.JournalLine:
        return c.JournalLine(nominal=Nominal(account=account), value=Money(pence))

    lines = (side("7601", 500), side("4000", -300), side("4200", -200))
    return c.PostJournal(key="TJN-0000000000000001", on=ON, lines=lines, narrative="Over and short")


@dataclasses.dataclass(frozen=True)
class Deed:
    command: Callable[[World], Any]
    find: Callable[[World], Callable[[Any], c.Found | None]]
    do: Callable[[World], Callable[[Any], None]]
    path: str


DEEDS = {
    "invoice": Deed(
        invoice,
        lambda w: w.sage.customer_postings.find_invoice,
        lambda w: w.sage.customer_postings.raise_invoice,
        "sales_invoices",
    ),
    "receipt": Deed(
        receipt,
        lambda w: w.sage.customer_postings.find_receipt_posting,
        lambda w: w.sage.customer_postings.post_receipt,
        "sales_receipts",
    ),
    "bank entry": Deed(
        bank_entry,
        lambda w: w.sage.cash_book.find_bank_entry,
        lambda w: w.sage.cash_book.post_bank_entry,
        "bank_payment",
    ),
    "transfer": Deed(
        transfer,
        lambda w: w.sage.cash_book.find_cash_transfer,
        lambda w: w.sage.cash_book.transfer_cash,
        "bank_transfer",
    ),
    "journal": Deed(
        journal,
        lambda w: w.sage.cash_book.find_journal,
        lambda w: w.sage.cash_book.post_journal,
        "journals",
    ),
}


@pytest.fixture(params=DEEDS)
def deed(request: pytest.FixtureRequest) -> Deed:
    found: Deed = DEEDS[request.param]
    return found


def test_a_posting_reads_back_to_the_penny(world: World, deed: Deed) -> None:
    command = deed.command(world)
    assert deed.find(world)(command) is None
    deed.do(world)(command)
    found = deed.find(world)(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    assert found.reference


def test_a_posting_whose_answer_is_lost_is_found_by_a_look(world: World, deed: Deed) -> None:
    command = deed.command(world)
    world.temper(lost_reply=1, lost_reply_as="504", limit=1, path_contains=deed.path)
    with pytest.raises(OutcomeUnknown):
        deed.do(world)(command)
    found = deed.find(world)(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_a_posting_that_failed_before_it_was_made_is_not_found(world: World, deed: Deed) -> None:
    command = deed.command(world)
    world.temper(error_before=1, limit=1, path_contains=deed.path)
    with pytest.raises(OutcomeUnknown):
        deed.do(world)(command)
    assert deed.find(world)(command) is None


def test_nothing_is_sent_when_a_reference_is_too_long(world: World, deed: Deed) -> None:
    command = dataclasses.replace(deed.command(world), key="T" * 21)
    before = len(world.does("GET", "/ledgers/sales?reference="))
    with pytest.raises(Refused, match="21 characters of 20"):
        deed.do(world)(command)
    assert len(world.does("GET", "/ledgers/sales?reference=")) == before


@pytest.mark.parametrize("name", ["invoice", "receipt", "bank entry", "transfer"])
def test_two_of_one_key_are_a_bad_answer_that_names_both(world: World, name: str) -> None:
    deed = DEEDS[name]
    command = deed.command(world)
    deed.do(world)(command)
    deed.do(world)(command)
    with pytest.raises(BadAnswer, match=r"urn \d+.*urn \d+"):
        deed.find(world)(command)


def test_the_companion_posts_a_journal_once_even_when_nobody_looks(world: World) -> None:
    command = journal(world)
    for _ in range(2):
        world.sage.cash_book.post_journal(command)
    found = world.sage.cash_book.find_journal(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_a_journal_without_a_companion_is_a_task_that_ends_with_its_key(world: World) -> None:
    with pytest.raises(NeedsHand, match=r"debit 7601 5.00.*TJN-0000000000000001"):
        world.open(channel="manual").cash_book.post_journal(journal(world))


@pytest.mark.parametrize("dress", ["400", "423"])
@pytest.mark.parametrize("name", ["invoice", "receipt"])
def test_a_customer_on_somebodys_screen_is_locked(world: World, name: str, dress: str) -> None:
    deed = DEEDS[name]
    command = deed.command(world)
    world.does("POST", "/locks", {**LOCK, "dress": dress})
    with pytest.raises(Locked) as raised:
        deed.do(world)(command)
    assert raised.value.holder == "JSMITH"
    world.does("DELETE", "/locks")
    assert deed.find(world)(command) is None


@pytest.mark.parametrize("name", ["invoice", "receipt"])
def test_a_customer_on_hold_takes_no_posting(world: World, name: str) -> None:
    deed = DEEDS[name]
    command = deed.command(world)
    world.does("PUT", "/company", {"customers": {"WEB": {"on_hold": True}}})
    with pytest.raises(Refused, match="hold"):
        deed.do(world)(command)
    assert deed.find(world)(command) is None


def test_an_invoice_dated_into_a_future_period_says_that_its_nominal_entries_wait(world: World) -> None:
    world.does("PUT", "/periods", {"period_start": "2027-03-01", "status": "Future"})
    command = invoice(world, on=date(2027, 3, 5))
    world.sage.customer_postings.raise_invoice(command)
    found = world.sage.customer_postings.find_invoice(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    assert "Deferred" in found.link


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_whatever_goes_wrong_a_look_before_each_post_makes_one_of_each(world: World, seed: int) -> None:
    todo = [(deed, deed.command(world)) for deed in DEEDS.values()]
    rates = {"lost_reply": 0.3, "lost_reply_as": "504", "error_before": 0.2, "busy": 0.1, "expired_token": 0.1}
    world.temper(seed=seed, **rates, lock=0.2, lock_seconds=0.01)
    for deed, command in todo:
        found: c.Found | None = None
        for _ in range(200):
            with contextlib.suppress(Busy, Locked, OutcomeUnknown, Unavailable, Unauthorised):
                found = deed.find(world)(command)
                if found is not None:
                    break
                deed.do(world)(command)
        assert found is not None
        assert c.differences(command.figures(), found.figures) == ()
    world.temper()
    assert world.does("GET", "/ledgers/proofs")["duplicates"] == []


def allocation(world: World, *, invoiced: int = 2061, received: int = -2061) -> c.AllocatePostings:
    postings = world.sage.customer_postings
    postings.raise_invoice(invoice(world))
    postings.post_receipt(receipt(world))
    raised, got = postings.find_invoice(invoice(world)), postings.find_receipt_posting(receipt(world))
    assert raised is not None
    assert got is not None
    urn = raised.link.split()[1].rstrip(",")
    return c.AllocatePostings(
        key="TAP-0000000000000001",
        customer_id=world.order.customer_id,
        on=ON,
        sides=(
            c.LedgerSide(urn=urn, value=Money(invoiced), outstanding=Money(2061)),
            c.LedgerSide(urn=got.reference, value=Money(received), outstanding=Money(-2061)),
        ),
    )


@pytest.mark.parametrize("pence", [2061, 61])
def test_postings_are_allocated_in_whole_or_in_part_and_read_back(world: World, pence: int) -> None:
    command, postings = allocation(world, invoiced=pence, received=-pence), world.sage.customer_postings
    assert postings.find_allocated_postings(command) is None
    world.temper(lost_reply=1, lost_reply_as="504", limit=1, path_contains="sales_allocations")
    with pytest.raises(OutcomeUnknown):
        postings.allocate_postings(command)
    found = postings.find_allocated_postings(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


@pytest.mark.parametrize(
    ("invoiced", "received", "why"),
    [
        (2061, -2060, "leave GBP 0.01 over"),
        (2062, -2062, r"more than the GBP 20\.61 outstanding.*more than the GBP -20\.61"),
        (-61, 61, "more than the GBP 20.61 outstanding"),
    ],
)
def test_an_allocation_that_cannot_be_is_refused_before_it_is_sent(
    world: World, invoiced: int, received: int, why: str
) -> None:
    command = allocation(world, invoiced=invoiced, received=received)
    with pytest.raises(Refused, match=why):
        world.sage.customer_postings.allocate_postings(command)
    assert world.sage.customer_postings.find_allocated_postings(command) is None


def test_a_posting_of_another_customer_is_not_allocated(world: World) -> None:
    world.does(
        "POST", "/load", {"customers": [{"reference": "OTHER", "name": "Other", "country": "GB", "tax_code": 1}]}
    )
    command = dataclasses.replace(allocation(world), customer_id=str(int(world.order.customer_id) + 1))
    with pytest.raises(Refused, match="is not open in the sales ledger of customer"):
        world.sage.customer_postings.allocate_postings(command)


@pytest.mark.parametrize("name", ["invoice", "receipt", "bank entry", "transfer"])
def test_an_amount_of_another_currency_is_never_posted_as_one_of_the_accounts_own(world: World, name: str) -> None:
    deed = DEEDS[name]
    command = deed.command(world)
    euro = "EUR"
    if name in ("invoice", "bank entry"):
        lines = tuple(
            dataclasses.replace(x, net=Money(x.net.minor, euro), tax=Money(x.tax.minor, euro)) for x in command.lines
        )
        command = dataclasses.replace(command, lines=lines)
    else:
        command = dataclasses.replace(command, amount=Money(command.amount.minor, euro))
    with pytest.raises(Refused, match="in GBP"):
        deed.do(world)(command)
    assert deed.find(world)(command) is None


def test_archived_postings_are_still_found(world: World) -> None:
    command, postings = allocation(world), world.sage.customer_postings
    postings.allocate_postings(command)
    world.does("POST", "/desktop/archive-ledger", {"upto": ON.isoformat()})
    assert "TIN-0000000000000001" not in {head.reference for head in world.sage.feeds.changed_postings(None)}
    for look, wanted in (
        (postings.find_invoice(invoice(world)), invoice(world)),
        (postings.find_receipt_posting(receipt(world)), receipt(world)),
        (postings.find_allocated_postings(command), command),
    ):
        assert look is not None
        assert c.differences(wanted.figures(), look.figures) == ()
    with pytest.raises(Refused, match=r"more than the GBP 0\.00 outstanding"):
        postings.allocate_postings(command)
