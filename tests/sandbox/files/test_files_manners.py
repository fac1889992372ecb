from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Depot


def ship(depot: Depot, ref: str = "SO1") -> None:
    depot.drop(f"{ref}.csv", depot.manifest(*depot.order(ref, ("MUG", "2", "EA"))))
    depot.work()


def slip(depot: Depot, **wanted: object) -> list[bytes]:
    """Ship an order with one slip in the despatch file, and return the files."""
    depot.manners(kind="despatch", **wanted)
    ship(depot)
    return [body for _, body in depot.out("despatch")]


def test_a_half_written_file_lies_under_its_final_name_until_its_time_has_come(depot: Depot) -> None:
    (half,) = slip(depot, half_written=1, late_seconds=30)
    (written,) = [one for one in depot.ledger("written") if one["kind"] == "despatch"]
    assert not written["is_complete"]
    depot.work()
    assert [body for _, body in depot.out("despatch")] == [half]
    depot.house.clock.offset += depot.house.clock.offset.resolution * 31_000_000
    depot.work()
    (whole,) = [body for _, body in depot.out("despatch")]
    assert whole.startswith(half)
    assert len(half) < len(whole)
    assert hashlib.sha256(whole).hexdigest() == written["sha256"]


def test_a_half_written_file_that_was_taken_away_grows_where_it_is_and_is_owed(depot: Depot) -> None:
    (half,) = slip(depot, half_written=1)
    with depot.sftp() as sftp:
        (name,) = [name for name in sftp.listdir("out") if name.startswith("despatch")]
        sftp.posix_rename(f"out/{name}", f"out/archive/{name}")
    depot.control("POST", "finish")
    assert depot.out("despatch") == []
    whole = (depot.house.root / "csv/out/archive" / name).read_bytes()
    assert len(whole) > len(half)
    assert depot.at("resend") == {"sent": 1}
    ((_, again),) = depot.out("despatch")
    assert again == whole


def test_a_file_lies_under_its_temporary_name_until_it_is_renamed(depot: Depot) -> None:
    slip(depot, late_rename=1)
    ((early, body),) = depot.out("despatch")
    assert early.endswith(".csv.tmp")
    assert depot.control("POST", "finish")["csv"] == 1
    assert depot.out("despatch") == [(early.removesuffix(".tmp"), body)]


def test_a_cut_off_file_is_sent_again_when_somebody_asks(depot: Depot) -> None:
    (cut,) = slip(depot, truncated=1)
    assert depot.at("resend") == {"sent": 1}
    first, second = depot.out("despatch")
    assert first[1] == cut
    assert second[1].startswith(cut)
    assert len(second[1]) > len(cut)
    assert depot.at("resend") == {"sent": 0}


def test_the_same_file_comes_under_another_name(depot: Depot) -> None:
    one, other = slip(depot, same_file_again=1)
    assert one == other


def test_the_same_rows_come_in_another_file(depot: Depot) -> None:
    one, other = slip(depot, same_rows_again=1)
    assert one != other
    bare = [[{**row, "file_id": ""} for row in depot.read(body)] for body in (one, other)]
    assert bare[0] == bare[1]
    assert depot.on_hand("MUG") == "238"


def test_an_empty_file_and_a_bare_header_come_before_the_right_one(depot: Depot) -> None:
    empty, header, whole = sorted(slip(depot, empty_file=1, header_only=1), key=len)
    assert empty == b""
    assert whole.startswith(header)
    assert header.endswith(b"order_complete\r\n")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("bom", b"\xef\xbb\xbffile_id"),
        ("unknown_carrier", b"ZZ-Kurier 24"),
        ("sku_case", b",mug,mug,"),
        ("excel_numbers", b"E+13"),
        ("total_row", b"\r\nTOTAL,"),
        ("latin1", b" \xa35"),
    ],
)
def test_a_file_is_written_badly(depot: Depot, name: str, seen: bytes) -> None:
    (body,) = slip(depot, **{name: 1})
    assert seen in body
    depot.manners()
    ship(depot, "SO2")
    assert seen not in depot.out("despatch")[-1][1]
    assert depot.client.get("/_sandbox/files/").json()["injected"] == {name: 1}


def test_tracking_is_blank_at_first_and_filled_in_later(depot: Depot) -> None:
    (blank,) = slip(depot, blank_tracking=1)
    assert {row["tracking"] for row in depot.read(blank)} == {""}
    depot.manners()
    depot.at("resend")
    (row,) = depot.read(depot.out("despatch")[-1][1])
    assert row["tracking"]
    assert row["despatch_ref"] == depot.read(blank)[0]["despatch_ref"]


def test_an_order_is_rejected_for_a_reason_that_only_the_house_knows(depot: Depot) -> None:
    depot.manners(reject_order=1, limit=1)
    ship(depot)
    (ack,) = depot.rows("ack")
    assert (ack["status"], ack["reason"]) == ("rejected", "depositor account is on stop")
    ship(depot)
    assert depot.on_hand("MUG") == "238", "it can be sent again"


def test_an_acknowledgement_comes_late(depot: Depot) -> None:
    depot.manners(late_ack=1)
    ship(depot)
    assert depot.out("ack") == []
    assert depot.control("POST", "finish")["csv"] == 1
    assert depot.rows("ack")[0]["status"] == "accepted"


def test_a_file_is_dated_in_the_future(depot: Depot) -> None:
    slip(depot, future_dated=1)
    with depot.sftp() as sftp:
        found = {one.filename.partition("-")[0]: one.st_mtime or 0 for one in sftp.listdir_attr("out")}
    assert found["despatch"] - found["ack"] == pytest.approx(3 * 86400, abs=60)


def test_slips_strike_one_partner_so_many_times(depot: Depot) -> None:
    depot.manners(partner="csv", kind="despatch", bom=1, limit=1)
    depot.at("stock/adjust", {"sku": "MUG", "quantity": 1})
    ship(depot, "SO1")
    ship(depot, "SO2")
    boms = [body.startswith(b"\xef\xbb\xbf") for _, body in depot.out()]
    assert boms.count(True) == 1
    assert depot.out("despatch")[0][1].startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("bad", [{"bom": 2}, {"nonsense": 1}, {"kind": 3}, {"writer_renames": 1}])
def test_manners_that_do_not_exist_are_refused(depot: Depot, bad: dict[str, object]) -> None:
    depot.control("PUT", "manners", bad, status=400)


def test_an_earlier_file_is_written_again_by_hand(depot: Depot) -> None:
    ship(depot)
    seq = next(one["seq"] for one in depot.ledger("written") if one["kind"] == "despatch")
    copy = depot.at("copies", {"seq": seq})
    one, other = depot.out("despatch")
    assert one[1] == other[1] == depot.client.get(f"/_sandbox/files/partners/csv/written/{seq}").content
    assert copy["path"].endswith(other[0])
    depot.at("copies", {"seq": 99}, status=400)


def test_the_same_seed_makes_the_same_mistakes(depot: Depot) -> None:
    told = []
    for turn in (1, 2):
        depot.manners(seed=7, sku_case=0.5, bom=0.5, unknown_carrier=0.5)
        for number in range(6):
            ship(depot, f"SO{turn}-{number}")
        told.append([tuple(one["slips"]) for one in depot.ledger("written")[-12:]])
    assert told[0] == told[1]
    assert any(told[0])
