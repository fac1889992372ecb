"""CSV in the default layouts: one header row, UTF-8, commas, CRLF, ISO moments with offset, numbers with a point.

A depositor may use other column names; `columns` of the depositor says which.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tieout.sandbox.files.formats import Charge, Envelope, UnreadableError, plain, quantity
from tieout.sandbox.files.orders import Answer, Despatch, Intake, Row, WantedLine, WantedOrder
from tieout.sandbox.files.stock import NOUGHT, Count, Movement, Stock

_COLUMNS = {
    "order_manifest": (
        "schema_version file_id order_ref release_no node_code order_date required_date priority customer_code "
        "deliver_name deliver_company addr1 addr2 addr3 addr4 postcode country_iso2 phone email carrier service "
        "instructions line_no sku barcode description qty uom base_qty line_type batch_request serial_request action"
    ),
    "despatch_confirmation": (
        "file_id order_ref release_no node_code despatch_ref despatched_at line_no sku_ordered sku_shipped qty uom "
        "base_qty batch expiry serial parcel_no tracking carrier service line_status short_reason order_complete"
    ),
    "stock_snapshot": (
        "file_id node_code snapshot_at sku uom on_hand allocated quarantine damaged in_transit_in batch expiry "
        "last_movement_ref"
    ),
    "stock_movement": (
        "movement_id node_code occurred_at type reason_code sku qty_signed uom batch serial ref_type ref user"
    ),
    "ack": "file_id input_file source_file_id order_ref release_no line_no row status reason",
    "charges": "file_id invoice charge_id date code description reference quantity net currency",
}
LAYOUTS = {layout: tuple(columns.split(" ")) for layout, columns in _COLUMNS.items()}
ANSWERING = frozenset({"source_file", "source_file_id", "input_file"})
"""Columns that name the file which is answered: in our words, and in the depositor's."""
NEEDED = ("order_ref", "line_no", "sku", "qty")
TRAILERS = {"TRAILER", "TRL", "TRAIL", "EOF", "TOTAL"}
SLIPS = ("latin1", "bom", "excel_numbers", "blank_tracking", "sku_case", "unknown_carrier", "total_row")
EXCEL_DIGITS = 12
MOVEMENT_TYPES = {"quarantine": "adjust", "release": "adjust"}
Cells = Mapping[str, str]


