"""What messages are, for the sentence that refuses one."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.connectors.files.edi.segments import Message

_NAMES: Mapping[str, str] = {
    "204": "a load tender",
    "210": "a carrier's invoice",
    "214": "a carrier's shipment status",
    "810": "an invoice",
    "820": "a payment order",
    "832": "a price list",
    "850": "a purchase order",
    "855": "an order acknowledgement",
    "856": "a ship notice",
    "860": "a change of a purchase order",
    "940": "an order to a warehouse",
    "943": "a stock transfer shipment advice",
    "990": "an answer to a load tender",
    "DELFOR": "a delivery schedule",
    "IFCSUM": "a forwarding summary",
    "IFTMIN": "a transport instruction",
    "INVOIC": "an invoice",
    "ORDCHG": "a change of an order",
    "ORDERS": "an order",
    "PRICAT": "a price list",
    "QUOTES": "a quotation",
    "REMADV": "a remittance advice",
    "SLSRPT": "a sales report",
    "INVFIL": "an invoice",
    "ORDHDR": "the header of orders",
    "ORDTLR": "the trailer of orders",
    "PPRHDR": "the header of a product planning report",
    "PPRDET": "a product planning report",
    "PPRTLR": "the trailer of a product planning report",
    "UTLHDR": "the header of utility bills",
    "UTLBIL": "a utility bill",
    "UVATLR": "the VAT trailer of utility bills",
    "UTLTLR": "the trailer of utility bills",
}
_SENT: Mapping[str, str] = {
    "X12": "945, 944, 947, 846 and 997",
    "EDIFACT": "DESADV, INVRPT, RECADV, ORDRSP, CONTRL and APERAK",
    "TRADACOMS": "despatches and stock as X12 or EDIFACT",
}


def wrong_kind(message: Message, syntax: str) -> str:
    """Say that this is no message that a warehouse sends."""
    name = _NAMES.get(message.kind, "a message that we do not know")
    return f"This is {name} ({message.kind or 'no type'}); warehouses send {_SENT[syntax]}."
