"""X12, EDIFACT and TRADACOMS for warehouses: what they send is read, and what they are asked is written.

Nothing here opens a connection or a file: bytes go in and documents come out, and the other way round.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, assert_never

from tieout.connectors.files.edi import edifact_acknowledge, edifact_write, reading, x12_acknowledge, x12_write
from tieout.connectors.files.edi.answers import control_number
from tieout.connectors.files.edi.orders import ReadLine, ReadOrder
from tieout.connectors.files.edi.reading import read_orders
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.domain.commands.warehouse import CancelShipmentRequest, SendShipmentRequest
from tieout.ports.warehouses import FileContent

__all__ = [
    "Dialect",
    "EdiSettings",
    "ReadLine",
    "ReadOrder",
    "control_number",
    "read_edi",
    "read_orders",
    "write_acknowledgement",
    "write_cancel",
    "write_order",
]

Dialect = Literal["x12", "edifact"]


def read_edi(account: str, body: bytes, settings: EdiSettings) -> FileContent:
    """What a file says, whatever its dialect; MalformedError when it cannot be read at all.

    A message that no warehouse sends, and a part that cannot be used, are refused with a reason and the rest counts.
    An answer that knows only our control number has `control_number(answer)`; quantities of batches are in the unit of
    their line, since these formats know no stock units.
    """
    return reading.read(account, body, settings)


def write_order(
    command: SendShipmentRequest, dialect: Dialect, control_number: int, settings: EdiSettings, now: datetime
) -> tuple[str, bytes]:
    """File name and content of an order: 940, or ORDERS.

    Raises ports.errors.Refused when the format cannot carry a figure, a code or an address unchanged. The control
    number is from 1 to 999999999, and no two files of one partner may have the same.
    """
    match dialect:
        case "x12":
            return x12_write.order(command, control_number, settings, now)
        case "edifact":
            return edifact_write.order(command, control_number, settings, now)
        case unreachable:
            assert_never(unreachable)


def write_cancel(
    command: CancelShipmentRequest, dialect: Dialect, control_number: int, settings: EdiSettings, now: datetime
) -> tuple[str, bytes]:
    """File name and content of the cancelling of an order; otherwise as `write_order`."""
    match dialect:
        case "x12":
            return x12_write.cancel(command, control_number, settings, now)
        case "edifact":
            return edifact_write.cancel(command, control_number, settings, now)
        case unreachable:
            assert_never(unreachable)


def write_acknowledgement(body: bytes, content: FileContent, settings: EdiSettings, now: datetime) -> bytes | None:
    """The 997 or CONTRL of a file that `read_edi` read as `content`; None where its kind has none.

    Acknowledgements are not acknowledged, nor is TRADACOMS. Of several interchanges in one file each has its own,
    one behind the other.
    """
    parts: list[bytes] = []
    for interchange in reading.interchanges_of(body, settings):
        if interchange.syntax == "X12":
            part = x12_acknowledge.acknowledgement(interchange, content.refused, settings, now)
        elif interchange.syntax == "EDIFACT":
            part = edifact_acknowledge.acknowledgement(interchange, content.refused, settings, now)
        else:
            part = None
        if part is not None:
            parts.append(part)
    return b"".join(parts) or None
