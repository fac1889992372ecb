"""The embedded server: started once, found by all, back after a crash, and careful with the machine."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from tieout.store import binaries, embedded, place
from tieout.store.binaries import locate
from tieout.store.place import Account, account_named, find_place

AS_ROOT = os.geteuid() == 0
ENSURE = "import sys, pathlib; from tieout.store import embedded; print(embedded.ensure(pathlib.Path(sys.argv[1])))"


def ask(address: str, question: str) -> object:
    with psycopg.connect(address) as connection:
        row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return row[0]


def postmaster(data: Path) -> int:
    return int((data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_role_is_no_superuser_owns_its_database_and_writes_are_synced(home: Path) -> None:
    address = embedded.ensure(home)
    assert ask(address, "SELECT current_database() || current_user") == "tieouttieout"
    assert ask(address, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") is False
    assert ask(address, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'tieout'") == "tieout"
    assert ask(address, "SELECT current_setting('fsync') || current_setting('synchronous_commit')") == "onon"
    assert ask(address, "SELECT current_setting('listen_addresses')") == ""
    data = home / "postgres" / "data"
    assert mode(data) == 0o700
    assert mode(data / place.SOCKET_NAME) == 0o700


def test_it_comes_back_after_kill_9_with_what_was_committed(home: Path) -> None:
    address = embedded.ensure(home)
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pid = postmaster(home / "postgres" / "data")
    os.kill(pid, signal.SIGKILL)
    assert embedded.ensure(home) == address
    assert ask(address, "SELECT answer FROM kept") == 42
    assert postmaster(home / "postgres" / "data") != pid


def test_processes_that_ask_at_once_get_one_server(home: Path) -> None:
    asking = [
        subprocess.Popen([sys.executable, "-c", ENSURE, str(home)], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    answers = {process.communicate(timeout=60)[0].strip() for process in asking}
    assert all(process.returncode == 0 for process in asking)
    assert answers == {embedded.ensure(home)}
    assert ask(answers.pop(), "SELECT 1") == 1


def test_it_outlives_the_process_that_started_it_and_stops_when_told(home: Path) -> None:
    answer = subprocess.run([sys.executable, "-c", ENSURE, str(home)], capture_output=True, text=True, check=True)
    address = answer.stdout.strip()
    assert ask(address, "SELECT 1") == 1
    assert embedded.stop(home)
    assert not embedded.stop(home)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def test_a_pid_file_whose_number_belongs_to_another_program_is_no_obstacle(home: Path) -> None:
    address = embedded.ensure(home)
    embedded.stop(home)
    account = account_named("nobody")
    other = subprocess.Popen(["sleep", "60"], user=None if account is None else account.uid)
    try:
        note = home / "postgres" / "data" / "postmaster.pid"
        note.write_text(f"{other.pid}\n", encoding="ascii")
        note.chmod(0o644)
        assert embedded.ensure(home) == address
        assert ask(address, "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_second_process_waits_while_the_first_starts_or_stops_the_server(home: Path) -> None:
    entered = threading.Event()

    def enter() -> None:
        with place.only_one(home):
            entered.set()

    second = threading.Thread(target=enter)
    with place.only_one(home):
        second.start()
        assert not entered.wait(0.3)
    second.join(5)
    assert entered.is_set()


def test_a_first_start_that_was_cut_off_is_begun_again(home: Path) -> None:
    where = find_place(home, account=account_named("nobody"), loopback=False)
    (where.data / "base").mkdir()
    (where.data / "half").write_text("", encoding="ascii")
    assert ask(embedded.ensure(home), "SELECT 1") == 1


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(home: Path) -> None:
    deep = home / ("d" * 100)
    address = embedded.ensure(deep)
    try:
        assert ask(address, "SELECT 1") == 1
        where = find_place(deep, account=account_named("nobody"), loopback=False)
        assert len(str(where.socket)) < 40
        assert mode(where.socket) == 0o700
    finally:
        embedded.remove(deep)
    assert not where.socket.exists()


def test_a_home_that_was_moved_takes_its_data_along(home: Path) -> None:
    before, after = home / "before", home / "after"
    with psycopg.connect(embedded.ensure(before)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    embedded.stop(before)
    before.rename(after)
    try:
        assert ask(embedded.ensure(after), "SELECT answer FROM kept") == 42
    finally:
        embedded.remove(after)


def test_on_a_loopback_port_nobody_gets_in_without_the_password(home: Path) -> None:
    address = embedded.ensure(home, loopback=True)
    try:
        assert ask(address, "SELECT current_setting('listen_addresses')") == "127.0.0.1"
        secret = address.split(":")[2].split("@")[0]
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(address.replace(f":{secret}@", ":wrong@"))
        assert mode(home / "postgres" / "endpoint.json") == 0o600
        assert secret not in repr(find_place(home, account=account_named("nobody"), loopback=True))
    finally:
        embedded.remove(home, loopback=True)


def test_an_installed_postgresql_serves_where_the_wheel_is_missing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if binaries.installed() is None:
        pytest.skip("no PostgreSQL of the operating system is installed")
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
    version = ask(embedded.ensure(home), "SHOW server_version_num")
    installed = binaries.installed()
    assert installed is not None
    assert str(version).startswith(str(installed.major))


def test_without_any_postgresql_one_sentence_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(binaries, "_installed_folders", list)
    with pytest.raises(binaries.NoPostgres, match=r"install the Python package .* or set a postgresql:// address"):
        embedded.ensure(home)


def test_data_of_a_version_that_is_not_there_is_left_alone() -> None:
    with pytest.raises(binaries.NoPostgres, match="written by PostgreSQL 12"):
        locate(12)


def test_another_users_socket_directory_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "SOCKET_PATH_MAX", 10)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(home))
    where = find_place(home, account=account_named("nobody"), loopback=False)
    where.socket.chmod(0o755)
    with pytest.raises(place.PlaceRefused, match="open to others"):
        find_place(home, account=account_named("nobody"), loopback=False)


class TestAsRoot:
    """What only root can try; elsewhere there is no account to drop to."""

    @pytest.fixture(autouse=True)
    def _root(self) -> None:
        if not AS_ROOT:
            pytest.skip("only root drops to another account")

    def test_the_server_does_not_run_as_root_and_closed_parents_stay_closed(self, home: Path) -> None:
        closed = home / "closed"
        closed.mkdir(mode=0o700)
        inner = closed / "inner"
        account = account_named("nobody")
        assert account is not None
        where = find_place(inner, account=account, loopback=False, state=home / "state")
        assert where.folder.parent == home / "state"
        address = embedded.ensure(inner)
        try:
            assert ask(address, "SELECT 1") == 1
            assert where.data.stat().st_uid == account.uid
            assert Path(f"/proc/{postmaster(where.data)}").stat().st_uid == account.uid
            assert mode(closed) == 0o700
            assert mode(home) == 0o711
        finally:
            embedded.remove(inner)
        assert not where.folder.exists()

    def test_where_no_place_will_do_one_sentence_says_so(self, home: Path) -> None:
        closed = home / "closed"
        closed.mkdir(mode=0o700)
        account = account_named("nobody")
        with pytest.raises(place.PlaceRefused, match=r"choose a home whose parents are open to others \(0711\)"):
            find_place(closed / "inner", account=account, loopback=False, state=closed / "state")

    def test_programs_that_the_account_may_not_read_are_copied(self, home: Path) -> None:
        copied = binaries.copy_beside(locate(), home / "programs")
        answer = subprocess.run(
            [copied.program("postgres"), "--version"], capture_output=True, text=True, check=True,
            user="nobody", group="nogroup", extra_groups=[], cwd="/",
        )  # fmt: skip
        assert str(copied.major) in answer.stdout
        assert binaries.copy_beside(locate(), home / "programs") == copied

    def test_root_and_unknown_accounts_are_refused(self) -> None:
        with pytest.raises(place.PlaceRefused, match="is root"):
            account_named("root")
        with pytest.raises(place.PlaceRefused, match="no account 'nobody-here'"):
            account_named("nobody-here")

    def test_a_directory_lets_pass_by_owner_group_and_others(self, home: Path) -> None:
        home.chmod(0o701)
        assert place.may_enter(home, Account(uid=65534, gid=65534))
        home.chmod(0o710)
        assert not place.may_enter(home, Account(uid=65534, gid=65534))
        assert place.may_enter(home, Account(uid=65534, gid=home.stat().st_gid))
        home.chmod(0o711)
