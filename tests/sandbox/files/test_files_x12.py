from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from pyx12.x12file import X12Reader  # type: ignore[import-untyped]  # has no types

from tieout.sandbox.files import x12
from tieout.sandbox.files.formats import UnreadableError

if TYPE_CHECKING:
    from .conftest import Depot

Line = tuple[str, str, str]


def shipping_order(*orders: tuple[str, list[Line]], status: str = "N", count: int = 0, split: str = "*") -> bytes:
    """A 940 file: (reference, lines of SKU, quantity and unit code) for each set."""
    sets = []
    for number, (ref, lines) in enumerate(orders, 1):
        segments = ["W05*" + status + "*" + ref, "N1*ST*Ann Other", "N3*1 High St", "N1*WH*Main*92*MAIN"]
        for place, (sku, quantity, unit) in enumerate(lines, 1):
            segments += [f"LX*{place}", f"W01*{quantity}*{unit}**SK*{sku}", f"N9*LI*L{place}"]
        segments.append(f"W76*{sum(Decimal(line[1]) for line in lines)}")
        total = len(segments) + 2 + count
        sets += [f"ST*940*{number:04d}", *segments, f"SE*{total}*{number:04d}"]
    isa = f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{'TIEOUT':15}*ZZ*{'SANDBOX3PL':15}*261121*0930*U*00401*000000077*0*T*>"
    head = [isa, "GS*OW*TIEOUT*SANDBOX3PL*20261121*0930*7*X*004010"]
    tail = [f"GE*{len(orders)}*7", "IEA*1*000000077"]
    return "~".join([*head, *sets, *tail, ""]).replace("*", split).encode()


@pytest.fixture
def house(depot: Depot) -> Depot:
    depot.partner = "x12"
    return depot


def sets(depot: Depot, kind: str) -> list[x12.TransactionSet]:
    """Read what was written with our own reader, after an independent one has found no fault in it."""
    found = []
    for _, body in depot.out(kind):
        reader = X12Reader(StringIO(body.decode()))
        for _segment in reader:
            pass
        assert reader.pop_errors() == []
        (group,) = x12.read(body).groups
        assert not group.fault
        assert not any(one.fault for one in group.sets)
        found += group.sets
    return found


def named(one: x12.TransactionSet, name: str) -> list[list[str]]:
    return [segment[1:] for segment in one.segments if segment[0] == name]


def test_a_940_is_acknowledged_and_shipped_as_945(house: Depot) -> None:
    house.drop("o.x12", shipping_order(("SO1-1", [("MUG", "2", "CA"), ("CUP", "3", "EA")])))
    house.work()
    (ack,) = sets(house, "ack")
    assert ack.kind == "997"
    assert named(ack, "AK1") == [["OW", "7"]]
    assert named(ack, "AK2") == [["940", "0001"]]
    assert named(ack, "AK5") == [["A"]]
    assert named(ack, "AK9") == [["A", "1", "1", "1"]]
    (advice,) = sets(house, "despatch")
    assert advice.kind == "945"
    assert named(advice, "W06")[0][:2] == ["F", "SO1-1"]
    assert [w[:8] for w in named(advice, "W12")] == [
        ["CC", "2", "2", "0", "CA", "", "SK", "MUG"],
        ["CC", "3", "3", "0", "EA", "", "SK", "CUP"],
    ]
    assert named(advice, "N9") == [["LI", "L1"], ["LI", "L2"]]
    assert named(advice, "W03") == [["27"]]
    (mark,) = named(advice, "MAN")
    assert (mark[0], mark[3]) == ("GM", "CP")
    assert house.on_hand("MUG") == "216"


def test_separators_come_from_the_interchange(house: Depot) -> None:
    body = shipping_order(("SO1", [("MUG", "2", "EA")]), split="|").replace(b"~", b"\n")
    house.drop("o.x12", body)
    assert house.work()["despatches"] == 1


@pytest.mark.parametrize(
    ("how", "status", "figures"),
    [
        ("short", "CP", ["20", "19", "-1"]),
        ("parts", "BP", ["20", "10", "-10"]),
        ("over", "CI", ["20", "21", "1"]),
        ("substituted", "IS", ["20", "20", "0"]),
    ],
)
def test_the_status_says_how_the_line_left(house: Depot, how: str, status: str, figures: list[str]) -> None:
    house.drop("o.x12", shipping_order(("SO1", [("MUG", "20", "EA")])))
    house.work(how=how)
    (advice,) = sets(house, "despatch")
    (line,) = named(advice, "W12")
    assert line[:4] == [status, *figures]
    if how == "substituted":
        assert (line[7], line[16], line[17]) == ("CUP", "SK", "MUG")


def test_a_line_of_which_nothing_leaves_is_told_as_not_shipped(house: Depot) -> None:
    house.drop("o.x12", shipping_order(("SO1", [("MUG", "2", "EA"), ("CUP", "4", "EA")])))
    house.work(until="packed")
    house.at("despatches", {"order_ref": "SO1", "lines": [{"line_no": "L1"}], "complete": True})
    (advice,) = sets(house, "despatch")
    assert [w[:4] for w in named(advice, "W12")] == [["CC", "2", "2", "0"], ["NS", "4", "0", "-4"]]


def test_batches_and_serial_numbers_are_told_and_add_up_to_the_line(house: Depot) -> None:
    house.drop("o.x12", shipping_order(("SO1", [("MILK", "7", "EA"), ("RADIO", "2", "EA")])))
    house.work()
    (advice,) = sets(house, "despatch")
    found = [(w[1], w[2], w[3], w[8] if len(w) > 8 else "") for w in named(advice, "W12")]
    assert found == [("5", "5", "0", "B1"), ("2", "2", "0", "B2"), ("1", "1", "0", ""), ("1", "1", "0", "")]
    assert [n[1] for n in named(advice, "N9") if n[0] == "SE"] == ["S1", "S2"]


