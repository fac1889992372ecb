from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Depot


def test_an_order_that_was_dropped_is_acknowledged_shipped_and_told(depot: Depot) -> None:
    depot.drop("orders1.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "CASE"), ("CUP", "3", "EA"))))
    assert depot.work() == {"files": 1, "despatches": 1, "despatch_files": 1}
    (ack,) = depot.rows("ack")
    assert (ack["input_file"], ack["source_file_id"]) == ("orders1.csv", "OUT1")
    assert (ack["order_ref"], ack["release_no"], ack["status"]) == ("SO1", "1", "accepted")
    told = depot.rows("despatch")
    assert [(r["line_no"], r["sku_shipped"], r["qty"], r["uom"], r["base_qty"]) for r in told] == [
        ("1", "MUG", "2", "CASE", "24"),
        ("2", "CUP", "3", "EA", "3"),
    ]
    assert {(r["line_status"], r["order_complete"], r["despatch_ref"]) for r in told} == {
        ("shipped", "Y", told[0]["despatch_ref"])
    }
    assert all(r["tracking"] and r["carrier"] for r in told)
    assert depot.on_hand("MUG") == "216"
    assert {(r["line_no"], r["quantity"]) for r in depot.ledger("shipped")} == {("1", "24"), ("2", "3")}


def test_the_depositors_own_acknowledgement_is_taken_and_never_answered(depot: Depot) -> None:
    rows = "file_id,input_file,order_ref,release_no,action,line_no,status,reason\r\n1,d.csv,,,,,accepted,\r\n"
    depot.drop("ack_d.csv", rows.encode())
    depot.work()
    assert [seen["outcome"] for seen in depot.ledger("seen")] == ["answer"]
    assert depot.out("ack") == []


def test_the_same_order_in_another_file_ships_once(depot: Depot) -> None:
    body = depot.manifest(*depot.order("SO1", ("MUG", "2", "EA")))
    depot.drop("a.csv", body)
    depot.drop("b.csv", body)
    assert depot.work()["despatches"] == 1
    depot.drop("c.csv", body)
    assert depot.work() == {"files": 1, "despatches": 0, "despatch_files": 0}
    assert depot.on_hand("MUG") == "238"
    assert len({seen["sha256"] for seen in depot.ledger("seen")}) == 1
    assert [seen["path"] for seen in depot.ledger("seen")] == [f"orders/in/{name}.csv" for name in "abc"]
    assert len(depot.house.journal.effects("order.accepted")) == 1
    assert len(depot.house.journal.effects("order.duplicate")) == 2


def test_the_same_reference_with_other_lines_is_refused(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"))))
    depot.work(until="acknowledge")
    depot.drop("b.csv", depot.manifest(*depot.order("SO1", ("MUG", "3", "EA"))))
    depot.work()
    *_, last = [row for _, body in depot.out("ack") for row in depot.read(body)]
    assert last["status"] == "rejected"
    assert "other lines" in last["reason"]
    assert depot.on_hand("MUG") == "238"


def test_a_changed_order_counts_until_somebody_began(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"))))
    depot.work(until="acknowledge")
    depot.drop("b.csv", depot.manifest(*depot.order("SO1", ("MUG", "3", "EA"), action="U")))
    depot.work(until="picked")
    depot.drop("c.csv", depot.manifest(*depot.order("SO1", ("MUG", "4", "EA"), action="U")))
    depot.work()
    assert [row["status"] for _, body in depot.out("ack") for row in depot.read(body)] == [
        "accepted",
        "accepted",
        "rejected",
    ]
    assert depot.on_hand("MUG") == "237"


def test_a_file_under_a_temporary_name_is_left_alone(depot: Depot) -> None:
    with depot.sftp() as sftp, sftp.open("orders/in/a.csv.tmp", "wb") as file:
        file.write(depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"))))
    assert depot.work()["files"] == 0


@pytest.mark.parametrize(
    ("trailer", "why"),
    [("", "cut off"), ("TRAILER,2,2", "1 rows"), ("TRAILER,1,3", "quantity of 2"), ("TRAILER", "nothing")],
)
def test_a_file_whose_trailer_disagrees_is_refused_whole(depot: Depot, trailer: str, why: str) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA")), trailer=trailer))
    assert depot.work()["despatches"] == 0
    (ack,) = depot.rows("ack")
    assert (ack["order_ref"], ack["status"]) == ("", "rejected")
    assert why in ack["reason"]
    assert [p.name for p in (depot.house.root / "csv/orders/error").iterdir()] == ["a.csv"]


def test_a_trailer_that_is_laid_out_like_the_rows_is_understood(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "CASE")), trailer="1,OUT1,TRAILER,1,24"))
    assert depot.work()["despatches"] == 1


def test_a_trailer_may_stand_below_its_columns(depot: Depot) -> None:
    cells = ["1", "OUT1", "TRAILER", *[""] * 19, "1", "", "", "", "2", "", "24"]
    body = depot.manifest(*depot.order("SO1", ("MUG", "2", "CASE")), trailer=",".join(cells))
    depot.drop("a.csv", body)
    assert depot.work()["despatches"] == 1


def test_an_order_may_be_cancelled_without_naming_its_lines_and_stays_cancelled(depot: Depot) -> None:
    order = depot.order("SO1", ("MUG", "2", "EA"))
    depot.drop("a.csv", depot.manifest(*order))
    depot.work(until="acknowledge")
    depot.drop("b.csv", depot.manifest(*depot.order("SO1", ("", "0", ""), action="C")))
    depot.work(until="acknowledge")
    depot.drop("c.csv", depot.manifest(*order))
    assert depot.work()["despatches"] == 0
    acks = [row for _, body in depot.out("ack") for row in depot.read(body)]
    assert [(row["status"], row["reason"]) for row in acks] == [
        ("accepted", ""),
        ("accepted", "cancelled"),
        ("rejected", "an order of this reference was cancelled before"),
    ]


def test_a_refused_line_is_named_with_its_row_and_reason(depot: Depot) -> None:
    lines = (("MUG", "2", "EA"), ("NOPE", "1", "EA"), ("MUG", "1", "PALLET"))
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", *lines)))
    assert depot.work()["despatches"] == 0
    found = {(row["line_no"], row["row"], row["status"]): row["reason"] for row in depot.rows("ack")}
    assert found["2", "3", "rejected"] == "item NOPE does not exist"
    assert found["3", "4", "rejected"] == "item MUG has no unit PALLET"
    assert ("", "", "rejected") in found


def test_a_house_that_accepts_in_part_ships_the_good_lines(depot: Depot) -> None:
    depot.at("settings", {"partly_accepts": True}, method="PUT")
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"), ("NOPE", "1", "EA"))))
    assert depot.work()["despatches"] == 1
    assert [(r["line_no"], r["status"]) for r in depot.rows("ack")] == [("", "accepted"), ("2", "rejected")]


def test_a_quantity_that_is_not_its_units_is_refused(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "1", "CASE"), base_qty="10")))
    depot.work()
    assert "base quantity 10 is not 1 times 12" in depot.rows("ack")[-1]["reason"]


