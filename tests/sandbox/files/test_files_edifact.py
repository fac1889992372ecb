from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest
from pydifact.segmentcollection import Interchange as OtherReader

from tieout.sandbox.files import edifact
from tieout.sandbox.files.edifact import component
from tieout.sandbox.files.formats import UnreadableError

if TYPE_CHECKING:
    from .conftest import Depot

Line = tuple[str, str, str]


def orders(*wanted: tuple[str, list[Line]], function: str = "9", count: int = 0) -> bytes:
    """An ORDERS file: (reference, lines of SKU, quantity and unit code) for each message."""
    parts = ["UNB+UNOC:3+5098765000001:14+5012345000008:14+261121:0930+77"]
    for number, (ref, lines) in enumerate(wanted, 1):
        segments = [f"BGM+220+{ref}+{function}", "DTM+137:20261121:102", "NAD+WH+MAIN::92", "NAD+DP+++Ann O?'Other"]
        for place, (sku, quantity, unit) in enumerate(lines, 1):
            segments += [f"LIN+{place}++5012345678900:EN", f"PIA+1+{sku}:SA", f"QTY+21:{quantity}:{unit}"]
            segments.append(f"RFF+LI:L{place}")
        segments += ["UNS+S", f"CNT+2:{len(lines)}"]
        total = len(segments) + 2 + count
        parts += [f"UNH+{number}+ORDERS:D:96A:UN:EAN008", *segments, f"UNT+{total}+{number}"]
    return "'".join([*parts, f"UNZ+{len(wanted)}+77", ""]).encode()


@pytest.fixture
def house(depot: Depot) -> Depot:
    depot.partner = "edifact"
    return depot


def messages(depot: Depot, kind: str) -> list[edifact.Message]:
    """Read what was written with our own reader; an independent one must find the same segments."""
    found = []
    for _, body in depot.out(kind):
        read = edifact.read(body)
        assert not read.fault
        assert not any(message.fault for message in read.messages)
        with warnings.catch_warnings(action="ignore"):
            other = list(OtherReader.from_str(body.decode("latin-1")).get_messages())
        assert [message.type for message in other] == [message.kind for message in read.messages]
        for theirs, ours in zip(other, read.messages, strict=True):
            assert [s.tag for s in theirs.segments] == [component(s, 0) for s in ours.segments]
        found += read.messages
    return found


def said(message: edifact.Message, name: str) -> list[str]:
    """The segments of a name, elements joined as they would be written without releases."""
    return ["+".join(":".join(e) for e in s[1:]) for s in message.segments if component(s, 0) == name]


def test_orders_are_acknowledged_and_shipped_as_desadv(house: Depot) -> None:
    house.drop("o.edi", orders(("SO1-1", [("MUG", "2", "CT"), ("CUP", "3", "PCE")])))
    house.work()
    control, applied = messages(house, "ack")
    assert (control.kind, applied.kind) == ("CONTRL", "APERAK")
    assert said(control, "UCI") == ["77+5098765000001:14+5012345000008:14+7"]
    assert said(control, "UCM") == ["1+ORDERS:D:96A:UN+7"]
    assert said(applied, "BGM")[0].endswith("+29")
    assert said(applied, "RFF") == ["ON:SO1-1"]
    (advice,) = messages(house, "despatch")
    assert advice.kind == "DESADV"
    assert said(advice, "RFF")[0] == "ON:SO1-1"
    assert said(advice, "QTY") == ["12:2:CT", "21:2:CT", "12:3:PCE", "21:3:PCE"]
    assert said(advice, "PIA") == ["1+MUG:SA", "1+CUP:SA"]
    assert said(advice, "QVR") == []
    assert [reference for reference in said(advice, "RFF") if reference.startswith("LI")] == ["LI:L1", "LI:L2"]
    assert said(advice, "GIN")[0].startswith("BJ+")
    assert house.on_hand("MUG") == "216"


