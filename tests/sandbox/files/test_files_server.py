from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING

import paramiko
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.files import FilesSandbox

if TYPE_CHECKING:
    from .conftest import Depot


def effects(depot: Depot, name: str) -> list[dict[str, str | int]]:
    return [effect.fields for effect in depot.house.journal.effects(name)]


def test_what_a_client_does_is_in_the_journal(depot: Depot) -> None:
    body = depot.manifest(*depot.order("SO1", ("MUG", "2", "EA")))
    depot.drop("a.csv", body)
    (uploaded,) = effects(depot, "file.uploaded")
    assert (uploaded["path"], uploaded["size"]) == ("csv/orders/in/a.csv.tmp", len(body))
    (renamed,) = effects(depot, "file.renamed")
    assert (renamed["old"], renamed["path"]) == ("csv/orders/in/a.csv.tmp", "csv/orders/in/a.csv")


def test_a_reader_moves_files_on_and_reads_what_was_written(depot: Depot) -> None:
    depot.at("snapshots", {"site": "MAIN"})
    with depot.sftp() as sftp:
        (name,) = [name for name in sftp.listdir("out") if name.endswith(".csv")]
        sftp.rename(f"out/{name}", f"out/processing/{name}")
        with sftp.open(f"out/processing/{name}") as file:
            body = file.read()
        sftp.remove(f"out/processing/{name}")
    assert body == depot.house.partners["csv"].dropper.written[0].body
    assert [effect["path"] for effect in effects(depot, "file.removed")] == [f"csv/out/processing/{name}"]


def test_the_house_login_sees_all_partners_and_a_partner_only_itself(depot: Depot) -> None:
    with depot.sftp("tieout") as sftp:
        assert sorted(sftp.listdir("/")) == sorted(depot.house.partners)
    with depot.sftp("csv") as sftp:
        assert "orders" in sftp.listdir("/")
        assert sftp.listdir("../..") == sftp.listdir("/")


def test_renaming_over_a_file_needs_the_extension(depot: Depot) -> None:
    with depot.sftp() as sftp:
        for name in ("a", "b"):
            with sftp.open(f"out/{name}", "wb") as file:
                file.write(name.encode())
        with pytest.raises(OSError, match=r"Failure|exists"):
            sftp.rename("out/a", "out/b")
        depot.manners(posix_rename=False)
        with pytest.raises(OSError, match="unsupported"):
            sftp.posix_rename("out/a", "out/b")
        depot.manners()
        sftp.posix_rename("out/a", "out/b")
    assert depot.out("b") == [("b", b"a")]


def test_rights_are_withheld(depot: Depot) -> None:
    depot.at("snapshots", {"site": "MAIN"})
    depot.manners(client_may_rename=False, client_may_delete=False)
    ((name, body),) = depot.out("snapshot")
    with depot.sftp() as sftp:
        with pytest.raises(PermissionError):
            sftp.rename(f"out/{name}", f"out/archive/{name}")
        with pytest.raises(PermissionError):
            sftp.posix_rename(f"out/{name}", f"out/archive/{name}")
        with pytest.raises(PermissionError):
            sftp.remove(f"out/{name}")
    assert depot.out("snapshot") == [(name, body)]


def test_absolute_paths_may_be_refused_while_the_bare_name_works(depot: Depot) -> None:
    depot.manners(absolute_paths=False)
    with depot.sftp() as sftp:
        with pytest.raises(FileNotFoundError):
            sftp.listdir("/out")
        assert "archive" in sftp.listdir("out")