def test_a_cancelled_order_does_not_leave_and_a_shipped_one_is_too_late(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"))))
    depot.work(until="acknowledge")
    depot.drop("b.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"), action="C")))
    assert depot.work()["despatches"] == 0
    depot.drop("c.csv", depot.manifest(*depot.order("SO2", ("MUG", "2", "EA"))))
    depot.work()
    depot.drop("d.csv", depot.manifest(*depot.order("SO2", ("MUG", "2", "EA"), action="C")))
    depot.work()
    *_, ack = [row for _, body in depot.out("ack") for row in depot.read(body)]
    assert "too late to cancel" in ack["reason"]
    assert [order["status"] for order in depot.ledger("orders")] == ["cancelled", "shipped"]
    assert depot.on_hand("MUG") == "238"


@pytest.mark.parametrize(
    ("how", "told", "status"),
    [
        ("parts", [("MUG", "1", "shipped", "N")], "part shipped"),
        ("short", [("MUG", "1", "shipped", "Y"), ("", "1", "short", "Y")], "shipped"),
        ("over", [("MUG", "3", "shipped", "Y")], "shipped"),
        ("substituted", [("CUP", "2", "substituted", "Y")], "shipped"),
    ],
)
def test_an_order_ships_in_the_way_that_is_asked_for(
    depot: Depot, how: str, told: list[tuple[str, str, str, str]], status: str
) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "CASE"))))
    depot.work(how=how)
    found = depot.rows("despatch")
    assert {r["sku_ordered"] for r in found} == {"MUG"}
    assert [(r["sku_shipped"], r["qty"], r["line_status"], r["order_complete"]) for r in found] == told
    (order,) = depot.ledger("orders")
    assert order["status"] == status


def test_the_second_part_follows_and_completes(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "5", "EA"))))
    depot.work(how="parts")
    depot.work()
    parts = [depot.read(body) for _, body in depot.out("despatch")]
    assert [[(r["qty"], r["order_complete"]) for r in rows] for rows in parts] == [[("3", "N")], [("2", "Y")]]
    assert parts[0][0]["despatch_ref"] != parts[1][0]["despatch_ref"]
    assert depot.on_hand("MUG") == "235"


