"""Messages typed from published directories and guides, put into envelopes that count rightly."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from tieout.domain.commands.warehouse import CancelShipmentRequest, RequestLine, SendShipmentRequest
from tieout.domain.documents.address import PostalAddress
from tieout.domain.money import Money

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ISA = "ISA*00*          *00*          *ZZ*WAREHOUSE3PL   *ZZ*MERCHANT       *261120*0800*U*00401*{control:09}*0*P*>~"


def x12(kind: str, *segments: str, group: str = "SW", control: int = 43000123) -> bytes:
    """One transaction set in its envelope."""
    body = "".join(f"{segment}~\n" for segment in segments)
    return (
        f"{ISA.format(control=control)}\nGS*{group}*WAREHOUSE3PL*MERCHANT*20261120*0800*7*X*004010~\n"
        f"ST*{kind}*0001~\n{body}SE*{len(segments) + 2}*0001~\nGE*1*7~\nIEA*1*{control:09}~\n"
    ).encode("ascii")


def edifact(kind: str, *segments: str, control: str = "REF77", syntax: str = "UNOC:3") -> bytes:
    """One message in its interchange."""
    body = "".join(f"{segment}'\n" for segment in segments)
    return (
        f"UNB+{syntax}+WAREHOUSE3PL:14+MERCHANT:14+261120:0800+{control}'\n"
        f"UNH+M1+{kind}:D:96A:UN:EAN005'\n{body}UNT+{len(segments) + 2}+M1'\nUNZ+1+{control}'\n"
    ).encode("iso8859-1")


def order(**changed: object) -> SendShipmentRequest:
    """A request with everything in it."""
    fields: dict[str, object] = {
        "key": "k-1",
        "account": "north",
        "site": "SITE1",
        "reference": "0000000123-1",
        "order_number": "0000000123",
        "channel_reference": "#1001",
        "customer": "CUST01",
        "ordered_on": date(2026, 11, 19),
        "required_on": date(2026, 11, 23),
        "lines": (
            RequestLine(
                line="5001",
                number=1,
                sku="MUG-RED",
                quantity=Decimal(10),
                unit="CA",
                stock_sku="MUG/RED",
                stock_quantity=Decimal(120),
                description="Mug, red",
                unit_value=Money(2400),
            ),
            RequestLine(
                line="5002",
                number=3,
                sku="ROPE",
                quantity=Decimal("2.5"),
                unit="",
                stock_sku="ROPE",
                stock_quantity=Decimal("2.5"),
            ),
        ),
        "deliver_to": PostalAddress(
            name="Zoë O'Neil",
            lines=("Flat 2+3", "1 High Street"),
            city="Leeds",
            county="West Yorkshire",
            postcode="LS1 4AP",
            country="GB",
            contact="Sam",
            telephone="+44 113 496 0000",
            email="zoe@example.com",
        ),
        "service": "NEXTDAY",
        "instructions": "Leave with neighbour: no. 5, and ring twice",
    }
    return SendShipmentRequest(**{**fields, **changed})  # type: ignore[arg-type]  # any field may be changed


def cancelling() -> CancelShipmentRequest:
    """The cancelling of that request."""
    return CancelShipmentRequest(key="k-2", account="north", reference="0000000123-1", order_number="0000000123")
