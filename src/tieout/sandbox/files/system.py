"""The 3PL that exchanges files: partners, their folders on a file server, and the control surface."""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.files.control import Control
from tieout.sandbox.files.csvs import Csv
from tieout.sandbox.files.depositor import Depositor
from tieout.sandbox.files.edifact_advices import Edifact
from tieout.sandbox.files.formats import Format
from tieout.sandbox.files.manners import Manners, Slips
from tieout.sandbox.files.sftp import HOST, FileServer, Wire
from tieout.sandbox.files.stock import ActRefusedError
from tieout.sandbox.files.x12_advices import X12
from tieout.sandbox.journal import Journal
from tieout.sandbox.temper import CALM, Temper, skewed

FORMATS: dict[str, Callable[[], Format]] = {"csv": Csv, "x12": X12, "edifact": Edifact}


class FilesSandbox:
    """A 3PL with a partner for each format, named after it; more are made by control.

    A context manager: the file server runs inside the block, or between `start` and `stop`. Without a root the
    files lie in a temporary folder that goes with the object. `client_key` is a public key in OpenSSH's form.
    """

    name = "files"

    def __init__(  # what a file server is told
        self,
        clock: SandboxClock,
        *,
        root: Path | None = None,
        username: str = "tieout",
        password: str = "files-sandbox-password",  # noqa: S107  # a stand-in's, known to everybody
        client_key: str | None = None,
        port: int = 0,
        seed: int = 0,
    ) -> None:
        self.clock = clock
        self.temper: Temper = CALM
        self.journal = Journal(clock)
        self.lock = threading.RLock()
        self._counts: Counter[str] = Counter()
        self.slips = Slips(random.Random(seed), self._counts)
        self.root = (root or Path(tempfile.mkdtemp(prefix="files-sandbox-"))).resolve()
        if root is None:
            weakref.finalize(self, shutil.rmtree, self.root, ignore_errors=True)
        self.partners: dict[str, Depositor] = {}
        self.wire = Wire(self.root, self.slips, self.journal, self.lock)
        self.wire.username, self.wire.password, self.wire.client_key = username, password, client_key or ""
        self.wire.partners = lambda: set(self.partners)
        self.server = FileServer(self.wire, seed, port)
        for form in FORMATS:
            self.add_partner(form, form)
        self.app: ASGIApp = Starlette(routes=[Route("/", self._status, methods=["GET"])])
        self.control: Sequence[BaseRoute] = Control(self).routes()

    @property
    def sftp_port(self) -> int:
        """The port of the file server; 0 while it has not been started."""
        return self.server.port

    @property
    def host_key(self) -> str:
        """The host's public key: type and text, as in known_hosts."""
        return self.server.public_key

    @property
    def manners(self) -> Manners:
        """How the files and the file server misbehave."""
        return self.slips.manners

    @manners.setter
    def manners(self, wanted: Manners) -> None:
        with self.lock:
            self.slips.manners = wanted

    def now(self) -> datetime:
        """Return the time by the 3PL's own clock."""
        return skewed(self.clock, self.temper)

    def add_partner(self, name: str, form: str) -> Depositor:
        """Add a depositor with its folders; ValueError when the name or the format is not possible."""
        if not name.isidentifier() or name in self.partners or name == self.wire.username:
            raise ValueError(f"{name!r} cannot be the name of a new partner")
        if form not in FORMATS:
            raise ValueError(f"there is no format {form!r}; there are {', '.join(FORMATS)}")
        made: Format = FORMATS[form]()
        self.partners[name] = Depositor(name, made, self.root, self.slips, self.now)
        return self.partners[name]

    def partner(self, name: str) -> Depositor:
        """Return a partner; refused when there is none of this name."""
        if name not in self.partners:
            raise ActRefusedError(f"there is no partner {name}; there are {', '.join(self.partners)}")
        return self.partners[name]

    def start(self) -> None:
        """Serve files."""
        self.server.start()

    def stop(self) -> None:
        """End the file server; the files stay, and it can be started again."""
        self.server.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def address(self) -> dict[str, object]:
        """Return how to reach the file server, but for the password."""
        return {
            "host": HOST,
            "port": self.sftp_port,
            "username": self.wire.username,
            "host_key": self.host_key,
            "fingerprint": self.server.fingerprint,
        }

    def summary(self) -> dict[str, object]:
        """Return the size of the books, and how to reach the file server."""
        with self.lock:
            return {
                "sftp": self.address(),
                "partners": {
                    name: {
                        "items": len(one.house.stock.items),
                        "orders": len(one.house.orders),
                        "movements": len(one.house.stock.movements),
                        "files_written": len(one.dropper.written),
                        "files_seen": len(one.seen),
                    }
                    for name, one in self.partners.items()
                },
            }

    def injected(self) -> dict[str, int]:
        """Return how many faults of each kind have been injected."""
        return dict(self._counts)

    async def _status(self, _: Request) -> Response:
        return JSONResponse(self.summary())
