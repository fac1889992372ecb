"""The orders of the play: of the file's last customers and what they bought, entered anew and still to be shipped.

Most ship as asked; a few are chosen beforehand to show what happens otherwise (`Turn`). The same seed gives the same
orders.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, unique

from tieout.cli.demo.trading import HOME_COUNTRY, LineClass, Play, Sale, SaleLine
from tieout.domain.documents.address import PostalAddress

HOME, LEEDS = "HOME", "LEEDS"
"""Warehouses of Sage: the first is run by a warehouse with an API, the second by a 3PL that exchanges files."""
ORDERS = 30
LATEST = 150
"""So many of the last sales are chosen from."""
LINES_MAX = 3
WEB_EVERY = 3
"""Every so-many-th order came from the shop, which is then told what left."""
PENNY = Decimal("0.01")
COUNTRIES = {HOME_COUNTRY: "GB", "EIRE": "IE", "Germany": "DE", "France": "FR", "Netherlands": "NL", "Spain": "ES"}
"""Countries as the file writes them; orders of others are not chosen."""
TOWNS = (
    ("Leeds", "West Yorkshire", "LS1 4AP"),
    ("York", "North Yorkshire", "YO1 7HH"),
    ("Bristol", "Avon", "BS1 5TY"),
    ("Norwich", "Norfolk", "NR1 3QE"),
    ("Exeter", "Devon", "EX1 1GF"),
)


@unique
class Turn(Enum):
    """What becomes of an order."""

    PLAIN = "ships as asked"
    PARTS = "ships in two parts"
    TWO_FILES = "ships in two parts, each told in a file of its own"
    SHORT = "closed short by the warehouse"
    SPELLING = "shipped under another spelling of its stock codes"
    ON_SCREEN = "open on somebody's screen in Sage while it is despatched"
    NO_STOCK = "not allocated in Sage"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLine:
    """So many of one stock code, at a net price, from one warehouse of Sage."""

    sku: str
    title: str
    quantity: int
    price: Decimal
    warehouse: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOrder:
    """One order as a customer places it."""

    name: str
    """The customer's own number of it; the shop's name where the shop has it."""
    is_from_shop: bool
    sale: Sale
    """The sale of the file that it repeats."""
    lines: tuple[OrderedLine, ...]
    turn: Turn
    deliver_to: PostalAddress

    @property
    def units(self) -> int:
        """What is asked for."""
        return sum(line.quantity for line in self.lines)


def orders_of(play: Play, seed: int, count: int = ORDERS) -> tuple[LiveOrder, ...]:
    """The orders for this trading; none where the file has too little to choose them from."""
    chance = random.Random(seed)  # noqa: S311 - which sales are repeated, drawn from the seed
    fit = [sale for sale in play.sales[-LATEST:] if sale.customer and sale.country in COUNTRIES and _goods(sale)]
    spelt = [sale for sale in fit if any(_has_letters(line) for line in _goods(sale))]
    if len(fit) < count or not spelt:
        return ()
    misspelt = chance.choice(spelt)
    others = chance.sample([sale for sale in fit if sale is not misspelt], count - 1)
    turns = (Turn.SHORT, Turn.ON_SCREEN, Turn.NO_STOCK)
    places = [*[HOME] * 3, *[LEEDS] * (count // 4), *["both"] * (count // 10)]
    orders = [_order(0, misspelt, LEEDS, Turn.SPELLING)]
    for index, sale in enumerate(others):
        place = places[index] if index < len(places) else HOME
        turn = turns[index] if index < len(turns) else _turn(place, index == len(turns), chance)
        orders.append(_order(index + 1, sale, place, turn))
    return tuple(orders)


def _turn(place: str, is_first_elsewhere: bool, chance: random.Random) -> Turn:  # noqa: FBT001 - of one caller
    if is_first_elsewhere:
        return Turn.TWO_FILES
    return Turn.PARTS if chance.random() < 1 / 3 and place != "both" else Turn.PLAIN


def _order(index: int, sale: Sale, place: str, turn: Turn) -> LiveOrder:
    goods = _goods(sale)
    if turn is Turn.SPELLING:
        goods = sorted(goods, key=lambda line: not _has_letters(line))[:1]
    lines = tuple(_lines(goods[:LINES_MAX], place, turn))
    is_from_shop = index % WEB_EVERY == 0
    return LiveOrder(
        name=f"{'W' if is_from_shop else 'PO-'}{sale.number}",
        is_from_shop=is_from_shop,
        sale=sale,
        lines=lines,
        turn=turn,
        deliver_to=_address(sale),
    )


def _lines(goods: Sequence[SaleLine], place: str, turn: Turn) -> Iterator[OrderedLine]:
    for number, line in enumerate(goods):
        wanted = place if place != "both" else (HOME, LEEDS)[number % 2]
        is_divided = turn in (Turn.SHORT, Turn.PARTS, Turn.TWO_FILES)
        yield OrderedLine(
            sku=line.sku,
            title=line.title,
            quantity=max(line.quantity, 2 if is_divided else 1),
            price=line.unit_price.quantize(PENNY),
            warehouse=wanted,
        )


def _goods(sale: Sale) -> list[SaleLine]:
    """Lines of goods with a price in whole pence, one for each stock code."""
    found: dict[str, SaleLine] = {}
    for line in sale.lines:
        is_priced = line.unit_price >= PENNY and line.unit_price == line.unit_price.quantize(PENNY)
        if line.line_class is LineClass.PRODUCT and is_priced:
            found.setdefault(line.sku, line)
    return list(found.values())


def _has_letters(line: SaleLine) -> bool:
    return line.sku != line.sku.swapcase()


def _address(sale: Sale) -> PostalAddress:
    """Where it goes: the file has no addresses, so they are made up from the customer's number."""
    assert sale.customer is not None, "only sales of customers who are named are repeated"
    town, county, postcode = TOWNS[int(sale.customer) % len(TOWNS)]
    return PostalAddress(
        name=f"Customer {sale.customer}",
        lines=(f"{int(sale.customer) % 90 + 1} High Street",),
        city=town,
        county=county,
        postcode=postcode,
        country=sale.country,
        telephone="0113 496 0000",
        email=f"{sale.customer}@customers.example",
    )