def test_a_set_that_counts_wrong_is_rejected_and_the_other_is_taken(house: Depot) -> None:
    good = ("SO2", [("MUG", "1", "EA")])
    body = shipping_order(("SO1", [("MUG", "1", "EA")]), good)
    house.drop("o.x12", body.replace(b"SE*10*0001", b"SE*11*0001"))
    assert b"SE*10*0001" in body
    house.work()
    (ack,) = sets(house, "ack")
    assert named(ack, "AK5") == [["R", "4"], ["A"]]
    assert named(ack, "AK9") == [["P", "2", "2", "1"]]
    assert [order["order_ref"] for order in house.ledger("orders")] == ["SO2"]


def test_a_rejected_line_is_named_by_segment_and_element(house: Depot) -> None:
    house.drop("o.x12", shipping_order(("SO1", [("MUG", "1", "EA"), ("NOPE", "1", "EA")])))
    house.work()
    (ack,) = sets(house, "ack")
    assert named(ack, "AK3") == [["W01", "10", "2", "8"]]
    assert named(ack, "AK4") == [["5", "234", "7", "NOPE"]]
    assert named(ack, "AK5") == [["R", "5"]]


def test_a_cancelled_940_is_not_shipped(house: Depot) -> None:
    house.drop("a.x12", shipping_order(("SO1", [("MUG", "1", "EA")])))
    house.work(until="acknowledge")
    house.drop("b.x12", shipping_order(("SO1", [("MUG", "1", "EA")]), status="F"))
    assert house.work()["despatches"] == 0
    assert [named(ack, "AK5") for ack in sets(house, "ack")] == [[["A"]], [["A"]]]


def test_movements_are_947_and_receipts_944(house: Depot) -> None:
    house.at("stock/adjust", {"sku": "MUG", "quantity": -2, "reason": "DAMAGED", "tell": False})
    house.at("stock/write_off", {"sku": "CUP", "quantity": 1, "tell": False})
    house.at("stock/receive", {"sku": "MILK", "quantity": 3, "batch": "B7", "ref": "PO9", "tell": False})
    house.at("stock/return", {"sku": "MUG", "quantity": 1, "ref": "RMA3", "tell": False})
    assert house.at("movements") == {"told": 4}
    adjusted = sets(house, "movement")
    assert [one.kind for one in adjusted] == ["947", "947"]
    assert [named(one, "W19")[0][:6] for one in adjusted] == [
        ["AU", "-2", "EA", "", "SK", "MUG"],
        ["07", "-1", "EA", "", "SK", "CUP"],
    ]
    assert len({named(one, "W15")[0][1] for one in adjusted}) == 2
    received = sets(house, "receipt")
    assert [named(one, "W07")[0] for one in received] == [
        ["3", "EA", "", "SK", "MILK", "", "", "B7"],
        ["1", "EA", "", "SK", "MUG"],
    ]
    assert [named(one, "W17")[0][3] for one in received] == ["PO9", "RMA3"]
    assert [named(one, "W14") for one in received] == [[["3"]], [["1"]]]


def test_a_count_is_an_846(house: Depot) -> None:
    house.at("stock/quarantine", {"sku": "CUP", "quantity": 4})
    house.at("snapshots", {"site": "MAIN", "at": "2026-07-01T12:00:00+00:00"})
    (count,) = sets(house, "snapshot")
    assert named(count, "DTM") == [["007", "20260701", "130000"]]
    at = next(i for i, s in enumerate(count.segments) if s[0] == "LIN" and s[3] == "CUP")
    assert [s[1:] for s in count.segments[at + 1 : at + 6]] == [
        ["17", "20", "EA"],
        ["27", "0", "EA"],
        ["33", "20", "EA"],
        ["QH", "4", "EA"],
        ["20", "0", "EA"],
    ]


def test_wrong_counts_are_written_when_the_manners_say_so(house: Depot) -> None:
    house.manners(kind="snapshot", wrong_counts=1)
    house.at("snapshots", {"site": "MAIN"})
    ((_, body),) = house.out("snapshot")
    (group,) = x12.read(body).groups
    assert "SE counts" in group.sets[0].fault
    house.manners()
    assert house.at("resend") == {"sent": 1}
    assert not x12.read(house.out("snapshot")[-1][1]).groups[0].sets[0].fault


def test_a_997_of_the_depositor_changes_nothing(house: Depot) -> None:
    house.drop("o.x12", shipping_order(("SO1", [("MUG", "1", "EA")])))
    house.work()
    with house.sftp() as sftp, sftp.open("ack/theirs.x12", "wb") as file:
        file.write(house.out("ack")[0][1])
    house.work()
    assert [seen["outcome"] for seen in house.ledger("seen")] == ["read", "answer"]


@pytest.mark.parametrize("cut", [10, 200, -20])
def test_a_file_that_is_cut_off_is_not_read(house: Depot, cut: int) -> None:
    body = shipping_order(("SO1", [("MUG", "1", "EA")]))[:cut]
    with pytest.raises(UnreadableError):
        x12.read(body)
    house.drop("o.x12", body)
    assert house.work()["despatches"] == 0
    assert house.out("ack") == []
    assert [p.name for p in (house.house.root / "x12/orders/error").iterdir()] == ["o.x12"]
