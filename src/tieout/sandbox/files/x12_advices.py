"""The X12 format of the 3PL: 940 in; 997, 945, 947, 944 and 846 out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tieout.sandbox.files import x12
from tieout.sandbox.files.formats import Envelope, plain
from tieout.sandbox.files.orders import Answer, Despatch, Intake, Parcel, Row, ToldLine, told_lines
from tieout.sandbox.files.stock import Count, Level, Movement, Stock
from tieout.sandbox.files.x12_orders import LINE_REFERENCE, UNITS, acknowledgement, intake

HOUSE = "SANDBOX3PL"
SKU = "SK"
CODES = {unit: code for code, unit in UNITS.items()}
REASONS = {
    "COUNT": "AA",
    "BOOKING": "AB",
    "DAMAGED": "AU",
    "TRANSIT": "AV",
    "RECEIPT": "AY",
    "RECALL": "AW",
    "EXPIRED": "AX",
}
"""W19-01 by the house's own word; a code of two letters or digits stands as it is."""
KIND_REASONS = {"writeoff": "07", "quarantine": "05", "release": "55", "transfer": "AK"}
QUANTITIES = ("17", "27", "33", "QH", "20")
Lines = list[Sequence[str]]


class X12:
    """One interchange with one group a file."""

    ending: str = "x12"
    slips: tuple[str, ...] = ("blank_tracking", "sku_case", "unknown_carrier", "wrong_counts")
    tells_receipts_apart: bool = True
    answers_faults: bool = False

    def read(self, body: bytes) -> Intake:
        """Read 940s, or a 997 of the depositor."""
        return intake(body)

    def answers(self, envelope: Envelope, source: str, intake: Intake, answers: tuple[Answer, ...]) -> bytes:
        """Return a 997 for the group; no reason in words is possible."""
        del source
        return _written(envelope, "FA", [("997", acknowledgement(intake, answers))])

    def despatches(self, envelope: Envelope, despatches: tuple[Despatch, ...], stock: Stock) -> bytes:
        """Return a 945 for each despatch."""
        return _written(envelope, "SW", [("945", _shipped(envelope, made, stock)) for made in despatches])

    def movements(self, envelope: Envelope, movements: tuple[Movement, ...], stock: Stock) -> bytes:
        """Return a 947 for each movement, so that each has a number of its own."""
        return _written(envelope, "AW", [("947", _adjusted(envelope, made, stock)) for made in movements])

    def receipts(self, envelope: Envelope, movements: tuple[Movement, ...], stock: Stock) -> bytes:
        """Return a 944 for each receipt."""
        return _written(envelope, "RE", [("944", _received(envelope, made, stock)) for made in movements])

    def snapshot(self, envelope: Envelope, count: Count, stock: Stock) -> bytes:
        """Return an 846: on hand (17), committed (27), available (33), on hold (QH) and unusable (20)."""
        del stock
        at = count.at.astimezone(envelope.written_at.tzinfo)
        segments: Lines = [
            ("BIA", "00", "SI", envelope.file_id, f"{envelope.written_at:%Y%m%d}", f"{envelope.written_at:%H%M}"),
            ("DTM", "007", f"{at:%Y%m%d}", f"{at:%H%M%S}"),
            ("REF", "ZZ", count.last_event),
            ("N1", "WH", count.site, "92", count.site),
        ]
        for number, level in enumerate(count.levels, 1):
            segments += _level(envelope, number, level)
        segments.append(("CTT", str(len(count.levels))))
        return _written(envelope, "IB", [("846", segments)])


def _written(envelope: Envelope, group: str, sets: Sequence[tuple[str, Lines]]) -> bytes:
    writer = x12.Writer(
        sender=HOUSE,
        receiver=envelope.depositor,
        number=envelope.number,
        at=envelope.written_at,
        miscounts="wrong_counts" in envelope.slips,
    )
    return writer.written(group, sets)


def _shipped(envelope: Envelope, made: Despatch, stock: Stock) -> Lines:
    at = made.at.astimezone(envelope.written_at.tzinfo)
    segments: Lines = [
        ("W06", "F", made.order_ref, f"{at:%Y%m%d}", made.despatch_ref),
        ("N1", "WH", made.site, "92", made.site),
        ("G62", "11", f"{at:%Y%m%d}", "8", f"{at:%H%M%S}"),
    ]
    carriers = {(envelope.carrier(parcel.carrier), parcel.service) for parcel in made.parcels}
    segments += [("W27", "M", name.upper()[:4].strip(), f"{name} {service}") for name, service in sorted(carriers)]
    lines = told_lines(made)
    boxes: list[Parcel | None] = [*made.parcels]
    if any(not line.rows for line in lines):
        boxes.append(None)
    for number, box in enumerate(boxes, 1):
        segments.append(("LX", str(number)))
        if box is not None:
            tracking = envelope.tracking(box.tracking)
            segments.append(("MAN", "GM", box.sscc, "", *(("CP", tracking) if tracking else ())))
        for line in lines:
            segments += _line(envelope, line, box, stock)
    total = sum((row.base_quantity for row in made.rows if row.has_left), Decimal(0))
    segments.append(("W03", plain(total)))
    return segments


