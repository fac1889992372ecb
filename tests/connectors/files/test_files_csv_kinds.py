"""Snapshots, movements, acknowledgements and charges in CSV."""

from __future__ import annotations

from decimal import Decimal

from tests.connectors.files.readings import read

from tieout.domain.documents.warehouse_stock import CountedStock
from tieout.domain.money import Money

SNAPSHOT = "file_id,node_code,snapshot_at,sku,uom,on_hand,allocated,quarantine,damaged,batch,last_movement_ref\r\n"


def test_a_snapshot_is_one_for_each_site_and_moment_with_batches_added_up() -> None:
    body = SNAPSHOT + (
        "S1,NOR1,2026-11-20T06:00:00Z,0012,EA,10,1,2,,B1,M9\r\n"
        "S1,NOR1,2026-11-20T06:00:00Z,0012,EA,5,,,,B2,M9\r\n"
        "S1,SOU1,2026-11-20T06:00:00Z,0012,EA,7,,,,,M9\r\n"
    )
    one, other = read(body.encode()).snapshots
    (counted,) = one.lines
    assert counted == CountedStock(
        sku="0012", unit="EA", on_hand=Decimal(15), allocated=Decimal(1), quarantine=Decimal(2), damaged=None
    )
    assert (one.site, other.site, one.last_movement, one.is_whole, one.source) == ("NOR1", "SOU1", "M9", True, "a.csv")
    inclusive = read(body.encode(), on_hand_includes_quarantine=True).snapshots[0]
    assert inclusive.lines[0].on_hand == 13


def test_a_snapshot_with_a_refused_row_counts_and_says_that_it_is_not_whole() -> None:
    body = SNAPSHOT + "S1,N,2026-11-20T06:00:00Z,A,EA,10,,,,,\r\nS1,N,2026-11-20T06:00:00Z,B,EA,1O,,,,,\r\n"
    content = read(body.encode())
    assert [(len(one.lines), one.is_whole) for one in content.snapshots] == [(1, False)]
    assert [row.where for row in content.refused] == ["row 3"]


MOVEMENTS = "movement_id,node_code,occurred_at,type,reason_code,sku,qty_signed,uom,batch,serial,ref_type,ref,user"


def moved(*rows: str, header: str = MOVEMENTS) -> bytes:
    return "".join(f"{row}\r\n" for row in (header, *rows)).encode()


def test_movements_are_read_and_two_legs_of_a_transfer_are_one() -> None:
    content = read(
        moved(
            "M1,NOR1,2026-11-20T06:00:00Z,writeoff,07,A,-2,EA,B1,,,PO7,ann",
            "M2,SOU1,2026-11-20T06:00:00Z,transfer,,A,5,EA,,,,T1,",
            "M3,NOR1,2026-11-20T06:00:00Z,transfer,,A,-5,EA,,,,T1,",
            "M4,NOR1,2026-11-20T06:00:00Z,transfer,,A,-1,EA,,,,T2,",
            "M5,NOR1,2026-11-20T06:00:00Z,writeoff,,A,2,EA,,,,,",
            "M6,NOR1,2026-11-20T06:00:00Z,adjust,,A,0,EA,,,,,",
        )
    )
    one, transfer = content.movements
    assert (one.movement_id, one.kind, one.quantity, one.reason, one.batch, one.reference, one.user) == (
        "M1", "write_off", Decimal(-2), "07", "B1", "PO7", "ann"
    )  # fmt: skip
    assert (transfer.movement_id, transfer.site, transfer.to_site, transfer.quantity) == (
        "M3",
        "NOR1",
        "SOU1",
        Decimal(5),
    )
    assert [(row.where, row.why[:40]) for row in content.refused] == [
        ("row 5", "type is transfer and nobody can say wher"),
        ("row 6", "type is writeoff and qty_signed adds sto"),
        ("row 7", "qty_signed is 0: nothing moved"),
    ]


def test_a_transfer_that_names_its_end_is_positive() -> None:
    header = f"{MOVEMENTS},to_node_code"
    content = read(moved("M1,NOR1,2026-11-20T06:00:00Z,transfer,,A,-5,EA,,,,T1,,SOU1", header=header))
    assert [(one.quantity, one.to_site) for one in content.movements] == [(Decimal(5), "SOU1")]


def test_an_acknowledgement_answers_each_request_once() -> None:
    body = (
        b"file_id,input_file,order_ref,release_no,action,line_no,status,reason\r\n"
        b",,0000000123,1,N,1,accepted,\r\n,,0000000123,1,N,2,rejected,unknown code\r\n"
        b",order_0000000124-1.csv,,,,,accepted,\r\n,cancel_0000000125-1.csv,,,,,rejected,too late\r\n"
        b",other.csv,,,,,accepted,\r\n"
    )
    content = read(body)
    assert [(one.reference, one.about, one.is_accepted, one.reason) for one in content.answers] == [
        ("0000000123-1", "request", False, "line 2: unknown code"),
        ("0000000124-1", "request", True, ""),
        ("0000000125-1", "cancellation", False, "too late"),
    ]
    assert [row.where for row in content.refused] == ["row 6"]


def test_charges_are_whole_pennies_and_never_rounded() -> None:
    body = (
        b"charge_id,invoice,date,code,description,net,currency,quantity,reference\r\n"
        b"C1,I9,2026-10-31,pick,Pick fee,1.50,,3,0000000123-1\r\n,I9,2026-10-31,storage,,-2,EUR,,\r\n"
        b"C3,I9,2026-10-31,pack,,1.505,,,\r\nC4,I9,31/10/2026,pack,,1.50,,,\r\nC5,I9,2026-10-31,pack,,1.50,POUND,,\r\n"
    )
    content = read(body)
    assert [(one.charge_id, one.net, one.reference) for one in content.charges] == [
        ("C1", Money(150), "0000000123-1"),
        ("I9/3", Money(-200, "EUR"), ""),
    ]
    assert [row.where for row in content.refused] == ["row 4", "row 5", "row 6"]
    assert "not rounded" in content.refused[0].why


def test_a_movement_or_charge_told_twice_counts_once_and_is_refused_where_it_says_otherwise() -> None:
    row = "M1,NOR1,2026-11-20T06:00:00Z,adjust,,A,-5,EA,,,,,"
    content = read(moved(row, row, row.replace("-5", "-6")))
    assert [one.quantity for one in content.movements] == [Decimal(-5)]
    assert [(one.where, one.why) for one in content.refused] == [
        ("row 4", "movement_id M1 stands at row 2, too, and says otherwise there")
    ]
