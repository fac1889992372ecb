"""Facts of a good return, from which every test departs by one change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import settings

from tieout.domain.documents.books import Bin, NominalAccount, PeriodAnswer, PeriodCheck, Product, TaxCode, TextLimits
from tieout.domain.documents.rma import Grade, Outcome, Rma, RmaStatus, RmaUnit
from tieout.domain.documents.sales_order import Nominal, OrderLine, PostedInvoice, SalesOrder
from tieout.domain.documents.shop_order import ShopLine, ShopOrder
from tieout.domain.money import Money, total
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.rules.mapping import MappingRule, MappingTables

# A busy machine is not a failure: no law here is about time.
settings.register_profile("tieout", deadline=None)
settings.load_profile("tieout")

NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
TODAY = date(2026, 3, 20)
RECEIVED = datetime(2026, 3, 18, 9, tzinfo=UTC)
SALES = Nominal(account="4000")
RULES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("policy", "credit_on", {"value": "receipt"}),
    ("policy", "returns_warehouse", {"value": "HOME"}),
    ("policy", "goods_in_bin", {"value": "GOODS-IN"}),
    ("policy", "stock_write_on_nominal", {"value": "5200"}),
    ("policy", "portal_app", {"value": "ReturnGO"}),
    ("reason", "Too small", {"code": "fit", "grade": "good", "account": "4010"}),
    ("reason", "Broken", {"code": "broken", "grade": "damaged", "account": "4020"}),
    ("disposition", "any|good", {"warehouse": "HOME", "bin": "A1"}),
    ("disposition", "any|damaged", {"warehouse": "HOME", "bin": "QUARANTINE"}),
    ("storefront_location", "HOME", {"location": "501"}),
    ("tender", "shopify_payments", {"bank": "1200"}),
)


def make_line(number: int, sku: str, quantity: int, net: int, tax: int) -> OrderLine:
    return OrderLine(
        line_id=str(number),
        sku=sku,
        description=f"Item {sku}",
        quantity=Decimal(quantity),
        despatched=Decimal(quantity),
        invoiced=Decimal(quantity),
        unit_price=(Decimal(net) / 100 / quantity).quantize(Decimal("0.00001")),
        net=Money(net),
        tax=Money(tax),
        tax_code="1",
        tax_rate=Decimal(20),
        nominal=SALES,
        warehouse="HOME",
    )


def make_unit(number: int, line: OrderLine, reason: str = "Too small") -> RmaUnit:
    """One unit of a line, received and good, at the price that was invoiced."""
    return RmaUnit(
        unit_id=f"U{number:02}",
        shop_line=f"9{line.line_id}",
        sku=line.sku,
        title=line.description,
        paid_gross=(line.net + line.tax).part(Decimal(0), Decimal(1), line.quantity),
        reason=reason,
        outcome=Outcome.REFUND,
        outcome_text="refund",
        received_at=RECEIVED,
        grade=Grade.GOOD,
    )


def _order(lines: Sequence[OrderLine]) -> SalesOrder:
    net, tax = total([line.net for line in lines]), total([line.tax for line in lines])
    invoice = PostedInvoice(
        posting_id="70", number="I-70", posted_on=date(2026, 3, 2), net=net, tax=tax, outstanding=net + tax
    )
    return SalesOrder(
        order_id="1",
        number="0000001001",
        channel_reference="#1001",
        customer_id="33",
        customer_reference="WEB",
        currency="GBP",
        ordered_on=date(2026, 3, 1),
        is_cancelled=False,
        lines=tuple(lines),
        invoices=(invoice,),
    )


def _shop_order(lines: Sequence[OrderLine]) -> ShopOrder:
    return ShopOrder(
        order_id="555",
        name="#1001",
        currency="GBP",
        presentment_currency="GBP",
        gateway="shopify_payments",
        total=total([line.net + line.tax for line in lines]),
        lines=tuple(
            ShopLine(
                line_id=f"9{line.line_id}",
                sku=line.sku,
                quantity=int(line.quantity),
                refundable=int(line.quantity),
                gross=line.net + line.tax,
                tax=line.tax,
                tax_rate=line.tax_rate,
            )
            for line in lines
        ),
        refunds=(),
    )


def _rma(units: Sequence[RmaUnit]) -> Rma:
    return Rma(
        number="RMA7",
        status=RmaStatus.RECEIVED,
        status_text="Received",
        order_id="555",
        order_name="#1001",
        customer_reference="ann@example.com",
        currency="GBP",
        raised_at=datetime(2026, 3, 10, tzinfo=UTC),
        units=tuple(units),
        fees=(),
        refunds=(),
    )


def make_facts(
    lines: Sequence[OrderLine] | None = None,
    units: Sequence[RmaUnit] | None = None,
    *,
    route: Literal["sop", "ledger"] = "sop",
    mode: Literal["gate", "detect"] = "gate",
) -> ReturnFacts:
    """Facts on which a return is planned without a fault."""
    ordered = [make_line(1, "MUG", 3, 1000, 200), make_line(2, "JUG", 1, 2499, 500)] if lines is None else list(lines)
    returned = [make_unit(1, ordered[0])] if units is None else list(units)
    bins = (
        Bin(warehouse="HOME", name="GOODS-IN", is_for_sale=False),
        Bin(warehouse="HOME", name="A1", is_for_sale=True),
        Bin(warehouse="HOME", name="QUARANTINE", is_for_sale=False),
    )
    days = [TODAY - timedelta(days=back) for back in range(5)]
    return ReturnFacts(
        company="ACME",
        rma_number="RMA7",
        now=NOW,
        today=TODAY,
        credit_route=route,
        refund_mode=mode,
        rma=_rma(returned),
        customer_reference="",
        order_candidates=(_order(ordered),),
        match_method="order number",
        shop_order=_shop_order(ordered),
        products=tuple(
            Product(sku=sku, name=sku, is_stock=True, is_active=True)
            for sku in dict.fromkeys(line.sku for line in ordered)
        ),
        tax_codes=(TaxCode(code="1", name="Standard", rate=Decimal(20)),),
        nominals=tuple(
            NominalAccount(nominal=Nominal(account=account), name=account, is_postable=True)
            for account in ("4000", "4010", "4020", "5200")
        ),
        bins=bins,
        banks=("1200",),
        periods=tuple(
            PeriodCheck(on=day, ledger=ledger, answer=PeriodAnswer.NORMAL, message="")
            for day in days
            for ledger in ("sales", "stock")
        ),
        limits=TextLimits(reference=20, second_reference=20, return_reference=30, analysis=60, narrative=60),
        tables=MappingTables(
            rules=tuple(MappingRule(table=table, key=key, value=value, version=1) for table, key, value in RULES)
        ),
        effects=(),
        taken=(),
        accepted=frozenset(),
    )


@pytest.fixture(scope="session")
def line() -> Callable[..., OrderLine]:
    return make_line


@pytest.fixture(scope="session")
def unit() -> Callable[..., RmaUnit]:
    return make_unit


@pytest.fixture(scope="session")
def good() -> Callable[..., ReturnFacts]:
    return make_facts


@pytest.fixture(scope="session")
def with_rule() -> Callable[..., ReturnFacts]:
    """Facts in which one rule has another value, or none."""

    def change(facts: ReturnFacts, table: str, key: str, value: dict[str, str] | None) -> ReturnFacts:
        kept = tuple(rule for rule in facts.tables.rules if (rule.table, rule.key) != (table, key))
        added = () if value is None else (MappingRule(table=table, key=key, value=value, version=2),)
        return replace(facts, tables=MappingTables(rules=(*kept, *added)))

    return change
