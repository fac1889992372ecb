"""SFTP against a real server: who it is, what arrives, and what a lost connection means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest
from pydantic import SecretStr
from tests.connectors.files.partner import Clock, Partner

from tieout.connectors.files.sftp import SftpPlace
from tieout.ports.errors import OutcomeUnknown, Refused, Unauthorised, Unavailable
from tieout.ports.inbound import MalformedError


@pytest.fixture
def place(partner: Partner, clock: Clock) -> Iterator[SftpPlace]:
    one = SftpPlace(partner.settings(), clock)
    yield one
    one.close()


def test_a_file_arrives_whole_under_its_name_and_no_part_of_it_stays(partner: Partner, place: SftpPlace) -> None:
    body = bytes(range(256)) * 1000
    place.put("in", "order_1.csv", body)
    assert (partner.root / "in/order_1.csv").read_bytes() == body
    assert partner.names("in") == ["order_1.csv"]
    assert place.fetch("in", "order_1.csv") == body


def test_a_server_with_another_host_key_is_told_nothing(partner: Partner, clock: Clock) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    place = SftpPlace(partner.settings(host_key=other), clock)
    with pytest.raises(Unauthorised, match=r"not the one agreed: nothing was sent.*previous_host_key"):
        place.listing("out")


@pytest.mark.parametrize("pinned", ["previous", "fingerprint", "known_hosts"])
def test_a_key_may_be_pinned_in_every_way_that_partners_tell_it(partner: Partner, clock: Clock, pinned: str) -> None:
    other = asyncssh.generate_private_key("ssh-rsa", key_size=2048).export_public_key().decode()
    changes = {
        "previous": {"host_key": other, "previous_host_key": partner.host_key},
        "fingerprint": {"host_key": partner.key.convert_to_public().get_fingerprint()},
        "known_hosts": {"host_key": f"sftp.partner.example {partner.host_key} their server"},
    }[pinned]
    place = SftpPlace(partner.settings(**changes), clock)
    assert place.listing("out") == ()
    place.close()


def test_a_server_with_several_keys_is_asked_for_the_pinned_one(tmp_path: Path, clock: Clock) -> None:
    other = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    partner = Partner(tmp_path / "two", other)
    for key in (partner.host_key, other.export_public_key().decode()):
        place = SftpPlace(partner.settings(host_key=key), clock)
        assert place.listing("out") == ()
        place.close()
    partner.close()


@pytest.mark.parametrize("phrase", ["", "open sesame"])
def test_a_private_key_signs_in(partner: Partner, clock: Clock, phrase: str) -> None:
    text = partner.client_key.export_private_key(passphrase=phrase or None).decode()
    keys = {"private_key": text, "private_key_passphrase": phrase or None}
    place = SftpPlace(partner.settings(password=None, **keys), clock)
    assert place.listing("out") == ()
    place.close()
    with pytest.raises(Unauthorised, match="private_key cannot be read") as caught:
        SftpPlace(partner.settings(private_key=text[:-60]), clock).listing("out")
    assert text[40:80] not in str(caught.value)
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    with pytest.raises(Unauthorised, match="with this private key"):
        SftpPlace(partner.settings(private_key=stranger), clock).listing("out")


def test_a_pin_that_is_no_key_says_what_one_looks_like(partner: Partner, clock: Clock) -> None:
    with pytest.raises(Unauthorised, match="ssh-ed25519 AAAA"):
        SftpPlace(partner.settings(host_key="nonsense"), clock).listing("out")


def test_a_wrong_password_is_said_without_being_shown(partner: Partner, clock: Clock) -> None:
    settings = partner.settings(password=SecretStr("hunter2"))
    with pytest.raises(Unauthorised, match="does not let merchant in") as caught:
        SftpPlace(settings, clock).listing("out")
    assert "hunter2" not in f"{caught.value!r}{settings!r}"


def test_nobody_listening_is_unavailable(partner: Partner, clock: Clock) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        SftpPlace(partner.settings(port=1), clock).listing("out")


def test_a_server_that_falls_silent_is_given_up_and_asked_anew(partner: Partner, clock: Clock) -> None:
    place = SftpPlace(partner.settings(read_seconds=0.3), clock)
    partner.temper.is_silent = True
    with pytest.raises(Unavailable, match="was lost: could not list out"):
        place.listing("out")
    partner.temper.is_silent = False
    partner.drop("a.csv", b"x")
    assert [file.name for file in place.listing("out")] == ["a.csv"]
    place.close()


def test_a_connection_lost_while_uploading_means_that_nothing_arrived(partner: Partner, place: SftpPlace) -> None:
    partner.temper.drops_before = "write"
    with pytest.raises(Unavailable, match="nothing arrived"):
        place.put("in", "order_1.csv", b"x" * 100_000)
    assert "order_1.csv" not in partner.names("in")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_lost_while_renaming_leaves_the_outcome_open(
    partner: Partner, place: SftpPlace, when: str
) -> None:
    setattr(partner.temper, f"drops_{when}", "rename")
    with pytest.raises(OutcomeUnknown, match="rename"):
        place.put("in", "order_1.csv", b"x")
    assert (place.fetch("in", "order_1.csv") is not None) == (when == "after")


def test_a_file_that_grows_under_its_final_name_has_an_open_outcome_when_the_line_drops(
    partner: Partner, clock: Clock
) -> None:
    place = SftpPlace(partner.settings(may_rename=False), clock)
    partner.temper.drops_before = "write"
    with pytest.raises(OutcomeUnknown):
        place.put("in", "order_1.csv", b"x")
    place.put("in", "order_1.csv", b"whole")
    assert place.fetch("in", "order_1.csv") == b"whole"
    place.close()


def test_a_server_without_posix_rename_still_gets_a_file_sent_twice(partner: Partner, place: SftpPlace) -> None:
    partner.temper.refuses_posix_rename = True
    place.put("in", "order_1.csv", b"one")
    place.put("in", "order_1.csv", b"two")
    assert place.fetch("in", "order_1.csv") == b"two"
    assert partner.names("in") == ["order_1.csv"]


@pytest.mark.parametrize("right", ["refuses_writing", "refuses_rename"])
def test_a_missing_right_is_named_and_nothing_stands_there(partner: Partner, place: SftpPlace, right: str) -> None:
    setattr(partner.temper, right, True)
    with pytest.raises(Unauthorised, match="does not let merchant"):
        place.put("in", "order_1.csv", b"x")
    assert "order_1.csv" not in partner.names("in")


def test_a_refused_rename_leaves_what_stood_there_and_nothing_half(partner: Partner, place: SftpPlace) -> None:
    partner.drop("order_1.csv", b"first", directory="in")
    partner.temper.refuses_rename = partner.temper.refuses_posix_rename = True
    with pytest.raises(Unauthorised):
        place.put("in", "order_1.csv", b"second")
    assert partner.names("in") == ["order_1.csv"]
    assert place.fetch("in", "order_1.csv") == b"first"


def test_a_directory_that_is_not_there_refuses_what_is_put_there(place: SftpPlace) -> None:
    with pytest.raises(Refused, match=r"could not write nowhere/order_1\.csv\.tmp: No such file"):
        place.put("nowhere", "order_1.csv", b"x")
    assert place.listing("nowhere") == ()
    assert place.fetch("nowhere", "order_1.csv") is None


def test_a_directory_above_which_the_account_is_locked_in_is_found(partner: Partner, clock: Clock) -> None:
    partner.temper.refuses_absolute = True
    place = SftpPlace(partner.settings(), clock)
    partner.drop("a.csv", b"x")
    assert [file.name for file in place.listing("/data/acme/out")] == ["a.csv"]
    assert [file.name for file in place.listing("/out")] == ["a.csv"]
    place.close()


def test_names_that_could_lead_elsewhere_are_left_alone(partner: Partner, place: SftpPlace) -> None:
    for name in (".hidden", "a\nb.csv", "a\\..\\b", "x" * 201, "trailing ", "c:d"):
        partner.drop(name, b"x")
    (partner.root / "out/sub").mkdir()
    partner.drop("fine name (2).csv", b"x")
    assert [file.name for file in place.listing("out")] == ["fine name (2).csv"]


def test_a_file_is_never_moved_over_another(partner: Partner, place: SftpPlace) -> None:
    partner.drop("a.csv", b"new")
    partner.drop("a.csv", b"old", directory="out/archive")
    with pytest.raises(Exception, match="stands there already"):
        place.move("out", "a.csv", "out/archive", "a.csv")
    assert (partner.root / "out/archive/a.csv").read_bytes() == b"old"


def test_a_file_above_the_limit_is_refused_without_being_fetched(partner: Partner, clock: Clock) -> None:
    place = SftpPlace(partner.settings(file_bytes_max=10), clock)
    with (partner.root / "out/big.csv").open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(MalformedError, match=r"200,000,000 bytes.*limit is 10.*in parts"):
        place.fetch("out", "big.csv")
    place.close()


def test_an_idle_connection_is_not_used_again_and_a_fresh_one_is(
    partner: Partner, place: SftpPlace, clock: Clock
) -> None:
    place.listing("out")
    place.listing("out")
    assert partner.temper.connections == 1
    clock.pass_by(seconds=21)
    place.listing("out")
    assert partner.temper.connections == 2
