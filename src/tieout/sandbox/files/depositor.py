"""One partner of the 3PL: its folders, its file format, and the round that reads its orders and ships them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tieout.sandbox.files.csvs import Csv
from tieout.sandbox.files.dropping import Dropper, Make
from tieout.sandbox.files.formats import Charge, Format, UnreadableError
from tieout.sandbox.files.house import House
from tieout.sandbox.files.manners import Slips
from tieout.sandbox.files.orders import Answer, Despatch, Intake, Order
from tieout.sandbox.files.stock import ActRefusedError, Movement
from tieout.sandbox.journal import JournalEntry

FOLDERS = (
    "orders/in",
    "orders/archive",
    "orders/error",
    "out",
    "out/processing",
    "out/archive",
    "out/error",
    "ack",
)
WAYS = ("whole", "parts", "short", "over", "substituted")
WEIGHTS = (12, 3, 2, 1, 2)
STAGES = ("acknowledge", "picking", "picked", "packed", "ship")
UNFINISHED = (".tmp", ".part", ".filepart")
VETO = "depositor account is on stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One file that the depositor sent, as it was when the 3PL read it."""

    at: datetime
    path: str
    size: int
    sha256: str
    file_id: str
    orders: int
    outcome: str
    """read, answer, or the reason why it could not be read."""

    def to_json(self) -> dict[str, object]:
        """Return it as plain JSON values."""
        names = ("path", "size", "sha256", "file_id", "orders", "outcome")
        return {"at": self.at.isoformat(), **{name: getattr(self, name) for name in names}}


