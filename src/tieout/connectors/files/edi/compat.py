"""What the standards leave to each partner, or what we know from memory only: in one place, to be corrected here.

Every map is the default of a field of `EdiSettings`, so that one partner's guide can be followed without a release.
Marked "documented" is what published segment directories say; everything else is to be asked of the partner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tieout.domain.documents.warehouse_stock import MovementKind

Action = Literal["new", "change", "cancel"]
Follows = Literal["yes", "no"]
Bucket = Literal["on_hand", "available", "allocated", "quarantine", "damaged"]
Told = MovementKind | Literal["despatch"]
"""`despatch` is told by a despatch message: as a movement it would count twice, and is left out."""

DATE_LAYOUTS: Mapping[int, str] = {
    6: "%y%m%d",
    8: "%Y%m%d",
    10: "%y%m%d%H%M",
    12: "%Y%m%d%H%M",
    14: "%Y%m%d%H%M%S",
}

ORDER_STATUSES: Mapping[Action, str] = {"new": "N", "change": "R", "cancel": "F"}
"""W05-01. Guides differ."""
ORDER_FUNCTIONS: Mapping[str, Action] = {"9": "new", "4": "change", "5": "change", "1": "cancel"}
"""BGM 1225 of ORDERS: 9, 1 and 4 are documented."""

X12_ORIGINALS = ("F", "J")
"""W06-01 of a full report (documented) and of an original one; others correct or withdraw one, and are refused."""
X12_SUBSTITUTE = "IS"
"""W12-01: elements 16 to 18 name the item that was ordered (documented)."""
X12_OUTCOMES: Mapping[str, Follows] = {
    "BK": "yes",
    "BO": "yes",
    "BP": "yes",
    "PS": "yes",
    "SS": "yes",
    "CC": "no",
    "CK": "no",
    "CL": "no",
    "CP": "no",
    "IC": "no",
    "LS": "no",
}
"""W12-01: whether what is missing of the line will follow."""
EDIFACT_OUTCOMES: Mapping[str, Follows] = {"BP": "yes", "CP": "no"}
"""QVR 4221 (documented)."""

X12_PRODUCTS = ("VN", "VP", "SK", "VA", "BP", "IN", "PI", "EN", "UP", "UK", "UI", "UA", "UC")
"""Which number of several is the stock code: the first of these that stands there."""
EDIFACT_PRODUCTS = ("SA", "BP", "IN", "VP", "MF", "SRV", "EN", "UP")
SUBSTITUTED_FOR = "4"
"""PIA 4347: the number is of the item that this one stands in for."""
BATCH_NUMBERS = ("BX", "NB")
SERIAL_NUMBERS = ("BN", "SE")
"""GIN 7405."""
CONTAINER_CODES = ("BJ", "AW")
"""GIN 7405: serial shipping container codes; BJ is documented."""
TRACKING_MARKS = ("CP", "GM", "AA")
"""MAN-01: the carrier's parcel number, the serial shipping container code."""
CONSIGNMENTS = ("CN", "AAS", "CRN")
"""RFF 1153: consignment number, transport document."""
X12_TRACKING = ("2I", "CN", "SN")
"""N9-01 beside a parcel or shipment; SN is left to seals by some, and is read only where the others are missing."""
X12_SERIAL = "SE"
X12_SITES = ("SF", "WH")
EDIFACT_SITES = ("SF", "WH", "GY")
SHIPPED_ON = "11"
"""G62-01, and DTM 2005 of DESADV (documented there)."""
ORDERED_ON = "04"
DELIVER_ON = "02"

X12_REASONS: Mapping[str, Told] = {
    "AA": "adjustment",
    "AB": "adjustment",
    "AR": "adjustment",
    "AY": "adjustment",
    "51": "adjustment",
    "56": "adjustment",
    "AU": "write_off",
    "AV": "write_off",
    "AX": "write_off",
    "CD": "write_off",
    "07": "write_off",
    "AW": "quarantine",
    "05": "quarantine",
    "55": "release",
    "AK": "transfer",
}
"""W19-01: the meaning of the codes is documented, the kind that we make of them is ours."""
EDIFACT_REASONS: Mapping[str, Told] = {
    "1": "receipt",
    "2": "despatch",
    "3": "write_off",
    "4": "adjustment",
    "5": "transfer",
    "6": "write_off",
    "7": "adjustment",
}
"""INV 4499."""
X12_BUCKETS: Mapping[str, Bucket] = {
    "17": "on_hand",
    "33": "available",
    "QC": "allocated",
    "QH": "quarantine",
    "20": "damaged",
}
"""QTY-01 of 846."""
EDIFACT_BUCKETS: Mapping[str, Bucket] = {"145": "on_hand", "124": "damaged"}
"""QTY 6063 of INVRPT; 145 is documented."""
RECEIVED = ("194", "48")
"""QTY 6063 of RECADV: received and accepted, else received."""
SNAPSHOTS = frozenset({"35"})
MOVEMENTS = frozenset({"78", "85E"})
"""BGM 1001 of INVRPT (documented)."""
OUT, INTO = "1", "2"
"""INV 4501 (documented)."""

ACCEPTED_SETS = frozenset({"A", "E"})
"""AK5-01 and AK9-01: accepted, and accepted although errors were noted."""
PARTLY_ACCEPTED = "P"
ANSWER_FUNCTIONS: Mapping[str, bool] = {"29": True, "44": True, "27": False, "12": False}
"""BGM 1225 of ORDRSP and APERAK."""
CANCELLED_FUNCTION = "1"
"""BGM 1225 of an ORDRSP that says of the order that it is cancelled, as it was asked or by the warehouse itself."""
LINE_ACTIONS: Mapping[str, bool] = {"5": True, "6": True, "3": False, "7": False, "2": False}
"""LIN 1229 of ORDRSP: accepted, accepted with changes, changed, not accepted, deleted."""
TAKEN_ACTIONS: Mapping[str, bool] = {"4": False, "7": True, "8": True}
"""UCI and UCM 0083 of CONTRL: rejected; acknowledged; received."""

CHARSETS: Mapping[str, str] = {
    "UNOC": "iso8859-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOW": "utf-8",
    "UNOY": "utf-8",
}
"""UNOA and UNOB are plain letters; real files of them hold others, and are read as UTF-8, else Latin-1."""
ZONES: Mapping[str, str] = {"UTC": "UTC", "GMT": "UTC", "Z": "UTC", "BST": "Etc/GMT-1", "CET": "Etc/GMT-1"}
"""The zone at the end of DTM formats 303 and 304; one that is not here refuses the time."""
COUNTRIES: Mapping[str, str] = {
    "united kingdom": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "uk": "GB",
    "ireland": "IE",
    "republic of ireland": "IE",
    "france": "FR",
    "germany": "DE",
    "netherlands": "NL",
    "spain": "ES",
    "italy": "IT",
    "belgium": "BE",
    "united states": "US",
    "usa": "US",
}
"""Names of countries as orders have them; messages take codes only."""
