"""A few days of trade behind the console: returns that tie out, and real cases of every owner, made by the flow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.processes.estate import Line
from tests.processes.house import COMPANY, LONG_AGO, Rma
from tests.processes.wares import sold

from tieout.processes.accounts import check_account
from tieout.processes.alerting.looking import look
from tieout.processes.figures_kept import keep_figures

if TYPE_CHECKING:
    from tests.processes.house import House

OLD_ORDERS = 40
"""Returns that wait for one tax code."""
CLOSED_CODE, NEW_CODE = 9, 19
"""Sage's tax codes of 17.5 per cent: the one that was closed, and the one that took its place."""
PORTALS_WORD = "the-portals-word"
POSTAGE = {"carrier": "Royal Mail", "tracking_number": "RM123456785GB"}


@dataclass(slots=True, kw_only=True)
class Trade:
    """What was played, by what became of it."""

    done: list[Rma] = field(default_factory=list)
    on_its_way: Rma | None = None
    old: list[Rma] = field(default_factory=list)
    """On cases of finance: their orders were archived, and the tax code of their rate is closed."""
    without_bin: Rma | None = None
    """On a case of operations: the bin of its reason is not one of Sage's."""
    without_reason: list[Rma] = field(default_factory=list)
    """On cases of operations: nobody mapped the reason."""
    dearer: Rma | None = None
    """On a case of finance: the portal gives back more than was invoiced."""
    cancelled: Rma | None = None
    """On a case of customer experience: cancelled after the goods were booked in."""


def play(house: House, web: str) -> Trade:
    """Play everything, over some days; time goes on for all systems, and the schedules do what they do.

    What happens at the portal is told to the web process at this address.
    """
    trade = Trade()
    _set_rules(house)
    for event in ("RMA_CREATED", "RMA_STATUS_UPDATED"):
        address = f"{web}/in/returngo?secret={PORTALS_WORD}"
        house.control.post("/returngo/webhooks", {"eventName": event, "url": address})
    _sell_and_archive(house)
    trade.done += _tied_out(house)
    _pass_a_day(house)
    _raise_troubles(house, trade)
    _pass_a_day(house)
    trade.old += [_received(house, f"OLD{number}", ("MUG", 1)) for number in range(OLD_ORDERS)]
    trade.on_its_way = house.authorised("W1004", ("BOWL", 1))
    house.act(trade.on_its_way, "ship", returned_item_ids=list(trade.on_its_way.units), **POSTAGE)
    house.control.post("/returngo/drain", {})
    house.sweep()
    house.drain(*trade.old, trade.on_its_way, seconds=60)
    _end_the_day(house)
    return trade


def _set_rules(house: House) -> None:
    house.rule("customer", "a@example.org", LONG_AGO, account="12345")
    for rate, code in (("20", "1"), ("0", "2"), ("17.5", str(CLOSED_CODE))):
        house.rule("tax_rate", rate, LONG_AGO, code=code)
    house.rule("value_policy", "historical", LONG_AGO, account="4000", approve_over="never")
    house.rule("reason", "Wrong colour", LONG_AGO, code="colour", account="4010", grade="good")
    house.rule("disposition", "colour|good", LONG_AGO, warehouse="HOME", bin="Z9")


def _sell_and_archive(house: House) -> None:
    """Forty old orders at 17.5 per cent that Sage lets go, and the closing of that rate's tax code."""
    for number in range(OLD_ORDERS):
        line = Line("MUG", 1, f"{5 + number % 7}.{10 + number}", CLOSED_CODE)
        sold(house.control, line, name=f"OLD{number}", day="2010-11-20")
    house.control.post("/sage200/desktop/archive", {"upto": "2010-12-01"})
    new = {"code": NEW_CODE, "name": "Standard until 2011", "rate": "17.5"}
    house.control.post("/sage200/load", {"tax_codes": [new]})
    house.control.put("/sage200/company", {"tax_codes": {str(CLOSED_CODE): {"removed": True}}})


def _tied_out(house: House) -> list[Rma]:
    done = [
        _received(house, "W1001", ("MUG", 2)),
        _received(house, "W1003", ("LAMP", 1, "Faulty"), damaged=True),
        _received(house, "W1004", ("MUG", 1, "Changed mind"), ("BOWL", 1)),
    ]
    house.drain(*done)
    return done


def _raise_troubles(house: House, trade: Trade) -> None:
    trade.without_bin = _received(house, "W1004", ("MUG", 1, "Wrong colour"))
    trade.without_reason += [_received(house, "W1004", ("MUG", 1, "Bored with it"))]
    trade.without_reason += [_received(house, "W1003", ("LAMP", 1, "Bored with it"))]
    trade.dearer = _received(house, "W1001", ("MUG", 1), paid_price="11.00", paid_tax="2.20", tax_included=False)
    house.control.add_order("W1005", "2011-01-13", Line("BOOK", 2, "4.55", 2))
    trade.cancelled = house.authorised("W1005", ("BOOK", 2))
    house.receive(trade.cancelled, trade.cancelled.units[0])
    house.drain(trade.without_bin, *trade.without_reason, trade.dearer, trade.cancelled)
    house.act(trade.cancelled, "cancel")
    house.drain(trade.cancelled)
    house.control.post("/shopify/refunds", {"order": "W1002", "amount": "4.00", "note": "Sorry for the delay"})


def _received(house: House, order: str, *items: Any, damaged: bool = False, **more: Any) -> Rma:  # noqa: ANN401
    rma = house.authorised(order, *items, **more)
    house.receive(rma, damaged=rma.units if damaged else ())
    return rma


def _pass_a_day(house: House) -> None:
    house.control.post("/returngo/drain", {})
    house.sweep()
    house.drain()
    _end_the_day(house)
    house.later(timedelta(days=1))


def _end_the_day(house: House) -> None:
    """What else runs by the clock: accounts are looked at, figures kept, and trouble told."""
    application = house.application
    for account in ("sage", "returngo", "shopify"):
        check_account(application.store, application.accounts.open(account), COMPANY, application.clock())
    keep_figures(application.store, [COMPANY], now=application.clock())
    look(application.alerting)
