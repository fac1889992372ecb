"""The EDIFACT format of the 3PL: ORDERS in; CONTRL with APERAK, DESADV, INVRPT and RECADV out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from tieout.sandbox.files import edifact
from tieout.sandbox.files.edifact import Said
from tieout.sandbox.files.edifact_orders import CODES, SKU, acknowledgement, intake
from tieout.sandbox.files.formats import Envelope, plain
from tieout.sandbox.files.orders import Answer, Despatch, Intake, Parcel, Row, ToldLine, told_lines
from tieout.sandbox.files.stock import Count, Movement, Stock

HOUSE = "5012345000008"
ADJUSTED = {"adjust", "writeoff"}
REASONS = {"writeoff": "3", "transfer": "5", "adjust": "4", "receipt": "1", "return": "1"}
"""Reason of an INV segment by kind of movement; a difference for all others."""
Lines = list[Said]


class Edifact:
    """One interchange a file."""

    ending: str = "edi"
    slips: tuple[str, ...] = ("blank_tracking", "sku_case", "unknown_carrier", "wrong_counts")
    tells_receipts_apart: bool = True
    answers_faults: bool = False

    def read(self, body: bytes) -> Intake:
        """Read ORDERS, or an answer of the depositor."""
        return intake(body)

    def answers(self, envelope: Envelope, source: str, intake: Intake, answers: tuple[Answer, ...]) -> bytes:
        """Return a CONTRL and an APERAK for each order."""
        del source
        return _written(envelope, acknowledgement(envelope, intake, answers, HOUSE))

    def despatches(self, envelope: Envelope, despatches: tuple[Despatch, ...], stock: Stock) -> bytes:
        """Return a DESADV for each despatch."""
        return _written(envelope, [("DESADV", _shipped(envelope, made, stock)) for made in despatches])

    def movements(self, envelope: Envelope, movements: tuple[Movement, ...], stock: Stock) -> bytes:
        """Return an INVRPT for each site and kind: 85E for adjustments and write-offs, 78 for other movements."""
        groups: dict[tuple[str, str], list[Movement]] = {}
        for made in movements:
            groups.setdefault(("85E" if made.kind in ADJUSTED else "78", made.site), []).append(made)
        messages = []
        for place, ((code, site), group) in enumerate(groups.items(), 1):
            segments = _report(envelope, code, f"{envelope.file_id}-{place}", site)
            for number, made in enumerate(group, 1):
                segments += _moved(envelope, number, made, stock)
            messages.append(("INVRPT", segments))
        return _written(envelope, messages)

    def receipts(self, envelope: Envelope, movements: tuple[Movement, ...], stock: Stock) -> bytes:
        """Return a RECADV for each receipt."""
        return _written(envelope, [("RECADV", _received(envelope, made, stock)) for made in movements])

    def snapshot(self, envelope: Envelope, count: Count, stock: Stock) -> bytes:
        """Return an INVRPT of kind 35: actual stock (145), on hold (27) and unusable (20); allocated is not told."""
        segments = _report(envelope, "35", envelope.file_id, count.site, counted_at=count.at)
        if count.last_event:
            segments.append(("RFF", ("ACE", count.last_event)))
        for number, level in enumerate(count.levels, 1):
            segments += _product(envelope, number, level.sku, stock)
            for code, amount in (("145", level.on_hand), ("27", level.quarantine), ("20", level.damaged)):
                segments.append(("QTY", (code, plain(amount), CODES.get(level.unit, level.unit))))
            if level.lot:
                segments += _lot(level.lot, stock.items[level.sku].tracking)
        return _written(envelope, [("INVRPT", segments)])


def _written(envelope: Envelope, messages: Sequence[tuple[str, Sequence[Said]]]) -> bytes:
    writer = edifact.Writer(
        sender=HOUSE,
        receiver=envelope.depositor,
        number=envelope.number,
        at=envelope.written_at,
        miscounts="wrong_counts" in envelope.slips,
    )
    return writer.written(messages)


def _moment(envelope: Envelope, code: str, at: datetime) -> Said:
    return ("DTM", (code, f"{at.astimezone(envelope.written_at.tzinfo):%Y%m%d%H%M%S}", "204"))


def _lot(lot: str, tracking: str) -> Lines:
    return [("GIN", "BX" if tracking == "batch" else "BN", lot)]


def _product(envelope: Envelope, number: int, sku: str, stock: Stock) -> Lines:
    barcode = stock.items[sku].barcode
    ean = (barcode, "EN") if barcode else ("",)
    return [("LIN", str(number), "", ean), ("PIA", "1", (envelope.sku(sku), SKU))]


def _shipped(envelope: Envelope, made: Despatch, stock: Stock) -> Lines:
    segments: Lines = [
        ("BGM", "351", made.despatch_ref, "9"),
        _moment(envelope, "137", envelope.written_at),
        _moment(envelope, "11", made.at),
        ("RFF", ("ON", made.order_ref)),
        ("NAD", "WH", (made.site, "", "92")),
    ]
    for name, service in sorted({(envelope.carrier(box.carrier), box.service) for box in made.parcels}):
        segments.append(("TDT", "20", "", "30", "", (name, "", "92", f"{name} {service}".strip())))
    lines = told_lines(made)
    segments.append(("CPS", "1"))
    number = 0
    for line in lines:
        if not line.rows:
            number += 1
            segments += _row(envelope, number, line, None, stock)
    for box in made.parcels:
        segments += _box(envelope, box)
        for line in lines:
            for row in line.rows:
                if row.parcel == box.number:
                    number += 1
                    segments += _row(envelope, number, line, row, stock)
    return [*segments, ("CNT", ("2", str(number)))]


def _box(envelope: Envelope, box: Parcel) -> Lines:
    tracking = envelope.tracking(box.tracking)
    segments: Lines = [("CPS", str(box.number + 1), "1"), ("PAC", "1", "", "CT"), ("PCI", "33E")]
    if tracking:
        segments.append(("RFF", ("CN", tracking)))
    return [*segments, ("GIN", "BJ", box.sscc)]


def _row(envelope: Envelope, number: int, line: ToldLine, row: Row | None, stock: Stock) -> Lines:
    """Return one row; the last one of a line bears the difference, so that the rows add up to the line."""
    sku = row.sku_shipped if row else line.sku
    unit, shipped, factor = stock.items[sku].base_unit, Decimal(0), Decimal(1)
    difference = line.difference
    if row is not None:
        unit, shipped, factor = row.unit, row.quantity, row.base_quantity / row.quantity
        difference = line.difference if row is line.rows[-1] else Decimal(0)
    if row is not None and difference % factor:
        unit, shipped, factor = stock.items[sku].base_unit, row.base_quantity, Decimal(1)
    difference /= factor
    code = CODES.get(unit, unit)
    segments = _product(envelope, number, sku, stock)
    if row is not None and row.status == "substituted":
        segments.append(("PIA", "4", (envelope.sku(line.sku), SKU)))
    segments.append(("QTY", ("12", plain(shipped), code)))
    segments.append(("QTY", ("21", plain(shipped - difference), code)))
    if row is not None and row.lot:
        segments += _lot(row.lot, row.tracking)
    if row is not None and row.expiry:
        segments.append(("DTM", ("361", f"{row.expiry:%Y%m%d}", "102")))
    segments.append(("RFF", ("LI", line.line_no)))
    if difference:
        word = "AC" if difference > 0 else "BP" if line.follows else "CP"
        segments.append(("QVR", (plain(difference), "21"), word))
    return segments


def _report(envelope: Envelope, code: str, number: str, site: str, *, counted_at: datetime | None = None) -> Lines:
    segments: Lines = [("BGM", code, number, "9"), _moment(envelope, "137", envelope.written_at)]
    if counted_at is not None:
        segments.append(_moment(envelope, "366", counted_at))
    return [*segments, ("NAD", "WH", (site, "", "92"))]


def _moved(envelope: Envelope, number: int, made: Movement, stock: Stock) -> Lines:
    item = stock.items[made.sku]
    segments = _product(envelope, number, made.sku, stock)
    segments.append(("INV", "2" if made.quantity > 0 else "1", "1", REASONS.get(made.kind, "4")))
    segments.append(("QTY", ("1", plain(abs(made.quantity)), CODES.get(item.base_unit, item.base_unit))))
    if made.lot:
        segments += _lot(made.lot, item.tracking)
    segments.append(_moment(envelope, "179", made.at))
    word = made.reason or (made.kind.upper() if made.kind in {"quarantine", "release"} else "")
    if word:
        segments.append(("FTX", "ACB", "", "", word))
    segments.append(("RFF", ("TN", made.movement_id)))
    if made.ref:
        segments.append(("RFF", ("ZZZ", made.ref)))
    return segments


def _received(envelope: Envelope, made: Movement, stock: Stock) -> Lines:
    item = stock.items[made.sku]
    qualifier = "ZZZ" if made.kind == "return" else "ON"
    return [
        ("BGM", "632", made.movement_id, "9"),
        _moment(envelope, "137", envelope.written_at),
        _moment(envelope, "50", made.at),
        *([("RFF", (qualifier, made.ref))] if made.ref else []),
        ("NAD", "WH", (made.site, "", "92")),
        *_product(envelope, 1, made.sku, stock),
        ("QTY", ("48", plain(made.quantity), CODES.get(item.base_unit, item.base_unit))),
        *(_lot(made.lot, item.tracking) if made.lot else []),
        ("CNT", ("2", "1")),
    ]