def test_short_rows_can_stand_on_the_line_that_left(depot: Depot) -> None:
    depot.at("settings", {"short_rows": "line"}, method="PUT")
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "3", "EA"), ("CUP", "30", "EA"))))
    depot.work(how="short")
    found = [(r["line_no"], r["qty"], r["line_status"]) for r in depot.rows("despatch")]
    assert found == [("1", "2", "short"), ("2", "24", "short")]


def test_what_is_not_there_waits_where_the_house_waits(depot: Depot) -> None:
    depot.at("settings", {"waits_for_stock": True}, method="PUT")
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("CUP", "30", "EA"))))
    assert depot.work()["despatches"] == 1
    assert depot.work()["despatches"] == 0
    depot.at("stock/receive", {"sku": "CUP", "quantity": 10, "tell": False})
    assert depot.work()["despatches"] == 1
    assert [r["quantity"] for r in depot.ledger("shipped")] == ["30"]


def test_batches_leave_by_expiry_and_serial_numbers_one_by_one(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MILK", "7", "EA"), ("RADIO", "2", "EA"))))
    depot.work()
    found = [(r["sku_shipped"], r["qty"], r["batch"], r["expiry"], r["serial"]) for r in depot.rows("despatch")]
    assert found == [
        ("MILK", "5", "B1", "2027-01-01", ""),
        ("MILK", "2", "B2", "2027-03-01", ""),
        ("RADIO", "1", "", "", "S1"),
        ("RADIO", "1", "", "", "S2"),
    ]


def test_a_batch_that_was_asked_for_goes_first(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MILK", "2", "EA"), batch_request="B2")))
    depot.work()
    assert [r["batch"] for r in depot.rows("despatch")] == ["B2"]


def test_a_despatch_by_hand_says_exactly_what_was_packed(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "4", "EA"), ("RADIO", "1", "EA"))))
    depot.work(until="packed")
    lines = [{"line_no": "1", "quantity": 3}, {"line_no": "2", "serials": ["S3"]}]
    body = {"order_ref": "SO1", "release_no": "1", "lines": lines, "complete": True, "reason": "BROKEN"}
    made = depot.at("despatches", {**body, "tracking": ["T1", "T2"], "carrier": "Evri"})
    found = depot.rows("despatch")
    assert [(r["qty"], r["serial"], r["tracking"], r["carrier"], r["short_reason"]) for r in found] == [
        ("3", "", "T1", "Evri", ""),
        ("1", "S3", "T2", "Evri", ""),
        ("1", "", "", "", "BROKEN"),
    ]
    assert {r["despatch_ref"] for r in found} == {made["despatch_ref"]}


def test_a_despatch_of_what_is_not_there_changes_nothing(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "4", "EA"), ("CUP", "1", "EA"))))
    depot.work(until="packed")
    lines = [{"line_no": "1", "quantity": 4}, {"line_no": "2", "quantity": 25}]
    depot.at("despatches", {"order_ref": "SO1", "release_no": "1", "lines": lines}, status=409)
    assert (depot.on_hand("MUG"), depot.on_hand("CUP")) == ("240", "24")
    assert depot.ledger("shipped") == []
    assert depot.house.journal.effects("units.shipped") == []


def test_movements_are_told_with_their_signs_and_reasons(depot: Depot) -> None:
    depot.at("stock/adjust", {"sku": "MUG", "quantity": -2, "reason": "COUNT", "tell": False})
    depot.at("stock/receive", {"sku": "MUG", "quantity": 2, "unit": "CASE", "ref": "PO9", "tell": False})
    depot.at("stock/write_off", {"sku": "CUP", "quantity": 1, "reason": "BROKEN", "tell": False})
    depot.at("stock/quarantine", {"sku": "MUG", "quantity": 5, "tell": False})
    depot.at("stock/release", {"sku": "MUG", "quantity": 2, "tell": False})
    depot.at("stock/transfer", {"sku": "MUG", "quantity": 10, "to_site": "NORTH", "tell": False})
    assert depot.at("movements") == {"told": 7}
    assert depot.at("movements") == {"told": 0}
    found = depot.rows("movement")
    assert [(r["node_code"], r["type"], r["reason_code"], r["sku"], r["qty_signed"], r["ref"]) for r in found] == [
        ("MAIN", "adjust", "COUNT", "MUG", "-2", ""),
        ("MAIN", "receipt", "", "MUG", "24", "PO9"),
        ("MAIN", "writeoff", "BROKEN", "CUP", "-1", ""),
        ("MAIN", "adjust", "QUARANTINE", "MUG", "-5", ""),
        ("MAIN", "adjust", "RELEASE", "MUG", "2", ""),
        ("MAIN", "transfer", "", "MUG", "-10", "NORTH"),
        ("NORTH", "transfer", "", "MUG", "10", "MAIN"),
    ]
    assert len({r["movement_id"] for r in found}) == 7
    assert depot.on_hand("MUG") == str(240 - 2 + 24 - 5 + 2 - 10)


