"""An order of two lines, what was asked of a warehouse for it, and the facts around them: where tests begin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tieout.domain.commands import BatchQuantity, RequestLine, SendShipmentRequest
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.books import Bin, PeriodAnswer, PeriodCheck
from tieout.domain.documents.open_order import OpenLine, OpenOrder
from tieout.domain.documents.shipping import Parcel, RequestStatus, Shipment, ShippedLine, WarehouseOrder
from tieout.domain.faults.kinds import Fault
from tieout.domain.money import Money, money
from tieout.domain.orders.facts import OrderFacts, Posted, Sent
from tieout.domain.orders.keys import despatch_key, request_key, request_reference
from tieout.domain.orders.plan import plan_order
from tieout.domain.plans import Blocked, Plan
from tieout.domain.rules.mapping import MappingRule, MappingTables

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LEFT = NOW - timedelta(minutes=10)
SENT = NOW - timedelta(hours=1)
COMPANY, NUMBER = "giftware", "0000000123"
HOME = PostalAddress(name="A. Customer", lines=("1 High Street",), city="Leeds", postcode="LS1 4AP", country="GB")
RULES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("policy", "release_orders", {"value": "on"}),
    ("warehouse_node", "HOME", {"account": "mintsoft", "site": "Main"}),
    ("warehouse_site", "mintsoft|Main", {"warehouse": "HOME", "bin": "A1"}),
    ("carrier", "mintsoft|DPD", {"courier": "DPD", "storefront": "DPD UK"}),
)
Row = tuple[str, str, dict[str, str]]


def line(number: int, sku: str, quantity: str | int, **changes: Any) -> OpenLine:  # noqa: ANN401 - any field
    """A line of goods, allocated in full."""
    made = OpenLine(
        line_id=str(1000 + number),
        number=number,
        line_class="standard",
        sku=sku,
        description=sku.title(),
        quantity=Decimal(quantity),
        allocated=Decimal(quantity),
        despatched=Decimal(0),
        invoiced=Decimal(0),
        stock_units=Decimal(1),
        unit="",
        unit_price=Decimal("10.00"),
        net=money(Decimal(quantity) * 10),
        warehouse="HOME",
        is_stocked=True,
    )
    return replace(made, **changes)


def order(*lines: OpenLine, **changes: Any) -> OpenOrder:  # noqa: ANN401 - any field
    """A live order of these lines; of three mugs and a book when none are named."""
    lines = lines or (line(1, "MUG", 3), line(2, "BOOK", 1))
    net = sum((each.net for each in lines), Money(0))
    made = OpenOrder(
        order_id="123",
        number=NUMBER,
        channel_reference="W1001",
        customer_id="9",
        customer_reference="12345",
        customer_is_on_hold=False,
        currency="GBP",
        ordered_on=date(2026, 3, 19),
        requested_on=None,
        status="live",
        status_text="Live",
        lines=lines,
        net=net,
        tax=Money(net.minor // 5),
        paid=None,
        deliver_to=HOME,
    )
    return replace(made, **changes)


def tables(*rows: Row, without: Iterable[str] = ()) -> MappingTables:
    """The rules of the house, and these in their place."""
    keyed = {(table, key): value for table, key, value in (*RULES, *rows)}
    kept = {(table, key): value for (table, key), value in keyed.items() if f"{table}/{key}" not in without}
    return MappingTables(
        rules=tuple(MappingRule(table=t, key=k, value=value, version=1) for (t, k), value in kept.items())
    )


def policy(**values: str) -> list[Row]:
    """Policies of the house as rows."""
    return [("policy", name, {"value": value}) for name, value in values.items()]


def facts(open_order: OpenOrder | None = None, *rows: Row, **changes: Any) -> OrderFacts:  # noqa: ANN401 - any field
    """The facts of an order of which nothing has happened yet."""
    made = OrderFacts(
        company=COMPANY,
        order_number=NUMBER,
        now=NOW,
        today=NOW.date(),
        order=open_order or order(),
        requests=(),
        posted=(),
        told=(),
        amended=(),
        written_off=(),
        products=(),
        bins=(Bin(warehouse="HOME", name="A1", is_for_sale=True),),
        periods=(PeriodCheck(on=LEFT.date(), ledger="stock", answer=PeriodAnswer.NORMAL, message=""),),
        accounts=("mintsoft",),
        tables=tables(*rows),
        accepted=frozenset(),
    )
    return replace(made, **changes)


def asked(one: OpenLine, quantity: str | int | None = None, *, factor: Fraction = Fraction(1), sku: str = "") -> Any:  # noqa: ANN401 - a line
    """What a request asks for of an order line, in selling units; `factor` is stock units in one of theirs."""
    selling = one.quantity if quantity is None else Decimal(quantity)
    stock = Fraction(selling) * Fraction(one.stock_units)
    theirs = stock / factor
    return RequestLine(
        line=one.line_id,
        number=one.number,
        sku=sku or one.sku,
        quantity=Decimal(theirs.numerator) / Decimal(theirs.denominator),
        unit="",
        stock_sku=one.sku,
        stock_quantity=Decimal(stock.numerator) / Decimal(stock.denominator),
    )


def request(*lines: RequestLine, number: int = 1, account: str = "mintsoft", site: str = "Main") -> SendShipmentRequest:
    """A request that was sent."""
    return SendShipmentRequest(
        key=request_key(COMPANY, NUMBER, number),
        account=account,
        site=site,
        reference=request_reference(NUMBER, number),
        order_number=NUMBER,
        channel_reference="W1001",
        customer="12345",
        ordered_on=date(2026, 3, 19),
        required_on=None,
        lines=lines,
        deliver_to=HOME,
        service="",
    )


def left(sku: str, quantity: str | int, named: str = "", **changes: Any) -> ShippedLine:  # noqa: ANN401 - any field
    """Units that left."""
    return replace(ShippedLine(line=named, sku=sku, quantity=Decimal(quantity)), **changes)


def numbers(*names: str, each: str | int = 1) -> tuple[BatchQuantity, ...]:
    """Serial numbers, or batches of so many."""
    return tuple(BatchQuantity(number=name, quantity=Decimal(each)) for name in names)


def shipment(*lines: ShippedLine, name: str = "S1", **changes: Any) -> Shipment:  # noqa: ANN401 - any field
    """What left of the first request ten minutes ago, with a tracking number."""
    made = Shipment(
        shipment_id=name,
        account="mintsoft",
        reference=request_reference(NUMBER, 1),
        site="Main",
        stage="despatched",
        reached_at=LEFT,
        reached_text="",
        lines=lines,
        parcels=(Parcel(tracking=f"TRK-{name}", carrier="DPD"),),
    )
    return replace(made, **changes)


def stands(status: RequestStatus = RequestStatus.RECEIVED, number: int = 1, **changes: Any) -> WarehouseOrder:  # noqa: ANN401 - any field
    """A request as the warehouse holds it."""
    made = WarehouseOrder(
        reference=request_reference(NUMBER, number),
        warehouse_ids=(f"M{number}",),
        status=status,
        status_text=status.value,
        lines=(),
    )
    return replace(made, **changes)


def sent(command: SendShipmentRequest, *shipments: Shipment, **changes: Any) -> Sent:  # noqa: ANN401 - any field
    """A request that arrived an hour ago and is acknowledged."""
    number = int(command.reference.rpartition("-")[2])
    made = Sent(command=command, state="done", at=SENT, stands=stands(number=number), shipments=shipments)
    return replace(made, **changes)


def asked_whole(open_order: OpenOrder | None = None, *shipments: Shipment, **changes: Any) -> OrderFacts:  # noqa: ANN401 - any field
    """An order that was asked for whole, and what left of it."""
    whole = open_order or order()
    command = request(*(asked(each) for each in whole.lines if each.line_class == "standard" and each.is_stocked))
    return facts(whole, requests=(sent(command, *shipments),), **changes)


def posted(found: OrderFacts, one: Shipment) -> OrderFacts:
    """The same once Sage has what the plan tells it of a shipment: despatched there, and on record here."""
    key = despatch_key(COMPANY, one)
    (despatch,) = [command for command in planned(found).commands if command.key == key]
    assert despatch.kind == "despatch"
    assert found.order is not None
    gone = {each.order_line: each.quantity for each in despatch.lines}
    lines = tuple(
        replace(
            each,
            despatched=each.despatched + gone.get(each.line_id, Decimal(0)),
            allocated=max(each.allocated - gone.get(each.line_id, Decimal(0)), Decimal(0)),
        )
        for each in found.order.lines
    )
    record = Posted(command=despatch, state="done", at=found.now)
    return replace(found, order=replace(found.order, lines=lines), posted=(*found.posted, record))


def planned(found: OrderFacts) -> Plan:
    """The plan; fails where the order is blocked."""
    decision = plan_order(found)
    assert isinstance(decision, Plan), decision.faults
    return decision


def faults(found: OrderFacts) -> tuple[Fault, ...]:
    """Every fault of the decision, whichever it is."""
    decision = plan_order(found)
    return decision.faults if isinstance(decision, Blocked) else decision.raised


def codes(found: OrderFacts) -> set[str]:
    """The codes of every fault of the decision."""
    return {fault.code for fault in faults(found)}


def of_kind(found: OrderFacts, kind: str) -> Sequence[Any]:
    """The commands of one kind that are planned."""
    decision = plan_order(found)
    return [] if isinstance(decision, Blocked) else [each for each in decision.commands if each.kind == kind]