def test_a_connection_that_is_dropped_leaves_half_a_file_under_the_temporary_name(depot: Depot) -> None:
    body = depot.manifest(*depot.order("SO1", ("MUG", "2", "EA")))
    depot.manners(drop_connection=1, limit=1)
    with pytest.raises((OSError, EOFError, paramiko.SSHException)):
        depot.drop("a.csv", body)
    left = depot.house.root / "csv/orders/in/a.csv.tmp"
    assert left.read_bytes() == body[: len(body) // 2]
    assert depot.work()["files"] == 0
    depot.drop("a.csv", body)
    assert depot.work()["despatches"] == 1
    assert depot.house.injected() == {"drop_connection": 1}


def test_a_connection_that_is_dropped_while_reading_gives_no_whole_file(depot: Depot) -> None:
    depot.at("snapshots", {"site": "MAIN"})
    ((name, body),) = depot.out("snapshot")
    depot.manners(drop_connection=1, limit=1)
    with pytest.raises((OSError, EOFError, paramiko.SSHException)), depot.sftp() as sftp, sftp.open(f"out/{name}") as f:
        f.read()
    with depot.sftp() as sftp, sftp.open(f"out/{name}") as file:
        assert file.read() == body


def test_a_rename_may_happen_and_its_answer_be_lost(depot: Depot) -> None:
    depot.manners(drop_after_rename=1, limit=1)
    with pytest.raises((OSError, EOFError, paramiko.SSHException)):
        depot.drop("a.csv", depot.manifest(*depot.order("SO1", ("MUG", "2", "EA"))))
    assert depot.work()["despatches"] == 1
    (entry,) = [entry for entry in depot.house.journal.entries() if entry.temper]
    assert (entry.temper, entry.effects[0].name) == ("drop_after_rename", "file.renamed")


def test_a_file_that_is_still_open_is_not_read(depot: Depot) -> None:
    with depot.sftp() as sftp:
        with sftp.open("orders/in/a.csv", "wb") as file:
            file.write(b"half")
            file.flush()
            assert depot.work()["files"] == 0
        assert depot.work()["files"] == 1


def test_the_host_key_comes_from_the_seed() -> None:
    clock = SandboxClock()
    one, same, other = (FilesSandbox(clock, seed=seed) for seed in (1, 1, 2))
    assert one.host_key == same.host_key != other.host_key
    assert one.host_key.startswith("ssh-ed25519 ")


def test_the_host_key_can_be_changed_at_the_same_port(depot: Depot) -> None:
    before = depot.control("GET", "sftp")
    after = depot.control("PUT", "sftp", {"key_seed": 5})
    assert (before["port"], before["username"]) == (after["port"], after["username"])
    assert before["fingerprint"] != after["fingerprint"]
    with depot.sftp() as sftp:
        assert "out" in sftp.listdir(".")
    assert depot.control("GET", "sftp") == after


def test_a_stopped_server_answers_no_more_and_can_be_started_again() -> None:
    house, port = FilesSandbox(SandboxClock()), 0
    for _ in range(2):
        with house, paramiko.Transport(("127.0.0.1", house.sftp_port)) as transport:
            transport.connect(username="tieout", password="files-sandbox-password")
            port = house.sftp_port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()


@pytest.mark.parametrize(("username", "password"), [("tieout", "wrong"), ("nobody", "files-sandbox-password")])
def test_nobody_comes_in_without_the_password(username: str, password: str) -> None:
    with (
        FilesSandbox(SandboxClock()) as house,
        paramiko.Transport(("127.0.0.1", house.sftp_port)) as transport,
        pytest.raises(paramiko.AuthenticationException),
    ):
        transport.connect(username=username, password=password)


def test_a_key_opens_where_one_is_set() -> None:
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    private = paramiko.Ed25519Key.from_private_key(_file_of(key))
    with FilesSandbox(SandboxClock(), client_key=public.decode(), password="") as house:
        with paramiko.Transport(("127.0.0.1", house.sftp_port)) as transport:
            transport.connect(username="csv", pkey=private)
            assert transport.is_authenticated()
        other = paramiko.Ed25519Key.from_private_key(_file_of(Ed25519PrivateKey.from_private_bytes(b"x" * 32)))
        with paramiko.Transport(("127.0.0.1", house.sftp_port)) as transport, pytest.raises(paramiko.SSHException):
            transport.connect(username="csv", pkey=other)


def _file_of(key: Ed25519PrivateKey) -> io.StringIO:
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    return io.StringIO(text.decode())
