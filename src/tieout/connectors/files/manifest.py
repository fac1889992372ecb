"""Orders and cancellations as CSV files, and reading back what we wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tieout.connectors.files import names
from tieout.connectors.files.csv_in import Cells, Dialect, read_rows, read_table
from tieout.connectors.files.csv_out import write_table
from tieout.connectors.files.figures import day_text, number_text
from tieout.connectors.files.layouts import CsvLayout
from tieout.connectors.files.settings import FilesSettings
from tieout.domain.commands import CancelShipmentRequest, SendShipmentRequest
from tieout.domain.commands.warehouse import RequestLine
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.shipping import HeldLine
from tieout.ports.errors import Refused
from tieout.ports.inbound import MalformedError

SCHEMA_VERSION = "1"
NEW, CANCEL = "N", "C"
_ADDRESS_CELLS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """An order file of ours, read back."""

    reference: str
    action: str
    lines: tuple[HeldLine, ...]


def write_order(command: SendShipmentRequest, settings: FilesSettings) -> bytes:
    """The request as a file; Refused when the agreed layout cannot hold it."""
    layout = settings.layout("order_manifest")
    head = _head("order", command.reference, layout) | {
        "node_code": command.site,
        "order_date": day_text(command.ordered_on, layout),
        "required_date": day_text(command.required_on, layout) if command.required_on else "",
        "customer_code": command.customer,
        "service": command.service,
        "instructions": command.instructions,
        "line_type": "standard",
        "action": NEW,
        **_address(command.deliver_to),
    }
    rows = [head | _line(line, settings, layout) for line in command.lines]
    body = write_table("order_manifest", layout, rows, sum((line.stock_quantity for line in command.lines), Decimal(0)))
    _as_read(command, body, settings)
    return body


def write_cancel(command: CancelShipmentRequest, settings: FilesSettings) -> bytes:
    """Asking not to ship what has not left of a request, as a file: one row without a stock code, action C."""
    layout = settings.layout("order_manifest")
    head = _head("cancel", command.reference, layout) | {"action": CANCEL}
    return write_table("order_manifest", layout, [head], Decimal(0))


def read_manifest(body: bytes, settings: FilesSettings) -> Manifest:
    """What an order file of ours says; MalformedError when it is not whole or says something of two requests."""
    layout = settings.layout("order_manifest")
    table = read_table("order_manifest", layout, body)
    # Our own files hold no times, so that it does not matter what the clock says.
    at = datetime.min.replace(tzinfo=ZoneInfo("UTC"))
    dialect = Dialect(layout=layout, zone=ZoneInfo(settings.zone), now=at, future=timedelta(0))
    good, bad = read_rows(table, dialect, _manifest_row)
    if bad or not good:
        raise MalformedError(f"{bad[0].where}: {bad[0].why}" if bad else "it has no row")
    heads = {(reference, action) for _, (reference, action, _) in good}
    if len(heads) > 1:
        raise MalformedError("it speaks of more than one request")
    ((reference, action),) = heads
    return Manifest(
        reference=reference, action=action, lines=tuple(line for _, (_, _, line) in good if line is not None)
    )


def split_reference(reference: str) -> tuple[str, str]:
    """Order number and release number of a reference, `0000000123-1`; a reference without one has an empty one."""
    order, dash, release = reference.rpartition("-")
    return (order, release) if dash and order and release else (reference, "")


def _as_read(command: SendShipmentRequest, body: bytes, settings: FilesSettings) -> None:
    """Refuse before sending what could not be read back: a layout without the columns, a code that looks mangled."""
    try:
        written = read_manifest(body, settings)
    except MalformedError as error:
        raise Refused(f"the layout order_manifest cannot hold this order: {error}") from None
    wanted = [(line.sku, line.quantity) for line in command.lines]
    if written.reference != command.reference or [(line.sku, line.quantity) for line in written.lines] != wanted:
        raise Refused(
            "the layout order_manifest cannot hold this order: reference, codes or quantities read back differently; "
            "check its columns, order_digits and words"
        )


def _manifest_row(cells: Cells) -> tuple[str, str, HeldLine | None]:
    sku, quantity = cells.code("sku"), cells.number_if_told("qty")
    line = HeldLine(line=cells.text("line_no"), sku=sku, quantity=quantity or Decimal(0), unit=cells.text("uom"))
    return cells.reference(), cells.word("action"), line if sku else None


def _head(action: names.Action, reference: str, layout: CsvLayout) -> dict[str, str]:
    order, release = split_reference(reference)
    return {
        "schema_version": SCHEMA_VERSION,
        "file_id": names.stem(action, reference),
        "order_ref": reference if layout.whole_reference else order,
        "release_no": release,
    }


def _line(line: RequestLine, settings: FilesSettings, layout: CsvLayout) -> dict[str, str]:
    return {
        "line_no": line.line if settings.line_numbers == "line" else str(line.number),
        "sku": line.sku,
        "description": line.description,
        "qty": number_text(line.quantity, layout),
        "uom": line.unit,
        "base_qty": number_text(line.stock_quantity, layout),
    }


def _address(to: PostalAddress) -> dict[str, str]:
    """The address in the layout's cells: what does not fit into four stands together in the fourth."""
    parts = [part for part in (*to.lines, to.city, to.county) if part]
    cells = [*parts[: _ADDRESS_CELLS - 1], ", ".join(parts[_ADDRESS_CELLS - 1 :])]
    return {
        "deliver_name": to.contact or to.name,
        "deliver_company": to.name if to.contact else "",
        **{f"addr{place}": cell for place, cell in enumerate(cells, start=1)},
        "postcode": to.postcode,
        "country_iso2": to.country,
        "phone": to.telephone,
        "email": to.email,
    }
