"""A file that cannot be used is kept, shown and moved aside, and holds up no other."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.processes.house import COMPANY
from tests.shipping.depot import open_depot
from tests.shipping.floors import FilesFloor

from tieout.processes import told
from tieout.store import cases, inbox


def test_a_broken_file_is_on_somebodys_desk_and_the_next_one_is_taken(address: str, tmp_path: Path) -> None:
    with open_depot(address, tmp_path, "csv") as depot:
        assert isinstance(depot.floor, FilesFloor)
        out = depot.floor.system.root / "csv" / "out"
        number = depot.order(("MUG", 1))
        depot.settle()
        (out / "a_broken.csv").write_bytes(b"order_ref,despatch_ref\r\n\x00\x01")
        depot.floor.ship(f"{number}-1", tracking="TRK1")
        depot.settle()
        assert depot.despatched(number) == {"MUG": 1}
        with depot.house.application.store.scope(COMPANY) as c:
            (case,) = [each for each in cases.open_cases(c) if each.document_kind == told.FILE]
            kept = inbox.is_received(c, "threepl", f"{told.FILE}:{_digest(out.parent)}")
        assert case.code == "FILE_REFUSED"
        assert kept, "the file's own bytes are stored"
        assert [each.name for each in (out / "error").glob("*a_broken.csv")]


def _digest(root: Path) -> str:
    (found,) = (root / "out" / "error").glob("*a_broken.csv")
    return hashlib.sha256(found.read_bytes()).hexdigest()
