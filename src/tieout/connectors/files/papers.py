"""Acknowledgements and charges: rows into documents, and the acknowledgement that we send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tieout.connectors.files import names
from tieout.connectors.files.csv_in import Cells, Row
from tieout.connectors.files.csv_out import write_table
from tieout.connectors.files.figures import RowError
from tieout.connectors.files.settings import FilesSettings
from tieout.domain.documents.warehouse_stock import ChargeLine
from tieout.domain.money import Money, digits
from tieout.ports.warehouses import FileContent, RequestAnswer

_ACTIONS = {"N": "order", "U": "order", "C": "cancel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AckRow:
    """One row of an acknowledgement, read."""

    asked: str
    """`order` or `cancel`."""
    reference: str
    is_accepted: bool
    reason: str


def ack_row(cells: Cells) -> AckRow:
    """One row: which request it answers stands in its own columns, or in the name or id of the file it answers."""
    named = names.told_by(cells.text("input_file")) or names.told_by(cells.text("file_id"))
    asked = _ACTIONS.get(cells.word("action"), named[0] if named else "order")
    reference = cells.reference() if cells.text("order_ref") else named[1] if named else ""
    if not reference:
        raise RowError("neither order_ref nor input_file says which request it answers")
    line, reason = cells.text("line_no"), cells.text("reason")
    is_accepted = cells.word("status") == "accepted"
    return AckRow(
        asked=asked,
        reference=reference,
        is_accepted=is_accepted,
        reason=f"line {line}: {reason or 'rejected'}" if line and not is_accepted else reason,
    )


def answers(rows: Sequence[tuple[Row, AckRow]]) -> tuple[RequestAnswer, ...]:
    """One answer for each request and question: a request of which one row is rejected is not accepted."""
    groups: dict[tuple[str, str], list[tuple[Row, AckRow]]] = {}
    for row, one in rows:
        groups.setdefault((one.asked, one.reference), []).append((row, one))
    return tuple(
        RequestAnswer(
            reference=reference,
            is_accepted=all(one.is_accepted for _, one in group),
            reason="; ".join(
                dict.fromkeys(one.reason for _, one in group if one.reason and not one.is_accepted)
                or dict.fromkeys(one.reason for _, one in group if one.reason)
            ),
            about="cancellation" if asked == "cancel" else "request",
            source=f"row {group[0][0].number}",
        )
        for (asked, reference), group in groups.items()
    )


def charge_row(account: str, currency: str, cells: Cells) -> ChargeLine:
    """One charge; an amount that is not whole pennies is refused, never rounded."""
    stated = cells.text("currency").upper() or currency
    if len(stated) != 3 or not stated.isascii() or not stated.isalpha():
        raise RowError(f"currency is `{stated}`: it must be three letters, as GBP")
    net = cells.number("net", is_signed=True)
    minor = net.scaleb(digits(stated))
    if minor != minor.to_integral_value():
        raise RowError(f"net is `{cells.text('net')}`: {stated} has {digits(stated)} decimals; it is not rounded here")
    invoice = cells.code("invoice")
    return ChargeLine(
        charge_id=cells.code("charge_id") or f"{invoice}/{cells.row.number}",
        account=account,
        invoice=invoice,
        on=cells.day("date"),
        code=cells.text("code"),
        description=cells.text("description"),
        net=Money(int(minor), stated),
        quantity=cells.number_if_told("quantity", is_signed=True),
        reference=cells.code("reference"),
        source=f"row {cells.row.number}",
    )


def write_acknowledgement(name: str, content: FileContent, settings: FilesSettings) -> bytes:
    """What we say of a file that we read: taken, and each part that was refused with its place and the reason."""
    head = {"file_id": content.file_id, "input_file": name}
    rows = [
        head | {"status": "rejected", "line_no": refused.where.removeprefix("row "), "reason": refused.why}
        for refused in content.refused
    ]
    layout = settings.layout("ack")
    # The raw reason may hold letters that the partner's encoding has not: it is for people, so they are replaced.
    fit = [{k: v.encode(layout.encoding, "replace").decode(layout.encoding) for k, v in row.items()} for row in rows]
    return write_table("ack", layout, fit or [head | {"status": "accepted"}])
