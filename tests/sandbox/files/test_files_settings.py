from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.files import FilesSandbox
from tieout.sandbox.serve import ServedEstate

if TYPE_CHECKING:
    from .conftest import Depot


def test_acknowledgements_may_have_a_folder_of_their_own(depot: Depot) -> None:
    depot.at("settings", {"answers_in": "ack"}, method="PUT")
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"))))
    assert depot.work()["files"] == 1
    assert depot.out("ack") == []
    with depot.sftp() as sftp:
        assert [name.partition("-")[0] for name in sftp.listdir("ack")] == ["ack"]
    assert depot.work()["files"] == 0, "the house does not read what it wrote itself"


def test_each_despatch_may_have_a_file_of_its_own(depot: Depot) -> None:
    depot.at("settings", {"one_file_each": True}, method="PUT")
    both = [*depot.order("SO1", ("MUG", "2", "EA")), *depot.order("SO2", ("MUG", "1", "EA"))]
    depot.drop("a.csv", depot.manifest(*both))
    assert depot.work() == {"files": 1, "despatches": 2, "despatch_files": 2}


def test_the_house_may_tell_in_base_units(depot: Depot) -> None:
    depot.at("settings", {"report_unit": "base"}, method="PUT")
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "CASE"))))
    depot.work()
    assert [(r["qty"], r["uom"], r["base_qty"]) for r in depot.rows("despatch")] == [("24", "EA", "24")]


def test_a_case_that_was_ordered_as_units_may_be_told_as_a_case(depot: Depot) -> None:
    depot.at("settings", {"report_unit": "CASE"}, method="PUT")
    depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "24", "EA"), ("CUP", "5", "EA"))))
    depot.work()
    found = [(r["qty"], r["uom"], r["base_qty"]) for r in depot.rows("despatch")]
    assert found == [("2", "CASE", "24"), ("5", "EA", "5")]


def test_a_house_in_another_zone_writes_its_own_time(depot: Depot) -> None:
    depot.at("settings", {"zone": "America/New_York"}, method="PUT")
    depot.at("snapshots", {"site": "MAIN", "at": "2026-07-01T12:00:00+00:00"})
    assert depot.rows("snapshot")[0]["snapshot_at"] == "2026-07-01T08:00:00-04:00"


@pytest.mark.parametrize(
    "bad", [{"answers_in": "elsewhere"}, {"nonsense": 1}, {"zone": "Nowhere/Land"}, {"one_file_each": "yes"}]
)
def test_settings_that_do_not_exist_are_refused(depot: Depot, bad: dict[str, object]) -> None:
    before = depot.at("settings", method="GET")
    depot.at("settings", bad, method="PUT", status=400)
    assert depot.at("settings", method="GET") == before


def test_another_partner_has_folders_and_stock_of_its_own(depot: Depot) -> None:
    depot.control("POST", "partners", {"name": "acme", "format": "csv"})
    depot.control("POST", "partners", {"name": "acme", "format": "csv"}, status=400)
    depot.control("POST", "partners", {"name": "../up", "format": "csv"}, status=400)
    depot.control("POST", "partners", {"name": "fax", "format": "fax"}, status=400)
    depot.partner = "acme"
    assert depot.ledger("stock") == []
    with depot.sftp() as sftp:
        assert sorted(sftp.listdir("orders")) == ["archive", "error", "in"]
    depot.partner = "nobody"
    depot.at("ledgers/stock", method="GET", status=404)


def test_the_file_server_runs_while_its_estate_is_served() -> None:
    clock = SandboxClock()
    house = FilesSandbox(clock)
    assert house.sftp_port == 0
    with ServedEstate(Estate([house], clock)):
        assert house.sftp_port > 0
    assert not [thread for thread in threading.enumerate() if thread.name == "sandbox-sftp"]


def test_the_status_page_says_where_the_files_are_and_no_secret(depot: Depot) -> None:
    page = depot.client.get("/files/")
    assert page.status_code == 200
    assert page.json()["sftp"]["port"] == depot.house.sftp_port
    assert set(page.json()["partners"]) == {"csv", "x12", "edifact"}
    assert "let me in" not in page.text
    assert depot.client.get("/_sandbox/files/").json()["summary"] == page.json()
