"""A merchant's real returns, run through the flow and judged to the penny by SQL over the file they stand in.

Run with `pytest -m long tests/long`. The whole file takes about a quarter of an hour on two cores and is not run when
`../shared/data` is absent; the cut that comes with the package takes a few minutes.

The file names no sale on a return. So each document of returns is raised at the portal as a returns desk would do it
(`tieout.cli.demo.trading_returns`): its RMA names an order when the customer has exactly one invoice that covers the
whole document, or else, line by line, exactly one that still holds enough at the returned price, or, when there is
none of that price, the latest of another price. Otherwise the RMA names no order, and the flow looks for itself. Lines
of one document that end differently stand on RMAs of their own. Every month of the file is open for posting.

What must become of each RMA is worked out by `judge.sql` from the rows of the file; of an RMA it looks at the rows that
stand on it and the order that it names, and it proves that the order is an earlier sale of these goods to this
customer. The rule is:

- A return is credited at what its units were invoiced at, with the VAT of that invoice's day, when it belongs to
  exactly one sale: the order it names, or else the only invoice of the customer, of an earlier day, on which all its
  goods stand in the returned number. Units come off the lines of their price, those first whose unit is nearest to what
  the customer paid; no unit is credited twice.
- It is not credited, and stands on a case, when it belongs to none or several, when the invoice has too few units left,
  when what the portal says was paid differs from the invoiced price by more than a penny, when its customer never
  bought, and when the line is no product.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.long.judge import Ending, Judgement, judge
from tests.long.merchant import Say, installed, raise_all, staged, work_off
from tests.long.outcome import Books, Credit, Outcome, books_of, outcomes

from tieout.cli.demo.trading import SHIPPED_CUT, Play, read_trading

if TYPE_CHECKING:
    from tests.conftest import Server

FULL = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail.parquet"
needs_full_file = pytest.mark.skipif(not FULL.exists(), reason="not run: the full trading file is absent")
pytestmark = pytest.mark.long

ENDINGS = {
    "tied out": 4_638,
    "ORDER_AMBIGUOUS": 1_293,
    "ORDER_NOT_FOUND": 983,
    "REFUND_NE_INVOICE": 488,
    "QUANTITY_EXCEEDS_DESPATCH": 49,
    "CUSTOMER_UNMAPPED": 139,
    "MANUAL_ADJUSTMENT": 619,
    "CARRIAGE_REFUND": 184,
    "NOT_A_RETURN": 89,
    "TEST_PRODUCT": 4,
    "VOUCHER_RETURNED": 1,
}
"""How the 8,487 RMAs of the file's 7,080 C and 6 A documents must end."""
CREDITED = (35_330_864, 5_434_356)
"""Net and VAT that must be credited, in pence."""
OF_THE_README = {"same price": 12_568, "another price": 567, "no sale": 1_469, "no customer": 293}
"""Product return lines as the data's README counts them, and one more: it leaves out `PADS`, sold at another price."""
RECONCILED = {
    # Credited: the one sale is known. At another price only where that is within a penny.
    ("same price", "tied out"): 9_706,
    ("another price", "tied out"): 1,
    # Several invoices could be the one: 4,768 lines of the README have two candidates or more.
    ("same price", "ORDER_AMBIGUOUS"): 1_634,
    # No earlier sale at all; among them customers who never bought anything.
    ("no sale", "ORDER_NOT_FOUND"): 1_381,
    ("no sale", "CUSTOMER_UNMAPPED"): 88,
    # A sale there was, but no one invoice of an earlier day holds all that the RMA sends back.
    ("same price", "ORDER_NOT_FOUND"): 1_041,
    ("another price", "ORDER_NOT_FOUND"): 20,
    # The only invoice has too few units left: the README's lines that return more than was bought, and second returns.
    ("same price", "QUANTITY_EXCEEDS_DESPATCH"): 58,
    ("another price", "QUANTITY_EXCEEDS_DESPATCH"): 1,
    # Sold at another price, at the old rate of VAT, or at the same price only on an invoice that has none left.
    ("another price", "REFUND_NE_INVOICE"): 545,
    ("same price", "REFUND_NE_INVOICE"): 129,
    # No customer, so no sale to look for.
    ("no customer", "CUSTOMER_UNMAPPED"): 293,
}
"""Product return lines by what the README says of them and how their RMA must end."""


