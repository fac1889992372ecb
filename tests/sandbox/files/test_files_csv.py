from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Depot


def test_an_order_that_was_dropped_is_acknowledged_shipped_and_told(depot: Depot) -> None:
    depot.drop("orders1.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "CASE"), ("CUP", "3", "EA"))))
    assert depot.work() == {"files": 1, "despatches": 1, "despatch_files": 1}
    (ack,) = depot.rows("ack")
    assert (ack["source_file"], ack["source_file_id"]) == ("orders1.csv", "OUT1")
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