class Csv:
    """The CSV format; `columns` gives other names to the columns of a layout."""

    ending: str = "csv"
    slips: tuple[str, ...] = SLIPS
    tells_receipts_apart: bool = False
    answers_faults: bool = True

    def __init__(self) -> None:
        self.columns: dict[str, dict[str, str]] = {}
        self.short_rows = "missing"
        """`missing`: a row of its own says what did not leave; `line`: the rows that left are marked short."""

    # --- reading ----------------------------------------------------------------------------------------------------

    def read(self, body: bytes) -> Intake:
        """Read an order manifest, or an acknowledgement of ours."""
        rows = parsed(body)
        names = {theirs: ours for ours, theirs in self.columns.get("order_manifest", {}).items()}
        header = [names.get(cell.strip(), cell.strip()) for cell in rows[0]] if rows else []
        if not ANSWERING.isdisjoint(header):
            return Intake(file_id="", is_answer=True)
        missing = [name for name in NEEDED if name not in header]
        if missing:
            raise UnreadableError(f"the header lacks {', '.join(missing)}" if rows else "the file is empty")
        lines, trailer = [], None
        for number, row in enumerate(rows[1:], 2):
            if any(cell.strip(" #*").upper() in TRAILERS for cell in row[:3]):
                trailer = row
                continue
            cells = {name: cell.strip() for name, cell in zip(header, row, strict=False)}
            lines.append({**cells, "row": str(number), "ragged": str(len(row)) if len(row) != len(header) else ""})
        file_id = lines[0].get("file_id", "") if lines else ""
        fault = _trailer_fault(trailer, lines, header)
        return Intake(file_id=file_id, orders=tuple(_orders(lines)), fault=fault)

    # --- writing ----------------------------------------------------------------------------------------------------

    def answers(self, envelope: Envelope, source: str, intake: Intake, answers: tuple[Answer, ...]) -> bytes:
        """Return one row for the file when it is refused whole, else a row for each order and each refused line."""
        head = {"input_file": source, "source_file_id": intake.file_id}
        rows: list[Cells] = [{**head, "status": "rejected", "reason": intake.fault}] if intake.fault else []
        for answer in answers:
            order = {**head, "order_ref": answer.order.order_ref, "release_no": answer.order.release_no}
            status = "accepted" if answer.is_accepted else "rejected"
            rows.append({**order, "status": status, "reason": answer.reason})
            rows += [
                {**order, "line_no": one.line_no, "row": one.where, "status": "rejected", "reason": one.reason}
                for one in answer.refusals
            ]
        return self.written("ack", envelope, rows)

    def despatches(self, envelope: Envelope, despatches: tuple[Despatch, ...], stock: Stock) -> bytes:
        """Return a row for each line, lot and parcel that left, and for each that will not leave."""
        del stock
        rows = [self._despatched(envelope, made, row) for made in despatches for row in self._told(made)]
        return self.written("despatch_confirmation", envelope, rows)

    def _told(self, made: Despatch) -> Iterable[Row]:
        left = {row.line_no for row in made.rows if row.has_left}
        return (r for r in made.rows if self.short_rows == "missing" or r.has_left or r.line_no not in left)

    def _despatched(self, envelope: Envelope, made: Despatch, row: Row) -> Cells:
        parcel = next((p for p in made.parcels if p.number == row.parcel), None)
        short = next((r for r in made.rows if r.line_no == row.line_no and not r.has_left), None)
        marked = self.short_rows == "line" and short is not None
        status, reason = ("short", short.reason) if marked and short is not None else (row.status, row.reason)
        nothing = marked and not row.has_left
        return {
            "order_ref": made.order_ref,
            "release_no": made.release_no,
            "node_code": made.site,
            "despatch_ref": made.despatch_ref,
            "despatched_at": moment(envelope, made.at),
            "line_no": row.line_no,
            "sku_ordered": envelope.sku(row.sku_ordered),
            "sku_shipped": envelope.sku(row.sku_shipped),
            "qty": "0" if nothing else plain(row.quantity),
            "uom": row.unit,
            "base_qty": "0" if nothing else plain(row.base_quantity),
            "batch": row.lot if row.tracking == "batch" else "",
            "expiry": row.expiry.isoformat() if row.expiry else "",
            "serial": row.lot if row.tracking == "serial" else "",
            "parcel_no": str(parcel.number) if parcel else "",
            "tracking": envelope.tracking(parcel.tracking) if parcel else "",
            "carrier": envelope.carrier(parcel.carrier) if parcel else "",
            "service": parcel.service if parcel else "",
            "line_status": status,
            "short_reason": reason,
            "order_complete": "Y" if made.is_complete else "N",
        }

    def movements(self, envelope: Envelope, movements: tuple[Movement, ...], stock: Stock) -> bytes:
        """Return a row for each movement; quarantine and release are adjustments with their kind as the reason."""
        rows: list[Cells] = []
        for made in movements:
            item = stock.items[made.sku]
            rows.append(
                {
                    "movement_id": made.movement_id,
                    "node_code": made.site,
                    "occurred_at": moment(envelope, made.at),
                    "type": MOVEMENT_TYPES.get(made.kind, made.kind),
                    "reason_code": made.kind.upper() if made.kind in MOVEMENT_TYPES else made.reason,
                    "sku": envelope.sku(made.sku),
                    "qty_signed": plain(made.quantity),
                    "uom": item.base_unit,
                    "batch": made.lot if item.tracking == "batch" else "",
                    "serial": made.lot if item.tracking == "serial" else "",
                    "ref_type": made.ref_type,
                    "ref": made.ref,
                    "user": made.user,
                }
            )
        return self.written("stock_movement", envelope, rows)

    def receipts(self, envelope: Envelope, movements: tuple[Movement, ...], stock: Stock) -> bytes:
        """Return the same as for any movement."""
        return self.movements(envelope, movements, stock)

    def snapshot(self, envelope: Envelope, count: Count, stock: Stock) -> bytes:
        """Return a row for each stock code and batch; the moment is that of counting."""
        rows: list[Cells] = []
        for level in count.levels:
            expiry = stock.expiries.get((level.sku, level.lot))
            tracked = stock.items[level.sku].tracking
            rows.append(
                {
                    "node_code": count.site,
                    "snapshot_at": moment(envelope, count.at),
                    "sku": envelope.sku(level.sku),
                    "uom": level.unit,
                    "on_hand": plain(level.on_hand),
                    "allocated": plain(level.allocated),
                    "quarantine": plain(level.quarantine),
                    "damaged": plain(level.damaged),
                    "in_transit_in": "0",
                    "batch": level.lot if tracked == "batch" else "",
                    "expiry": expiry.isoformat() if expiry else "",
                    "last_movement_ref": count.last_event,
                }
            )
        return self.written("stock_snapshot", envelope, merged(rows))

    def charges(self, envelope: Envelope, charges: Iterable[Charge]) -> bytes:
        """Return a row for each line of the bill."""
        rows = [
            {
                "invoice": charge.invoice,
                "charge_id": charge.charge_id,
                "date": charge.on.isoformat(),
                "code": charge.code,
                "description": charge.description,
                "reference": charge.reference,
                "quantity": plain(charge.quantity),
                "net": f"{'-' if charge.net < 0 else ''}{abs(charge.net) // 100}.{abs(charge.net) % 100:02d}",
                "currency": charge.currency,
            }
            for charge in charges
        ]
        return self.written("charges", envelope, rows)

    def written(self, layout: str, envelope: Envelope, rows: Iterable[Cells]) -> bytes:
        """Return the file of these rows in a layout, with the slips of the envelope."""
        ours = LAYOUTS[layout]
        theirs = [self.columns.get(layout, {}).get(name, name) for name in ours]
        table = [theirs, *([row.get(name, "") for name in ours] for row in stamped(rows, envelope.file_id))]
        if "excel_numbers" in envelope.slips:
            table = [table[0], *([excelled(cell) for cell in row] for row in table[1:])]
        if "total_row" in envelope.slips:
            table.append(["TOTAL", *("" for _ in ours[2:]), str(len(table) - 1)])
        if "latin1" in envelope.slips:
            note = next((n for n in ("description", "short_reason", "reason", "ref") if n in ours), "")
            for row in table[1:2] if note else ():
                row[ours.index(note)] += " £5"
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(table)
        if "latin1" in envelope.slips:
            return text.getvalue().encode("latin-1", "replace")
        return text.getvalue().encode("utf-8-sig" if "bom" in envelope.slips else "utf-8")