@pytest.mark.parametrize(
    ("how", "quantities", "difference"),
    [
        ("short", ["12:19:PCE", "21:20:PCE"], ["-1:21+CP"]),
        ("parts", ["12:10:PCE", "21:20:PCE"], ["-10:21+BP"]),
        ("over", ["12:21:PCE", "21:20:PCE"], ["1:21+AC"]),
    ],
)
def test_the_difference_says_whether_the_rest_follows(
    house: Depot, how: str, quantities: list[str], difference: list[str]
) -> None:
    house.drop("o.edi", orders(("SO1", [("MUG", "20", "PCE")])))
    house.work(how=how)
    (advice,) = messages(house, "despatch")
    assert said(advice, "QTY") == quantities
    assert said(advice, "QVR") == difference


def test_a_substitute_names_what_it_stands_for(house: Depot) -> None:
    house.drop("o.edi", orders(("SO1", [("MUG", "20", "PCE")])))
    house.work(how="substituted")
    (advice,) = messages(house, "despatch")
    assert said(advice, "PIA") == ["1+CUP:SA", "4+MUG:SA"]


def test_a_line_of_which_nothing_leaves_has_a_quantity_of_nought(house: Depot) -> None:
    house.drop("o.edi", orders(("SO1", [("MUG", "2", "PCE"), ("CUP", "4", "PCE")])))
    house.work(until="packed")
    house.at("despatches", {"order_ref": "SO1", "lines": [{"line_no": "L1"}], "complete": True})
    (advice,) = messages(house, "despatch")
    assert said(advice, "QTY") == ["12:0:PCE", "21:4:PCE", "12:2:PCE", "21:2:PCE"]
    assert said(advice, "QVR") == ["-4:21+CP"]


def test_each_parcel_has_its_number_and_what_lies_in_it(house: Depot) -> None:
    house.drop("o.edi", orders(("SO1", [("MILK", "7", "PCE"), ("RADIO", "2", "PCE")])))
    house.work(until="packed")
    house.at("despatches", {"order_ref": "SO1", "tracking": ["T1", "T2"], "carrier": "A+B's"})
    (advice,) = messages(house, "despatch")
    assert said(advice, "CPS") == ["1", "2+1", "3+1"]
    assert [one for one in said(advice, "RFF") if one.startswith("CN")] == ["CN:T1", "CN:T2"]
    lots = [one for one in said(advice, "GIN") if not one.startswith("BJ")]
    assert sorted(lots) == ["BN+S1", "BN+S2", "BX+B1", "BX+B2"]
    assert sorted(said(advice, "DTM"))[-2:] == ["361:20270101:102", "361:20270301:102"]
    assert said(advice, "TDT") == ["20++30++A+B's::92:A+B's"]


def test_a_message_that_counts_wrong_is_rejected_and_the_other_is_taken(house: Depot) -> None:
    body = orders(("SO1", [("MUG", "1", "PCE")]), ("SO2", [("MUG", "1", "PCE")]))
    assert b"UNT+12+1'" in body
    house.drop("o.edi", body.replace(b"UNT+12+1'", b"UNT+13+1'"))
    house.work()
    control, applied = messages(house, "ack")
    assert said(control, "UCM") == ["1+ORDERS:D:96A:UN+4+29", "2+ORDERS:D:96A:UN+7"]
    assert said(applied, "RFF") == ["ON:SO2"]
    assert [order["order_ref"] for order in house.ledger("orders")] == ["SO2"]


def test_a_rejected_line_is_named_with_its_reason_in_words(house: Depot) -> None:
    house.drop("o.edi", orders(("SO1", [("MUG", "1", "PCE"), ("NOPE", "1", "PCE")])))
    house.work()
    applied = messages(house, "ack")[1]
    assert said(applied, "BGM")[0].endswith("+27")
    assert said(applied, "FTX")[-1] == "AAO+++item NOPE does not exist"
    assert said(applied, "RFF") == ["ON:SO1", "LI:L2"]


