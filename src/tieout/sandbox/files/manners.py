"""How badly the 3PL's files and its file server behave: rates that a seed decides, and rights that it withholds."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal

ROW_SLIPS = (
    "latin1",
    "bom",
    "excel_numbers",
    "blank_tracking",
    "sku_case",
    "unknown_carrier",
    "total_row",
    "wrong_counts",
)
"""Slips inside a file; the room of each format says which of them it makes."""
FILE_SLIPS = (
    "half_written",
    "late_rename",
    "truncated",
    "same_file_again",
    "same_rows_again",
    "empty_file",
    "header_only",
    "future_dated",
)
"""Slips around a file."""
DESK_SLIPS = ("reject_order", "late_ack")
LINE_SLIPS = ("drop_connection", "drop_after_rename")
RATES = (*ROW_SLIPS, *FILE_SLIPS, *DESK_SLIPS, *LINE_SLIPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """Rates between 0 and 1, of which the default is good behaviour.

    `kind` limits the slips of files to one kind (ack, despatch, movement, snapshot, receipt, charges), `partner`
    everything to one partner, `limit` their number (-1 is no limit). `late_seconds` is how long a late
    acknowledgement, a half-written file or a late rename takes. `seed` restarts the dice.
    """

    seed: int | None = None
    partner: str = ""
    kind: str = ""
    limit: int = -1
    late_seconds: float = 60.0
    latin1: float = 0.0
    bom: float = 0.0
    excel_numbers: float = 0.0
    blank_tracking: float = 0.0
    sku_case: float = 0.0
    unknown_carrier: float = 0.0
    total_row: float = 0.0
    wrong_counts: float = 0.0
    half_written: float = 0.0
    late_rename: float = 0.0
    truncated: float = 0.0
    same_file_again: float = 0.0
    same_rows_again: float = 0.0
    empty_file: float = 0.0
    header_only: float = 0.0
    future_dated: float = 0.0
    reject_order: float = 0.0
    late_ack: float = 0.0
    drop_connection: float = 0.0
    drop_after_rename: float = 0.0
    writer_renames: bool = True
    """Whether the 3PL writes `.tmp` and renames; else it writes under the final name at once."""
    client_may_rename: bool = True
    client_may_delete: bool = True
    posix_rename: bool = True
    """Whether the server knows the extension that renames over an existing file."""
    absolute_paths: bool = True
    """Whether the server takes paths that begin with a slash."""

    def __post_init__(self) -> None:
        for name in RATES:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a rate from 0 to 1")

    def to_json(self) -> dict[str, object]:
        """Return the manners as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> Manners:
        """Build manners from good ones plus these values; ValueError names what does not exist or does not fit."""
        known = {f.name: f.default for f in fields(cls)}
        given: dict[str, object] = {}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no {name!r}; there are {', '.join(known)}")
            wanted = float if isinstance(known[name], float) else int if name == "seed" else type(known[name])
            plain = float(value) if wanted is float and isinstance(value, int | Decimal) else value
            if type(plain) is not wanted and not (name == "seed" and plain is None):
                raise ValueError(f"{name} cannot be {value!r}")
            given[name] = plain
        return cls(**given)  # type: ignore[arg-type]  # checked key by key above


GOOD = Manners()


class Slips:
    """Decides by seeded dice which slips happen, and counts them."""

    def __init__(self, rng: random.Random, counts: Counter[str]) -> None:
        self.rng = rng
        self._line = random.Random(rng.random())
        self._counts = counts
        self._manners = GOOD
        self._left = -1

    @property
    def manners(self) -> Manners:
        """The manners in force."""
        return self._manners

    @manners.setter
    def manners(self, wanted: Manners) -> None:
        self._manners = wanted
        self._left = wanted.limit
        if wanted.seed is not None:
            self.rng.seed(wanted.seed)
            self._line.seed(wanted.seed)

    def roll(self, names: tuple[str, ...], *, partner: str, kind: str = "", among: tuple[str, ...] = ()) -> set[str]:
        """Return which of these happen now; `among` are those that can, where not all can."""
        manners = self._manners
        here = manners.partner in {"", partner} and (not kind or manners.kind in {"", kind})
        happens = set()
        for name in names:
            # A client's calls roll dice of their own, so that their number does not change what the files look like.
            hit = (self._line if name in LINE_SLIPS else self.rng).random() < getattr(manners, name)
            if hit and here and self._left != 0 and (not among or name in among):
                self._counts[name] += 1
                self._left -= self._left > 0
                happens.add(name)
        return happens
