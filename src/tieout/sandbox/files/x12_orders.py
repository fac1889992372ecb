"""Reads 940 shipping orders, and answers them with a 997."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tieout.sandbox.files import x12
from tieout.sandbox.files.formats import UnreadableError, quantity
from tieout.sandbox.files.orders import Answer, Intake, LineRefusal, WantedLine, WantedOrder
from tieout.sandbox.files.stock import NOUGHT

ACTIONS = {"N": "N", "F": "C", "R": "U"}
"""W05-01 by what the house does."""
SKU_QUALIFIERS = ("SK", "VN", "VP", "IN", "BP", "MG")
PAIRS = (4, 6, 15)
UNITS = {"CA": "CASE", "PK": "INNER"}
LINE_REFERENCE = "LI"
SEGMENT_ERRORS = {"sku": ("5", "234", "7"), "unit": ("2", "355", "7"), "quantity": ("1", "380", "6")}
"""Place in W01, data element and AK403 code of what is wrong with a line."""


def intake(body: bytes) -> Intake:
    """Read a file: 940s become orders, one for each set; a 997 is an answer of the depositor."""
    read = x12.read(body)
    if read.fault:
        raise UnreadableError(read.fault)
    groups = [group for group in read.groups if group.kind == "OW"]
    if not groups:
        if all(group.kind in {"FA", "AG"} for group in read.groups):
            return Intake(file_id=read.number, is_answer=True)
        raise UnreadableError(f"there is no group OW but {', '.join(group.kind for group in read.groups)}")
    orders = tuple(_order(one, group.fault) for group in groups for one in group.sets)
    return Intake(file_id=read.number, orders=orders, envelope={"group": groups[0].number, "sender": read.sender})


def _order(one: x12.TransactionSet, fault: str) -> WantedOrder:
    fields = {"order_ref": "", "action": "", "site": "", "deliver_to": "", "service": "", "instructions": ""}
    total = NOUGHT
    lines: list[WantedLine] = []
    pending: list[tuple[int, x12.Segment]] = []
    for place, segment in enumerate(one.segments, 2):
        name = segment[0]
        if name == "W05":
            fields["action"], fields["order_ref"] = x12.element(segment, 1), x12.element(segment, 2)
        elif name == "N1" and x12.element(segment, 1) == "WH":
            fields["site"] = x12.element(segment, 4) or x12.element(segment, 2)
        elif name == "N1" and x12.element(segment, 1) == "ST":
            fields["deliver_to"] = x12.element(segment, 2)
        elif name == "NTE":
            fields["instructions"] = x12.element(segment, 2)
        elif name == "W66":
            fields["service"] = x12.element(segment, 5) or x12.element(segment, 10)
        elif name == "W76":
            total = quantity(x12.element(segment, 1)) or NOUGHT
        elif name in {"LX", "W01", "N9"}:
            if name == "LX" and pending:
                lines += _lines(pending)
                pending = []
            pending.append((place, segment))
    lines += _lines(pending)
    trouble = fault or one.fault or _trouble(one, fields, lines, total)
    return WantedOrder(
        **{**fields, "action": ACTIONS.get(fields["action"], fields["action"])},
        lines=tuple(lines),
        where=one.number,
        trouble=trouble,
    )


def _trouble(one: x12.TransactionSet, fields: dict[str, str], lines: Sequence[WantedLine], total: object) -> str:
    if one.kind != "940":
        return f"set {one.kind} is not expected here"
    if not fields["order_ref"]:
        return "W05 has no depositor order number"
    wanted = sum((line.quantity for line in lines), NOUGHT)
    return "" if total == wanted or not total else f"W76 says {total}, the lines have {wanted}"


def _lines(segments: Sequence[tuple[int, x12.Segment]]) -> Iterable[WantedLine]:
    """Read what stands behind one LX: W01, and the reference of the line after it."""
    number = next((x12.element(s, 1) for _, s in segments if s[0] == "LX"), "")
    reference = next((x12.element(s, 2) for _, s in segments if s[:2] == ["N9", LINE_REFERENCE]), "")
    for place, segment in segments:
        if segment[0] != "W01":
            continue
        wanted = quantity(x12.element(segment, 1))
        unit = x12.element(segment, 2)
        yield WantedLine(
            line_no=reference or number,
            sku=_sku(segment),
            quantity=NOUGHT if wanted is None else wanted,
            unit=UNITS.get(unit, unit),
            lot_request=x12.element(segment, 13),
            where=f"{place}:{number}",
            trouble="" if wanted is not None else f"quantity {x12.element(segment, 1)} is not a number",
        )


def _sku(w01: x12.Segment) -> str:
    pairs = {x12.element(w01, place): x12.element(w01, place + 1) for place in PAIRS}
    found = (pairs[qualifier] for qualifier in SKU_QUALIFIERS if pairs.get(qualifier))
    return next(found, "") or next((v for v in pairs.values() if v), "") or x12.element(w01, 3)


def acknowledgement(intake: Intake, answers: Sequence[Answer]) -> list[Sequence[str]]:
    """Return the segments of a 997: each set accepted, accepted with errors or rejected, with what is wrong."""
    segments: list[Sequence[str]] = [("AK1", "OW", intake.envelope.get("group", ""))]
    for answer in answers:
        segments.append(("AK2", "940", answer.order.where))
        for refusal in answer.refusals:
            segments += _errors(refusal)
        if not answer.is_accepted and not answer.refusals:
            segments += [("AK3", "W05", "2", "", "8"), ("AK4", "2", "285", "7", answer.order.order_ref)]
        if answer.is_accepted:
            segments.append(("AK5", "E", "5") if answer.refusals else ("AK5", "A"))
        else:
            segments.append(("AK5", "R", "4" if answer.reason.startswith("SE counts") else "5"))
    taken = sum(answer.is_accepted for answer in answers)
    total = str(len(answers))
    whole = "A" if taken == len(answers) else "P" if taken else "R"
    segments.append(("AK9", whole, total, total, str(taken)))
    return segments


def _errors(refusal: LineRefusal) -> list[Sequence[str]]:
    place, _, number = refusal.where.partition(":")
    at, element, code = SEGMENT_ERRORS.get(refusal.field, ("1", "", "6"))
    return [("AK3", "W01", place, number, "8"), ("AK4", at, element, code, refusal.value)]