def test_a_cancelled_order_is_not_shipped(house: Depot) -> None:
    house.drop("a.edi", orders(("SO1", [("MUG", "1", "PCE")])))
    house.work(until="acknowledge")
    house.drop("b.edi", orders(("SO1", [("MUG", "1", "PCE")]), function="1"))
    assert house.work()["despatches"] == 0
    assert [order["status"] for order in house.ledger("orders")] == ["cancelled"]


def test_movements_are_invrpt_and_receipts_recadv(house: Depot) -> None:
    house.at("stock/adjust", {"sku": "MUG", "quantity": -2, "reason": "COUNT", "tell": False})
    house.at("stock/transfer", {"sku": "CUP", "quantity": 5, "to_site": "NORTH", "tell": False})
    house.at("stock/receive", {"sku": "MILK", "quantity": 3, "batch": "B7", "ref": "PO9", "tell": False})
    house.at("movements")
    adjusted, out, into = messages(house, "movement")
    assert [said(m, "BGM")[0].split("+")[0] for m in (adjusted, out, into)] == ["85E", "78", "78"]
    assert [said(m, "NAD") for m in (adjusted, out, into)] == [["WH+MAIN::92"], ["WH+MAIN::92"], ["WH+NORTH::92"]]
    assert [said(m, "INV") for m in (adjusted, out, into)] == [["1+1+4"], ["1+1+5"], ["2+1+5"]]
    assert [said(m, "QTY") for m in (adjusted, out, into)] == [["1:2:PCE"], ["1:5:PCE"], ["1:5:PCE"]]
    numbers = [said(m, "RFF")[0] for m in (adjusted, out, into)]
    assert numbers == [f"TN:{m['movement_id']}" for m in house.ledger("movements") if m["reason"] != "OPENING"][:3]
    (received,) = messages(house, "receipt")
    assert (received.kind, said(received, "QTY")) == ("RECADV", ["48:3:PCE"])
    assert said(received, "RFF") == ["ON:PO9"]
    assert said(received, "GIN") == ["BX+B7"]


def test_a_count_is_an_invrpt_of_its_moment(house: Depot) -> None:
    house.at("stock/quarantine", {"sku": "CUP", "quantity": 4})
    moved = house.ledger("movements")[-1]["movement_id"]
    house.at("snapshots", {"site": "MAIN", "at": "2026-07-01T12:00:00+00:00"})
    (count,) = messages(house, "snapshot")
    assert said(count, "BGM")[0].startswith("35+")
    assert said(count, "DTM")[1] == "366:20260701130000:204"
    assert said(count, "RFF") == [f"ACE:{moved}"]
    at = next(i for i, s in enumerate(count.segments) if component(s, 0) == "PIA" and component(s, 2) == "CUP")
    assert [":".join(s[1]) for s in count.segments[at + 1 : at + 4]] == ["145:20:PCE", "27:4:PCE", "20:0:PCE"]


def test_wrong_counts_are_written_when_the_manners_say_so(house: Depot) -> None:
    house.manners(kind="snapshot", wrong_counts=1)
    house.at("snapshots", {"site": "MAIN"})
    ((_, body),) = house.out("snapshot")
    assert "UNT counts" in edifact.read(body).messages[0].fault


def test_own_separators_and_released_letters_are_read() -> None:
    body = b"UNA|*.! ~UNB*UNOC|3*A*B*261121|0930*1~UNH*1*ORDERS|D~BGM*220*A!*1*9~UNT*3*1~UNZ*1*1~"
    (message,) = edifact.read(body).messages
    assert not message.fault
    assert component(message.segments[0], 2) == "A*1"


@pytest.mark.parametrize("cut", [10, 120, -8])
def test_a_file_that_is_cut_off_is_not_read(house: Depot, cut: int) -> None:
    body = orders(("SO1", [("MUG", "1", "PCE")]))[:cut]
    with pytest.raises(UnreadableError):
        edifact.read(body)
    house.drop("o.edi", body)
    assert house.work()["despatches"] == 0
    assert house.ledger("seen")[0]["outcome"] != "read"
