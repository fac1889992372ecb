"""Many processes, one sign-in: whoever is first renews the token, and nobody uses one that was rotated away."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.processes.house import House

PROGRAM = Path(__file__).with_name("refresher_program.py")
PROCESSES = 4


class Reader:
    """A process that reads from Sage when it is told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def tell(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("read\n")
        self._process.stdin.flush()

    def said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def readers(house: House) -> Iterator[list[Reader]]:
    """So many processes on the house's settings."""
    command = [sys.executable, str(PROGRAM), str(house.config), str(house.home)]
    with ExitStack() as stack:
        found = []
        for _ in range(PROCESSES):
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            stack.enter_context(process)  # closes the pipe, at which the process ends
            found.append(Reader(process))
        assert [reader.said() for reader in found] == ["open"] * PROCESSES
        yield found


def all_read(found: list[Reader]) -> list[str]:
    """What they say when all are told at once."""
    for reader in found:
        reader.tell()
    return [reader.said() for reader in found]


def refreshes(house: House, since: int) -> list[int]:
    """The answers of Sage ID to renewals."""
    entries = house.control.get("/sage200/journal")["entries"]
    return [entry["status"] for entry in entries if entry["seq"] > since and entry["path"] == "/oauth/token"]


def last(house: House) -> int:
    entries = house.control.get("/sage200/journal")["entries"]
    return max((int(entry["seq"]) for entry in entries), default=0)


def test_many_processes_renew_an_expired_and_then_a_rejected_token_once_each(house: House) -> None:
    house.application.companies["giftware"].books.banks()
    house.control.shift(timedelta(hours=9))
    house.choose()
    with readers(house) as found:
        before = last(house)
        assert "" not in all_read(found)
        assert refreshes(house, before) == [200]
        for _ in range(3):
            before = last(house)
            house.control.ask("DELETE", "/sage200/tokens")
            assert "" not in all_read(found)
            assert refreshes(house, before) == [200]
