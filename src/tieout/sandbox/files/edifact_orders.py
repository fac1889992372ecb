"""Reads EDIFACT orders, and answers them with CONTRL for the syntax and APERAK for the content."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.sandbox.files import edifact
from tieout.sandbox.files.edifact import Said, component
from tieout.sandbox.files.formats import Envelope, UnreadableError, quantity
from tieout.sandbox.files.orders import Answer, Intake, WantedLine, WantedOrder
from tieout.sandbox.files.stock import NOUGHT

KINDS = ("ORDERS", "INSDES")
ANSWERS = {"CONTRL", "APERAK"}
ACTIONS = {"9": "N", "1": "C", "4": "U", "": "N"}
"""Function of the message (BGM) by what the house does."""
UNITS = {"PCE": "EA", "CT": "CASE", "PK": "INNER"}
CODES = {unit: code for code, unit in UNITS.items()}
SKU = "SA"
TAKEN, REJECTED = "7", "4"
ACCEPTED, NOT_ACCEPTED = "29", "27"


def intake(body: bytes) -> Intake:
    """Read a file: ORDERS or INSDES become orders; CONTRL and APERAK are answers of the depositor."""
    read = edifact.read(body)
    if read.fault:
        raise UnreadableError(read.fault)
    kinds = {message.kind for message in read.messages}
    if kinds and kinds <= ANSWERS:
        return Intake(file_id=read.number, is_answer=True)
    orders = tuple(_order(message) for message in read.messages)
    return Intake(file_id=read.number, orders=orders, envelope={"number": read.number, "sender": read.sender})


def _order(message: edifact.Message) -> WantedOrder:
    fields = {"order_ref": "", "action": "9", "site": "", "deliver_to": "", "service": "", "instructions": ""}
    lines: list[list[edifact.Segment]] = []
    counted = ""
    for segment in message.segments:
        name, first = component(segment, 0), component(segment, 1)
        if name == "LIN":
            lines.append([segment])
        elif name == "CNT" and first == "2":
            counted = component(segment, 1, 1)
        elif name == "UNS":
            continue
        elif lines:
            lines[-1].append(segment)
        else:
            _head(fields, segment)
    action = fields["action"]
    trouble = message.fault
    if message.kind not in KINDS:
        trouble = trouble or f"message {message.kind} is not expected here"
    elif not fields["order_ref"]:
        trouble = trouble or "BGM has no order number"
    elif counted and counted != str(len(lines)):
        trouble = trouble or f"CNT says {counted} lines, there are {len(lines)}"
    return WantedOrder(
        **{**fields, "action": ACTIONS.get(action, action)},
        lines=tuple(_line(segments) for segments in lines),
        where=message.number,
        trouble=trouble,
    )


def _head(fields: dict[str, str], segment: edifact.Segment) -> None:
    match component(segment, 0), component(segment, 1):
        case "BGM", _:
            fields["order_ref"], fields["action"] = component(segment, 2), component(segment, 3)
        case "NAD", "WH":
            fields["site"] = component(segment, 2)
        case "NAD", "DP":
            fields["deliver_to"] = component(segment, 4) or component(segment, 3)
        case "FTX", _:
            fields["instructions"] = component(segment, 4)
        case "TDT", _:
            fields["service"] = component(segment, 5, 3) or component(segment, 5)


def _line(segments: Sequence[edifact.Segment]) -> WantedLine:
    line_no, sku, wanted, unit, reference = component(segments[0], 1), "", "", "", ""
    for segment in segments[1:]:
        match component(segment, 0), component(segment, 1):
            case "PIA", _:
                sku = sku or component(segment, 2)
            case "QTY", "21":
                wanted, unit = component(segment, 1, 1), component(segment, 1, 2)
            case "RFF", "LI":
                reference = component(segment, 1, 1)
    amount = quantity(wanted)
    return WantedLine(
        line_no=reference or line_no,
        sku=sku or component(segments[0], 3),
        quantity=NOUGHT if amount is None else amount,
        unit=UNITS.get(unit, unit),
        where=line_no,
        trouble="" if amount is not None else f"quantity {wanted} is not a number",
    )


def acknowledgement(
    envelope: Envelope, source: Intake, answers: Sequence[Answer], house: str
) -> list[tuple[str, list[Said]]]:
    """Return a CONTRL for the file, and an APERAK for each order that could be read, with reasons in words."""
    wrong = {answer.order.where for answer in answers if answer.order.trouble.startswith("UNT")}
    verdict = REJECTED if wrong and len(wrong) == len(answers) else TAKEN
    control: list[Said] = [
        ("UCI", source.envelope.get("number", ""), (source.envelope.get("sender", ""), "14"), (house, "14"), verdict)
    ]
    for answer in answers:
        number = answer.order.where
        bad = number in wrong
        control.append(("UCM", number, ("ORDERS", "D", "96A", "UN"), REJECTED if bad else TAKEN, "29" if bad else ""))
    applied = [
        ("APERAK", _applied(envelope, place, answer))
        for place, answer in enumerate(answers, 1)
        if answer.order.where not in wrong
    ]
    return [("CONTRL", control), *applied]


def _applied(envelope: Envelope, place: int, answer: Answer) -> list[Said]:
    verdict = ACCEPTED if answer.is_accepted else NOT_ACCEPTED
    segments: list[Said] = [
        ("BGM", "294", f"{envelope.file_id}-{place}", verdict),
        ("DTM", ("137", f"{envelope.written_at:%Y%m%d%H%M}", "203")),
        ("RFF", ("ON", answer.order.order_ref)),
    ]
    if answer.reason and not answer.is_accepted:
        segments += [("ERC", "ZZZ"), ("FTX", "AAO", "", "", answer.reason[:70])]
    for refusal in answer.refusals:
        segments += [("ERC", "ZZZ"), ("FTX", "AAO", "", "", refusal.reason[:70]), ("RFF", ("LI", refusal.line_no))]
    return segments