@pytest.fixture
def say(capfd: pytest.CaptureFixture[str]) -> Say:
    """Show how far a run is, past pytest's capture."""
    began = time.monotonic()

    def said(text: str) -> None:
        with capfd.disabled():
            print(f"{time.monotonic() - began:7.0f} s  {text}", file=sys.stderr, flush=True)  # noqa: T201  # progress

    return said


@pytest.mark.parametrize("route", ["sop", "ledger"])
def test_every_return_of_the_shipped_cut_is_credited_to_the_penny_or_on_a_case(
    server: Server, home: Path, say: Say, route: str
) -> None:
    play = read_trading(SHIPPED_CUT).play(None, seed=1)
    judgement = judge(SHIPPED_CUT, claims(play))
    books, came = run(server, home, SHIPPED_CUT, play, route, say)
    assert_as_judged(play, judgement, books, came)


@needs_full_file
def test_every_return_of_the_whole_file_is_credited_to_the_penny_or_on_a_case(
    server: Server, home: Path, say: Say
) -> None:
    play = read_trading(FULL).play(None, seed=1)
    judgement = judge(FULL, claims(play))
    assert judgement.lines == OF_THE_README
    assert judgement.reconciled == RECONCILED
    assert Counter(ending.code for ending in judgement.endings) == ENDINGS
    assert tuple(sum(getattr(ending, name) for ending in judgement.endings) for name in ("net", "tax")) == CREDITED
    books, came = run(server, home, FULL, play, "sop", say)
    assert_as_judged(play, judgement, books, came)


def claims(play: Play) -> list[tuple[str, list[int]]]:
    """All that the judge is told of the RMAs: the order that each names and the rows that stand on it."""
    return [(request.order_name, [line.row_id for line in request.lines]) for request in play.returns]


def run(server: Server, home: Path, file: Path, play: Play, route: str, say: Say) -> tuple[Books, list[Outcome]]:
    """Play these returns against everything that was sold, and read the books afterwards."""
    name = f"whole_{file.stem}_{route}"
    address = server.make_database(name, template="tieout_template")
    try:
        with staged(file, None) as stage:
            say(f"{len(play.sales)} invoices stand in Sage and the shop")
            with installed(stage, home, address, route) as (application, config):
                numbers = raise_all(stage, play, play.sales, say)
                work_off(application, config, play, numbers, say)
                say("everything has come to rest; reading the books")
                books = books_of(stage.url)
                came = outcomes(application, books, numbers)
                say(f"{len(came)} RMAs: {dict(Counter(outcome.code for outcome in came).most_common())}")
                return books, came
    finally:
        server.drop_database(name)


def assert_as_judged(play: Play, judgement: Judgement, books: Books, came: list[Outcome]) -> None:
    """Nothing doubled, lost or wrongly posted; documents are what tied out and what is on a case; sums agree."""
    assert judgement.unbelievable == 0
    assert judgement.unclaimed == 0
    assert books.broken == ()
    wanted = [outcome_of(ending) for ending in judgement.endings]
    numbers = [request.number for request in play.returns]
    wrong = [what for what in zip(numbers, came, wanted, strict=True) if what[1] != what[2]]
    assert wrong == []
    notes = [note for outcome in came for note in outcome.credits]
    assert sum(note.net for note in notes) == sum(ending.net for ending in judgement.endings)
    assert sum(note.tax for note in notes) == sum(ending.tax for ending in judgement.endings)


def outcome_of(ending: Ending) -> Outcome:
    """How a return that ends so must stand in the books."""
    if ending.code != "tied out":
        return Outcome(code=ending.code)
    credit = Credit(customer=ending.customer, on=ending.on, net=ending.net, tax=ending.tax)
    return Outcome(code=ending.code, credits=(credit,), refunded=ending.net + ending.tax)