def _line(envelope: Envelope, line: ToldLine, box: Parcel | None, stock: Stock) -> Lines:
    """Return what a line has in a parcel; its last row bears the difference, so that the rows add up to the line."""
    if box is None:
        return [] if line.rows else _nothing(envelope, line, stock)
    segments: Lines = []
    for row in line.rows:
        if row.parcel != box.number:
            continue
        difference = line.difference if row is line.rows[-1] else Decimal(0)
        factor = row.base_quantity / row.quantity
        unit, shipped = row.unit, row.quantity
        if difference % factor:
            unit, shipped, factor = stock.items[row.sku_shipped].base_unit, row.base_quantity, Decimal(1)
        difference /= factor
        segments.append(
            (
                "W12",
                _status(line, row),
                *map(plain, (shipped - difference, shipped, difference)),
                CODES.get(unit, unit),
                "",
                SKU,
                envelope.sku(row.sku_shipped),
                row.lot if row.tracking == "batch" else "",
                *("" for _ in range(10, 17)),
                *((SKU, envelope.sku(row.sku_ordered)) if row.status == "substituted" else ()),
            )
        )
        segments.append(("N9", LINE_REFERENCE, row.line_no))
        if row.tracking == "serial":
            segments.append(("N9", "SE", row.lot))
        if row.expiry:
            segments.append(("G62", "36", f"{row.expiry:%Y%m%d}"))
    return segments


def _nothing(envelope: Envelope, line: ToldLine, stock: Stock) -> Lines:
    wanted = plain(line.ordered)
    unit = stock.items[line.sku].base_unit
    return [
        ("W12", "NS", wanted, "0", f"-{wanted}", CODES.get(unit, unit), "", SKU, envelope.sku(line.sku)),
        ("N9", LINE_REFERENCE, line.line_no),
    ]


def _status(line: ToldLine, row: Row) -> str:
    """Return W12-01: substitution, partial with the rest to follow or not, complete with more or as ordered."""
    if row.status == "substituted":
        return "IS"
    if line.difference < 0:
        return "BP" if line.follows else "CP"
    return "CI" if line.difference > 0 else "CC"


def _adjusted(envelope: Envelope, made: Movement, stock: Stock) -> Lines:
    at = made.at.astimezone(envelope.written_at.tzinfo)
    item = stock.items[made.sku]
    own = made.reason if len(made.reason) == 2 else REASONS.get(made.reason.upper(), "AA")
    segments: Lines = [
        ("W15", f"{at:%Y%m%d}", made.movement_id),
        ("N1", "WH", made.site, "92", made.site),
        ("G62", "07", f"{at:%Y%m%d}", "8", f"{at:%H%M%S}"),
        (
            "W19",
            KIND_REASONS.get(made.kind, own),
            plain(made.quantity),
            item.base_unit,
            "",
            SKU,
            envelope.sku(made.sku),
            "",
            "",
            made.lot if item.tracking == "batch" else "",
        ),
    ]
    if item.tracking == "serial":
        segments.append(("N9", "SE", made.lot))
    if made.ref:
        segments.append(("N9", "ZZ", made.ref))
    return segments


def _received(envelope: Envelope, made: Movement, stock: Stock) -> Lines:
    at = made.at.astimezone(envelope.written_at.tzinfo)
    item = stock.items[made.sku]
    lot = made.lot if item.tracking == "batch" else ""
    segments: Lines = [
        ("W17", "F", f"{at:%Y%m%d}", made.movement_id, made.ref),
        ("N1", "WH", made.site, "92", made.site),
        ("G62", "09", f"{at:%Y%m%d}", "8", f"{at:%H%M%S}"),
        ("W07", plain(made.quantity), item.base_unit, "", SKU, envelope.sku(made.sku), "", "", lot),
    ]
    if item.tracking == "serial":
        segments.append(("N9", "SE", made.lot))
    if made.kind == "return":
        segments.append(("N9", "RZ", made.ref))
    segments.append(("W14", plain(made.quantity)))
    return segments


def _level(envelope: Envelope, number: int, level: Level) -> Lines:
    lot = ("LT", level.lot) if level.lot else ()
    available = max(level.on_hand - level.allocated, Decimal(0))
    amounts = (level.on_hand, level.allocated, available, level.quarantine, level.damaged)
    return [
        ("LIN", str(number), SKU, envelope.sku(level.sku), *lot),
        *(("QTY", code, plain(amount), level.unit) for code, amount in zip(QUANTITIES, amounts, strict=True)),
    ]
