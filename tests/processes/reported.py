"""What the reports say of a house: read as `tieout report` reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from tieout.cli import tieout
from tieout.processes.reports.control import Control, control
from tieout.processes.reports.known import known_returns, known_strays
from tieout.processes.reports.returned_stock import ReturnedStock, returned_stock
from tieout.processes.reports.variance import Variance, VarianceRow, variance
from tieout.processes.reports.worklist import Worklist, worklist
from tieout.store import sweeps

if TYPE_CHECKING:
    from tests.processes.house import House

COMPANY = "giftware"


def stock(house: House) -> ReturnedStock:
    now = house.application.clock()
    with house.application.store.scope(COMPANY) as c:
        return returned_stock(known_returns(c, now), now)


def bench(house: House) -> Worklist:
    now = house.application.clock()
    with house.application.store.scope(COMPANY) as c:
        return worklist(known_returns(c, now), now)


def statement(house: House) -> Variance:
    now = house.application.clock()
    with house.application.store.scope(COMPANY) as c:
        return variance(known_returns(c, now), known_strays(c, now), now)


def totals(house: House) -> Control:
    now = house.application.clock()
    with house.application.store.scope(COMPANY) as c:
        return control(known_returns(c, now), sweeps.all_sweeps(c), now)


def staged(house: House) -> dict[str, tuple[int, int]]:
    """(units, pence) by stage, where there are any."""
    return {each.stage.value: (each.units, each.value_minor) for each in stock(house).totals if each.units}


def money(row: VarianceRow) -> tuple[int, int, int]:
    """What the portal, the storefront and Sage say, in pence."""
    return row.portal.minor, row.storefront.minor, row.sage.minor


def asked(house: House, *words: str) -> Result:
    """The command line on this house."""
    head = ["--config", str(house.config), "--home", str(house.home)]
    return CliRunner().invoke(tieout, [*head, "report", *words])


def keyed_by_hand(house: House) -> dict[str, object]:
    """A credit note of 6.00 as somebody keys it in the desktop."""
    sage = house.control.estate.systems[0]
    tax_code = sage.books.value("SELECT id FROM tax_code WHERE code = 1")  # type: ignore[attr-defined]  # the stand-in's own books
    return {
        "customer_id": 1,
        "reference": "BY HAND",
        "transaction_date": "2011-01-20T00:00:00Z",
        "document_goods_value": 5,
        "document_tax_value": 1,
        "tax_analysis_items": [{"id": tax_code, "goods_amount": 5, "tax_amount": 1}],
    }