def test_a_count_names_its_moment_and_the_newest_event(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "CASE"))))
    depot.work()
    ref = depot.rows("despatch")[0]["despatch_ref"]
    depot.at("stock/quarantine", {"site": "MAIN", "sku": "CUP", "quantity": 4})
    moved = depot.ledger("movements")[-1]["movement_id"]
    depot.drop("b.csv", depot.manifest(*depot.order("SO2", ("MUG", "3", "EA"))))
    depot.work(until="acknowledge")
    depot.at("snapshots", {"site": "MAIN", "at": "2026-10-25T01:30:00+01:00"})
    found = {r["sku"]: r for r in depot.rows("snapshot") if not r["batch"]}
    assert (found["MUG"]["on_hand"], found["MUG"]["allocated"]) == ("216", "3")
    assert (found["CUP"]["on_hand"], found["CUP"]["quarantine"]) == ("20", "4")
    assert found["RADIO"]["on_hand"] == "3"
    assert {r["last_movement_ref"] for r in found.values()} == {moved}
    assert ref < f"D{moved[1:]}", "one sequence"
    assert {r["snapshot_at"] for r in found.values()} == {"2026-10-25T01:30:00+01:00"}


def test_the_repeated_hour_is_told_apart_by_its_offset(depot: Depot) -> None:
    depot.at("snapshots", {"site": "MAIN", "at": "2026-10-25T00:30:00+00:00"})
    depot.at("snapshots", {"site": "MAIN", "at": "2026-10-25T01:30:00+00:00"})
    found = [depot.read(body)[0]["snapshot_at"] for _, body in depot.out("snapshot")]
    assert found == ["2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00"]


def test_the_bill_has_a_row_for_each_charge(depot: Depot) -> None:
    bill = [
        {"invoice": "INV1", "code": "pick", "reference": "SO1", "quantity": 3, "net": "0.45"},
        {"invoice": "INV1", "code": "storage", "quantity": 1, "net": "12.00", "date": "2026-10-31"},
        {"invoice": "INV1", "code": "carriage", "reference": "T1", "net": "-4.05"},
    ]
    depot.at("charges", {"charges": bill})
    found = depot.rows("charges")
    assert [(r["code"], r["reference"], r["quantity"], r["net"]) for r in found] == [
        ("pick", "SO1", "3", "0.45"),
        ("storage", "", "1", "12.00"),
        ("carriage", "T1", "1", "-4.05"),
    ]
    assert len({r["charge_id"] for r in found}) == 3
    assert sum(Decimal(r["net"]) for r in found) == Decimal("8.40")
    assert [(one["charge_id"], one["net_minor"]) for one in depot.ledger("charges")] == [
        (r["charge_id"], int(Decimal(r["net"]) * 100)) for r in found
    ]
    depot.at("charges", {"charges": [{"invoice": "I", "code": "pick", "net": "0.005"}]}, status=409)


def test_a_house_may_use_other_column_names(depot: Depot) -> None:
    depot.at("settings", {"columns": {"stock_snapshot": {"on_hand": "QtyOH"}}}, method="PUT")
    depot.at("snapshots", {"site": "MAIN"})
    assert depot.rows("snapshot")[0]["QtyOH"]


def test_an_order_file_with_a_mark_at_its_front_and_a_line_break_in_a_note_is_read(depot: Depot) -> None:
    order = depot.order("SO1", ("MUG", "2", "EA"), instructions="Leave\r\nwith porter")
    depot.drop("a.csv", b"\xef\xbb\xbf" + depot.manifest(*order))
    assert depot.work()["despatches"] == 1


def test_an_order_file_in_another_encoding_is_refused_whole(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"))).replace(b"Ann", b"Ann\xa3"))
    assert depot.work()["despatches"] == 0
    (ack,) = depot.rows("ack")
    assert ack["status"] == "rejected"
    assert "UTF-8" in ack["reason"]


def test_an_order_for_a_site_that_does_not_exist_is_refused(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"), node_code="SOUTH")))
    depot.work()
    assert [row["reason"] for row in depot.rows("ack")] == ["site SOUTH does not exist"]


def test_an_order_that_is_picked_is_too_late_to_cancel(depot: Depot) -> None:
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"))))
    depot.work(until="picked")
    depot.drop("b.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"), action="C")))
    assert depot.work()["despatches"] == 1, "cancelled, then shipped"
    *_, ack = [row for _, body in depot.out("ack") for row in depot.read(body)]
    assert ack["reason"] == "too late to cancel: the order is picked"
