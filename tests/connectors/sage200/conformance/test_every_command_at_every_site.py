"""Every command to Sage at every kind of site, through the channel that the site has for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

import pytest
from tests.connectors.sage200.conformance.desktop_hands import do_by_hand
from tests.connectors.sage200.conformance.site_commands import NEXT
from tests.connectors.sage200.conformance.sites import NOON, SITES, At, connected

from tieout.domain import commands as c
from tieout.ports.errors import NeedsHand, Refused
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate

ELSEWHERE = (*get_args(c.ShopCommand), *get_args(c.PortalCommand), *get_args(c.WarehouseCommand))
"""Commands to the storefront, to the returns portal and to warehouses."""
WORDS = {"api": "native", "comp": "companion", "hand": "manual", "-": "not_possible"}
TABLE = """
                      professional  by-hand  standard  ireland  2024-R1  2022-R1
enter_order           api           api      api       api      api      api
amend_order           api           api      api       api      api      api
allocate_order        api           api      api       api      api      api
cancel_order          api           api      api       api      api      api
despatch              api           api      api       api      api      -
post_sop_invoice      comp          hand     hand      comp     comp     hand
raise_return          api           api      api       api      -        -
cancel_return         api           api      api       api      -        -
receive_return        comp          hand     hand      comp     comp     hand
post_sop_credit_note  comp          hand     hand      comp     comp     hand
raise_credit_note     api           api      api       api      api      api
post_refund_payment   api           api      api       api      api      api
allocate_credit       api           api      api       api      api      api
raise_invoice         api           api      api       api      api      api
post_receipt          api           api      api       api      api      api
allocate_postings     api           api      api       api      api      api
post_bank_entry       api           api      api       api      api      api
transfer_cash         api           api      api       api      api      api
post_journal          comp          hand     hand      comp     comp     hand
write_on              comp          hand     hand      comp     comp     hand
write_off             comp          hand     hand      comp     comp     hand
issue_stock           comp          hand     hand      comp     comp     hand
move_stock            api           api      api       api      api      api
count_stock           api           api      api       api      api      api
open_customer         api           api      api       api      api      api
add_delivery_address  api           api      api       api      api      api
write_memo            api           api      api       api      api      api
"""
"""Which channel does what, from sections 4.1 and 4.6 of the Sage 200 reference and from Annex D."""
EFFECTS = {
    "enter_order": {"sop_order.created": 1},
    "amend_order": {"sop_order.amended": 1},
    "allocate_order": {"sop_order.amended": 1, "sop_order_line.allocated": 1},
    "cancel_order": {"sop_order.cancelled": 1},
    "despatch": {
        "sop_order.amended": 1,
        "sop_order_line.allocated": 1,
        "sop_despatch.confirmed": 1,
        "stock.moved": 1,
    },
    "post_sop_invoice": {"sales_invoice.posted": 1},
    "raise_return": {"sop_return.created": 1},
    "cancel_return": {"sop_return.cancelled": 1},
    "receive_return": {"sop_return.received": 1, "stock.moved": 1},
    "post_sop_credit_note": {"sales_credit_note.posted": 1},
    "raise_credit_note": {"sales_credit_note.posted": 1},
    "post_refund_payment": {"sales_payment.posted": 1},
    "allocate_credit": {"sales_allocation.posted": 1},
    "raise_invoice": {"sales_invoice.posted": 1},
    "post_receipt": {"sales_receipt.posted": 1},
    "allocate_postings": {"sales_allocation.posted": 1},
    "post_bank_entry": {"bank_payment.posted": 1},
    "transfer_cash": {"bank_transfer.posted": 1},
    "post_journal": {"nominal_journal.posted": 1},
    "write_on": {"stock.moved": 1},
    "write_off": {"stock.moved": 1},
    "issue_stock": {"stock.moved": 1},
    "move_stock": {"stock_transfer.posted": 1, "stock.moved": 2},
    "count_stock": {"stocktake.created": 1, "stocktake.advanced": 4, "stocktake.counted": 3, "stock.moved": 1},
    "open_customer": {"customer.created": 1},
    "add_delivery_address": {"customer_delivery_address.created": 1},
    "write_memo": {"customer_memo.created": 1},
}
"""What each command changes at Sage, whoever does it, in the names of the stand-in's journal."""

OTHERWISE = {
    ("cancel_order", "native", "2024 R1"): {"sop_order.deleted": 1},
    ("cancel_order", "native", "2022 R1"): {"sop_order.deleted": 1},
    ("despatch", "not_possible", "2022 R1"): {
        "sop_order_line.allocated": 1,
        "sop_despatch.confirmed": 1,
        "stock.moved": 1,
    },
}
"""Where an older release leaves another way: by kind, channel and release."""


def channels() -> dict[str, dict[str, str]]:
    """The table: by site, the channel of every command."""
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    return {site: {row[0]: WORDS[row[place]] for row in rows} for place, site in enumerate(head, start=1)}


CHANNELS = channels()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, SandboxClock]]:
    """The stand-in, whose day is always the twentieth of November 2026."""
    clock = SandboxClock.set_to(NOON)
    with ServedEstate(Estate([Sage200Sandbox(clock)], clock)) as estate:
        yield estate.url, clock


@pytest.fixture(scope="module", params=SITES)
def site_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def at(site_name: str, served: tuple[str, SandboxClock]) -> Iterator[At]:
    with connected(*served, SITES[site_name]) as opened:
        yield opened


def test_the_table_has_every_site_and_every_command_to_sage() -> None:
    to_sage = {member.__dataclass_fields__["kind"].default for member in get_args(c.AnyCommand)}
    to_sage -= {member.__dataclass_fields__["kind"].default for member in ELSEWHERE}
    assert set(CHANNELS) == set(SITES)
    assert set(NEXT) == set(EFFECTS) == to_sage
    for site, column in CHANNELS.items():
        assert set(column) == to_sage, site


def test_the_capability_report_says_what_the_table_says(at: At, site_name: str) -> None:
    report = at.sage.probe.examine()
    assert {row.command: row.channel for row in report.capabilities} == CHANNELS[site_name]


@pytest.mark.parametrize("kind", NEXT)
def test_a_command_is_done_once_through_its_channel_and_reads_back(at: At, site_name: str, kind: str) -> None:
    command = NEXT[kind](at)
    assert command.kind == kind
    binding, channel, since = at.bound(command), CHANNELS[site_name][kind], at.mark()
    assert binding.look() is None
    if channel in ("native", "companion"):
        binding.act()
    else:
        with pytest.raises(NeedsHand if channel == "manual" else Refused) as asked:
            binding.act()
        assert at.effects(since) == {}, "nothing is done before a person is asked"
        assert binding.look() is None
        do_by_hand(at, command, str(asked.value))
    if binding.look() is None:
        binding.act()
    found = binding.look()
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    assert found.reference
    wanted = OTHERWISE.get((kind, channel, at.site.release), EFFECTS[kind])
    assert at.effects(since) == Counter(wanted)
    at.prove()
