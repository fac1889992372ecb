"""Dropped files against a real server: found when whole, claimed once, read, moved, remembered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.connectors.files.partner import NOON, Clock, Ledger, Partner, despatch, left

from tieout.connectors.files import FilesFeed, open_feed
from tieout.ports.errors import BadAnswer, Unauthorised
from tieout.ports.inbound import MalformedError

BODY = despatch(left())
X12 = (
    b"ISA*00*          *00*          *ZZ*WAREHOUSE      *ZZ*TIEOUT         *261120*0930*U*00401*000000007*0*P*>~"
    b"GS*SW*WAREHOUSE*TIEOUT*20261120*0930*7*X*004010~ST*945*0001~W06*F*0000000123-1*20261120*D1~LX*1~"
    b"W12*SH*3*3*0*EA**VN*0012~SE*5*0001~GE*1*7~IEA*1*000000007~"
)


@pytest.fixture
def feed(partner: Partner, ledger: Ledger, clock: Clock) -> Iterator[FilesFeed]:
    one = open_feed(partner.settings(), ledger, clock)
    yield one
    one.close()


def test_a_file_is_found_taken_read_answered_and_kept(partner: Partner, feed: FilesFeed) -> None:
    partner.drop("despatch_1.csv", BODY)
    (file,) = feed.waiting()
    body = feed.take(file)
    assert partner.names("out") == []
    content = feed.read(file.name, body)
    assert [one.reference for one in content.shipments] == ["0000000123-1"]
    assert content.shipments[0].source == "despatch_1.csv, row 2"
    feed.acknowledge(file.name, content)
    feed.acknowledge(file.name, content)
    feed.keep(file.name)
    feed.keep(file.name)
    assert partner.names("out/archive") == ["despatch_1.csv"]
    assert partner.names("out/processing") == []
    (answer,) = partner.names("in")
    assert b"despatch_1.csv,,,,,accepted," in (partner.root / "in" / answer).read_bytes()


def test_what_was_refused_is_said_in_the_answer_with_its_row(partner: Partner, feed: FilesFeed) -> None:
    partner.drop("despatch_1.csv", despatch(left(), left("1,5", ref="D2").replace("1,5", '"1,5"')))
    (file,) = feed.waiting()
    feed.acknowledge(file.name, feed.read(file.name, feed.take(file)))
    (answer,) = partner.names("in")
    assert (
        b',3,rejected,"qty is `1,5`: that is no number in the agreed style'
        in (partner.root / "in" / answer).read_bytes()
    )


@pytest.mark.parametrize("status", ["accepted", "nonsense"])
def test_an_acknowledgement_is_not_acknowledged(partner: Partner, feed: FilesFeed, status: str) -> None:
    partner.drop("ack_1.csv", f"input_file,status\r\norder_0000000123-1.csv,{status}\r\n".encode())
    (file,) = feed.waiting()
    feed.acknowledge(file.name, feed.read(file.name, feed.take(file)))
    assert partner.names("in") == []


def test_a_despatch_in_x12_is_answered_by_a_997(partner: Partner, feed: FilesFeed) -> None:
    partner.drop("945.x12", X12)
    (file,) = feed.waiting()
    content = feed.read(file.name, feed.take(file))
    assert [one.reference for one in content.shipments] == ["0000000123-1"]
    feed.acknowledge(file.name, content)
    (answer,) = partner.names("in")
    assert b"ST*997*" in (partner.root / "in" / answer).read_bytes()


def test_a_file_that_cannot_be_read_is_put_aside_with_the_reason(partner: Partner, feed: FilesFeed) -> None:
    partner.drop("despatch_1.csv", BODY[:-9])
    (file,) = feed.waiting()
    with pytest.raises(MalformedError) as caught:
        feed.read(file.name, feed.take(file))
    feed.reject(file.name, str(caught.value))
    feed.reject(file.name, str(caught.value))
    assert partner.names("out/error") == ["despatch_1.csv", "despatch_1.csv.why.txt"]
    assert "cut off" in (partner.root / "out/error/despatch_1.csv.why.txt").read_text()


def test_a_file_just_written_waits_until_it_was_seen_unchanged(partner: Partner, feed: FilesFeed, clock: Clock) -> None:
    partner.drop("despatch_1.csv", BODY[:40], at=clock.now)
    assert feed.waiting() == ()
    clock.pass_by(seconds=45)
    partner.drop("despatch_1.csv", BODY, at=clock.now)
    assert feed.waiting() == ()
    clock.pass_by(seconds=45)
    assert feed.waiting() == ()
    clock.pass_by(seconds=15)
    assert [file.size for file in feed.waiting()] == [len(BODY)]


def test_a_sender_who_renames_is_not_waited_for_and_unfinished_names_are_left(
    partner: Partner, ledger: Ledger, clock: Clock
) -> None:
    feed = open_feed(partner.settings(sender_renames=True), ledger, clock)
    partner.drop("despatch_1.csv", BODY, at=clock.now)
    for ending in (".tmp", ".PART", ".filepart"):
        partner.drop(f"despatch_2.csv{ending}", BODY, at=clock.now)
    assert [file.name for file in feed.waiting()] == ["despatch_1.csv"]
    feed.close()


def test_a_file_dated_in_the_future_is_ready_once_it_was_seen_unchanged(
    partner: Partner, feed: FilesFeed, clock: Clock
) -> None:
    partner.drop("despatch_1.csv", BODY, at=clock.now + timedelta(days=400))
    assert feed.waiting() == ()
    clock.pass_by(minutes=2)
    assert [file.name for file in feed.waiting()] == ["despatch_1.csv"]


def test_a_file_that_grew_after_it_was_listed_is_not_read_and_stays(
    partner: Partner, feed: FilesFeed, clock: Clock
) -> None:
    partner.drop("despatch_1.csv", BODY[:40])
    (file,) = feed.waiting()
    partner.drop("despatch_1.csv", BODY, at=NOON + timedelta(seconds=30))
    with pytest.raises(BadAnswer, match="changed since it was listed"):
        feed.take(file)
    (file,) = feed.waiting()
    assert feed.take(file) == BODY
    assert clock.now == NOON + timedelta(hours=1)


def test_of_two_readers_one_has_the_file(partner: Partner, feed: FilesFeed, ledger: Ledger, clock: Clock) -> None:
    partner.drop("despatch_1.csv", BODY)
    other = open_feed(partner.settings(), ledger, clock)
    (file,) = feed.waiting()
    assert other.waiting() == (file,)
    assert other.take(file) == BODY
    clock.pass_by(seconds=1)
    with pytest.raises(BadAnswer, match="another reader has it"):
        feed.take(file)
    assert feed.waiting() == ()
    other.close()


def test_what_a_dead_reader_claimed_is_ready_again_before_a_new_file_of_its_name(
    partner: Partner, feed: FilesFeed, ledger: Ledger, clock: Clock
) -> None:
    partner.drop("despatch_1.csv", BODY)
    dead = open_feed(partner.settings(), ledger, clock)
    (file,) = dead.waiting()
    dead.take(file)
    dead.close()
    clock.pass_by(minutes=14)
    assert feed.waiting() == ()
    newer = despatch(left(ref="D2"))
    partner.drop("despatch_1.csv", newer)
    clock.pass_by(minutes=1)
    (again,) = feed.waiting()
    assert feed.take(again) == BODY
    feed.keep(again.name)
    (fresh,) = feed.waiting()
    assert feed.take(fresh) == newer
    feed.keep(fresh.name)
    assert len(partner.names("out/archive")) == 2
    assert partner.names("out/processing") == partner.names("out") == []


def test_a_reader_keeps_the_file_that_it_took_and_no_newer_one_of_its_name(
    partner: Partner, feed: FilesFeed, ledger: Ledger, clock: Clock
) -> None:
    partner.drop("despatch_1.csv", BODY)
    feed.take(feed.waiting()[0])
    clock.pass_by(minutes=1)
    newer = despatch(left(ref="D2"))
    partner.drop("despatch_1.csv", newer)
    other = open_feed(partner.settings(), ledger, clock)
    other.take(other.waiting()[0])
    nobody = open_feed(partner.settings(), ledger, clock)
    nobody.keep("despatch_1.csv")
    assert partner.names("out/archive") == []
    feed.keep("despatch_1.csv")
    assert (partner.root / "out/archive/despatch_1.csv").read_bytes() == BODY
    nobody.keep("despatch_1.csv")
    assert len(partner.names("out/archive")) == 2
    other.close()
    nobody.close()


def test_without_the_right_to_move_a_file_is_read_once_and_stays(
    partner: Partner, ledger: Ledger, clock: Clock
) -> None:
    partner.temper.refuses_rename = True
    feed = open_feed(partner.settings(may_move=False), ledger, clock)
    partner.drop("despatch_1.csv", BODY)
    (file,) = feed.waiting()
    assert feed.take(file) == BODY
    assert feed.waiting() == (file,), "what was not finished is ready again"
    feed.keep(file.name)
    assert feed.waiting() == ()
    feed.close()
    later = open_feed(partner.settings(may_move=False), ledger, clock)
    assert later.waiting() == ()
    partner.drop("despatch_1.csv", despatch(left(), left(ref="D2")), at=NOON + timedelta(minutes=1))
    (again,) = later.waiting()
    assert b"D2" in later.take(again)
    later.reject(again.name, "for the test")
    assert later.waiting() == ()
    assert partner.names("out") == ["despatch_1.csv"]
    later.close()


def test_what_was_never_taken_is_not_noted_as_read(partner: Partner, ledger: Ledger, clock: Clock) -> None:
    feed = open_feed(partner.settings(may_move=False), ledger, clock)
    partner.drop("despatch_1.csv", BODY)
    feed.keep("despatch_1.csv")
    assert [file.name for file in feed.waiting()] == ["despatch_1.csv"]
    feed.close()


def test_moving_without_the_right_says_so(partner: Partner, feed: FilesFeed) -> None:
    partner.temper.refuses_rename = True
    partner.drop("despatch_1.csv", BODY)
    (file,) = feed.waiting()
    with pytest.raises(Unauthorised, match="does not let merchant move"):
        feed.take(file)


@pytest.mark.parametrize("may_move", [True, False])
def test_a_snapshot_of_200_megabytes_is_refused_and_put_aside(
    partner: Partner, ledger: Ledger, clock: Clock, *, may_move: bool
) -> None:
    feed = open_feed(partner.settings(may_move=may_move), ledger, clock)
    path = partner.drop("snapshot.csv", b"")
    with path.open("wb") as file:
        file.truncate(200_000_000)
    os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    (waiting,) = feed.waiting()
    with pytest.raises(MalformedError, match="ask for it in parts, or raise file_bytes_max") as caught:
        feed.take(waiting)
    feed.reject("snapshot.csv", str(caught.value))
    assert feed.waiting() == ()
    feed.close()


def test_files_come_oldest_first(partner: Partner, feed: FilesFeed) -> None:
    for name, minutes in (("b.csv", 3), ("a.csv", 5), ("c.csv", 1)):
        partner.drop(name, BODY, at=NOON - timedelta(minutes=minutes))
    assert [file.name for file in feed.waiting()] == ["a.csv", "b.csv", "c.csv"]


def test_the_same_file_under_another_name_has_the_same_file_id(feed: FilesFeed) -> None:
    one, other = feed.read("despatch_1.csv", BODY), feed.read("despatch_1 (copy).csv", BODY)
    assert one.file_id == other.file_id == "F1"
    assert one.shipments[0].shipment_id == other.shipments[0].shipment_id