def parsed(body: bytes) -> list[list[str]]:
    """Return the rows of a CSV file, empty ones left out; UnreadableError when it is no such thing."""
    try:
        text = body.decode("utf-8-sig")
        return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableError(f"the file is not CSV in UTF-8: {error}") from error


def stamped(rows: Iterable[Cells], file_id: str) -> Iterable[Cells]:
    """Put the file's number on every row."""
    return ({"file_id": file_id, **row} for row in rows)


def merged(rows: Sequence[Cells]) -> list[Cells]:
    """Add up the rows of serial numbers: a snapshot has no column for them, so a stock code stands once."""
    amounts = ("on_hand", "allocated", "quarantine", "damaged")
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        known = found.setdefault((row["sku"], row["batch"]), dict.fromkeys(amounts, "0"))
        sums = {name: plain((quantity(known[name]) or NOUGHT) + (quantity(row[name]) or NOUGHT)) for name in amounts}
        known.update({**row, **sums})
    return list(found.values())


def moment(envelope: Envelope, at: datetime) -> str:
    """Write a moment in the depositor's zone, with its offset."""
    return at.astimezone(envelope.written_at.tzinfo).isoformat(timespec="seconds")


def excelled(cell: str) -> str:
    """Return what a spreadsheet makes of a cell: long numbers in powers of ten, leading noughts gone."""
    if cell.isascii() and cell.isdigit():
        return f"{float(cell):.2E}" if len(cell) >= EXCEL_DIGITS else str(int(cell))
    return cell


def _orders(lines: Iterable[dict[str, str]]) -> Iterable[WantedOrder]:
    found: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for cells in lines:
        key = cells.get("order_ref", ""), cells.get("release_no", ""), cells.get("action", "").upper() or "N"
        found.setdefault(key, []).append(cells)
    for (order_ref, release_no, action), rows in found.items():
        first = rows[0]
        yield WantedOrder(
            order_ref=order_ref,
            release_no=release_no,
            action=action,
            site=first.get("node_code", ""),
            lines=tuple(_line(cells) for cells in rows if cells.get("sku")),
            deliver_to=", ".join(filter(None, (first.get("deliver_name"), first.get("postcode")))),
            service=first.get("service", ""),
            instructions=first.get("instructions", ""),
            where=first["row"],
            trouble="" if order_ref else "order_ref is empty",
        )


def _line(cells: dict[str, str]) -> WantedLine:
    wanted, base = quantity(cells["qty"]), quantity(cells.get("base_qty", ""))
    trouble = f"the row has {cells['ragged']} cells" if cells["ragged"] else ""
    if wanted is None:
        trouble = trouble or f"qty {cells['qty']} is not a number"
    return WantedLine(
        line_no=cells["line_no"],
        sku=cells["sku"],
        quantity=NOUGHT if wanted is None else wanted,
        unit=cells.get("uom", ""),
        base_quantity=base,
        lot_request=cells.get("batch_request", "") or cells.get("serial_request", ""),
        where=cells["row"],
        trouble=trouble,
    )


def _trailer_fault(trailer: Sequence[str] | None, lines: Sequence[Cells], header: Sequence[str]) -> str:
    """Compare the numbers of the trailer, rows and total base quantity, with what stands above it."""
    if trailer is None:
        return "the trailer row is missing: the file may be cut off"
    first = lines[0] if lines else {}
    repeated = {(name, first.get(name)) for name in ("schema_version", "file_id")}
    numbers = [
        number
        for name, cell in zip(header, trailer, strict=False)
        if (name, cell.strip()) not in repeated and (number := quantity(cell)) is not None
    ]
    total = sum((quantity(cells.get("base_qty", "")) or NOUGHT for cells in lines), NOUGHT)
    if not numbers or numbers[0] != len(lines) or total not in numbers[1:]:
        said = ", ".join(map(plain, numbers)) or "nothing"
        return f"the trailer says {said}, but the file has {len(lines)} rows with a base quantity of {plain(total)}"
    return ""