class Depositor:
    """A partner by name; `format` says how its files look."""

    def __init__(self, name: str, form: Format, root: Path, slips: Slips, now: Callable[[], datetime]) -> None:
        self.name = name
        self.format = form
        self.csv = form if isinstance(form, Csv) else Csv()
        self.root = root / name
        self.house = House(now)
        self.dropper = Dropper(self.root, name, slips, now)
        self.seen: list[Seen] = []
        self.charges: list[Charge] = []
        self.answers_in = "out"
        """Folder of our acknowledgements: out, or ack."""
        self.waits_for_stock = False
        """Whether what is not there follows later; else it is closed short."""
        self.one_file_each = False
        """Whether each despatch gets a file of its own."""
        self._slips = slips
        self._now = now
        self._told_movements = 0
        self._silent: set[str] = set()
        self._untold: list[Despatch] = []
        for folder in FOLDERS:
            (self.root / folder).mkdir(parents=True, exist_ok=True)

    # --- the round --------------------------------------------------------------------------------------------------

    def work(self, entry: JournalEntry, *, until: str, how: str, busy: Iterable[Path] = ()) -> dict[str, int]:
        """Do one round: read and acknowledge orders, bring them as far as `until`, tell what left.

        `how` is one of WAYS or empty for the dice; `busy` are files that a client has open. Returns counts.
        """
        self.dropper.finish(entry)
        files = self._read_orders(entry, set(busy))
        despatched = 0
        for order in [order for order in self.house.orders.values() if order.is_open]:
            if until == "ship":
                despatched += self._ship(order, how, entry)
            elif until != "acknowledge" and order.status != "part shipped":
                self.house.stage(order, until, entry)
        told = self.tell_despatches(entry)
        return {"files": files, "despatches": despatched, "despatch_files": told}

    def _read_orders(self, entry: JournalEntry, busy: set[Path]) -> int:
        waiting = [
            path
            for folder in ("orders/in", "ack")
            for path in sorted((self.root / folder).iterdir())
            if path.is_file() and path not in busy and not path.name.startswith(".")
            if not path.name.lower().endswith(UNFINISHED) and not self._is_ours(path)
        ]
        for path in waiting:
            self._read_order_file(path, entry)
        return len(waiting)

    def _is_ours(self, path: Path) -> bool:
        where = path.relative_to(self.root).as_posix()
        return any(one.path == where for one in self.dropper.written)

    def _read_order_file(self, path: Path, entry: JournalEntry) -> None:
        body = path.read_bytes()
        try:
            intake = self.format.read(body)
        except UnreadableError as error:
            intake = Intake(file_id="", fault=str(error))
        digest = hashlib.sha256(body).hexdigest()
        outcome = "answer" if intake.is_answer else intake.fault or "read"
        self.seen.append(
            Seen(
                at=self._now(),
                path=path.relative_to(self.root).as_posix(),
                size=len(body),
                sha256=digest,
                file_id=intake.file_id,
                orders=len(intake.orders),
                outcome=outcome,
            )
        )
        entry.effect("file.read", path=f"{self.name}/{self.seen[-1].path}", sha256=digest, outcome=outcome)
        target = self.root / ("orders/error" if intake.fault else "orders/archive")
        path.replace(target / f"{path.name}{f'.{len(self.seen)}' if (target / path.name).exists() else ''}")
        if not intake.is_answer and (self.format.answers_faults or not intake.fault):
            self._answer(path.name, intake, entry)

    def _answer(self, source: str, intake: Intake, entry: JournalEntry) -> None:
        answers: list[Answer] = []
        for order in () if intake.fault else intake.orders:
            veto = VETO if self._slips.roll(("reject_order",), partner=self.name) else ""
            answers.append(self.house.answer(order, entry, veto))
        self._send("ack", lambda envelope: self.format.answers(envelope, source, intake, tuple(answers)), entry)

    def _ship(self, order: Order, how: str, entry: JournalEntry) -> int:
        way = how or self._slips.rng.choices(WAYS, WEIGHTS)[0]
        picks, closes = self.house.bay.plan(order, way)
        short = any(line.left > sum(p.quantity for p in picks if p.line_no == line.line_no) for line in order.lines)
        if self.waits_for_stock and way not in {"short", "parts"} and short:
            closes = False
        picks = [pick for pick in picks if pick.quantity > 0]
        if not picks and not closes:
            return 0
        self.despatched(self.house.bay.despatch(order, picks, entry, is_complete=closes))
        return 1

    def despatched(self, made: Despatch) -> None:
        """Note that a despatch is to be told."""
        self._untold.append(made)

    # --- telling ----------------------------------------------------------------------------------------------------

    def tell_despatches(self, entry: JournalEntry) -> int:
        """Write the despatches that were not told yet; return the number of files."""
        untold, self._untold = self._untold, []
        groups = [(made,) for made in untold] if self.one_file_each else [tuple(untold)] if untold else []
        for group in groups:
            self._tell(group, entry)
        return len(groups)

    def _tell(self, group: tuple[Despatch, ...], entry: JournalEntry) -> None:
        self._send("despatch", lambda envelope: self.format.despatches(envelope, group, self.house.stock), entry)

    def tell_movements(self, entry: JournalEntry) -> int:
        """Write the movements that were not told yet, despatches left out; return how many."""
        stock = self.house.stock
        untold = [
            made
            for made in stock.movements[self._told_movements :]
            if made.kind != "despatch" and made.movement_id not in self._silent
        ]
        self._told_movements = len(stock.movements)
        apart = {"receipt", "return"} if self.format.tells_receipts_apart else set()
        receipts = tuple(made for made in untold if made.kind in apart)
        others = tuple(made for made in untold if made.kind not in apart)
        if receipts:
            self._send("receipt", lambda envelope: self.format.receipts(envelope, receipts, stock), entry)
        if others:
            self._send("movement", lambda envelope: self.format.movements(envelope, others, stock), entry)
        return len(untold)

    def tell_stock(self, site: str, entry: JournalEntry, *, counted_at: datetime | None = None) -> None:
        """Count a site and write the snapshot; `counted_at` tells another moment of counting."""
        house = self.house
        count = house.stock.count(house.stock.site(site), counted_at or self._now(), house.allocated(site))
        self._send("snapshot", lambda envelope: self.format.snapshot(envelope, count, house.stock), entry)

    def tell_charges(self, charges: tuple[Charge, ...], entry: JournalEntry) -> None:
        """Write lines of a bill; always as CSV."""
        self.charges += charges
        self.dropper.send(
            "charges",
            lambda envelope: self.csv.charges(envelope, charges),
            entry,
            folder="out",
            ending="csv",
            makes=self.csv.slips,
        )

    def order(self, order_ref: str, release_no: str = "") -> Order:
        """Return an order; refused when there is none."""
        found = self.house.orders.get((order_ref, release_no))
        if found is None:
            raise ActRefusedError(f"order {order_ref} {release_no} does not exist")
        return found

    def move(self, movement: Movement, entry: JournalEntry, *, is_told: bool = True) -> Movement:
        """Book a movement of stock; one that is not told stands in no movement file."""
        made = self.house.move(movement, entry)
        if not is_told:
            self._silent.add(made.movement_id)
        return made

    def _send(self, kind: str, make: Make, entry: JournalEntry) -> None:
        folder = self.answers_in if kind == "ack" else "out"
        self.dropper.send(kind, make, entry, folder=folder, ending=self.format.ending, makes=self.format.slips)
