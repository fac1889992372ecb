"""Codes that Sage had when a return was last read: to choose from in a form, and to doubt a code that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tieout.domain.rules.fields import FieldKind, Table
from tieout.processes.mapping_desk.changes import Change
from tieout.store import mapping_traffic
from tieout.store.store import Connection

DAYS = 400
_NAMES = {
    FieldKind.NOMINAL: "nominal account",
    FieldKind.TAX_CODE: "tax code",
    FieldKind.WAREHOUSE: "warehouse",
    FieldKind.BIN: "bin",
    FieldKind.BANK: "bank account",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCodes:
    """What was read, by kind of field: each code with its name."""

    read_at: datetime | None
    """None while nothing was read."""
    codes: Mapping[FieldKind, Sequence[tuple[str, str]]]

    def of(self, kind: FieldKind) -> Sequence[tuple[str, str]]:
        """The codes of a kind; none where they are not read."""
        return self.codes.get(kind, ())


def known_codes(c: Connection, company: str, now: datetime) -> KnownCodes:
    """The codes that the latest return of a company was decided with; asks no other system."""
    seen = mapping_traffic.seen_lately(c, company, now - timedelta(days=DAYS), most=1, whole=True)
    if not seen:
        return KnownCodes(read_at=None, codes={})
    facts: Any = seen[0].facts
    bins = facts["bins"]
    found = {
        FieldKind.NOMINAL: [(each["nominal"]["account"], each["name"]) for each in facts["nominals"]],
        FieldKind.TAX_CODE: [(each["code"], each["name"]) for each in facts["tax_codes"]],
        FieldKind.WAREHOUSE: [(each["warehouse"], "") for each in bins],
        FieldKind.BIN: [(each["name"], f"in {each['warehouse']}") for each in bins],
        FieldKind.BANK: [(bank, "") for bank in facts["banks"]],
    }
    codes = {kind: tuple(sorted({(str(code), str(name)) for code, name in each})) for kind, each in found.items()}
    return KnownCodes(read_at=datetime.fromisoformat(str(facts["now"])), codes=codes)


def doubts(table: Table, changes: Sequence[Change], known: KnownCodes) -> Iterator[str]:
    """A sentence for every code of a change that Sage did not have; it may be new there, so nothing is refused."""
    for change in changes:
        for field in table.fields_of(change.key):
            text = (change.value or {}).get(field.name, "")
            codes = {code for code, _ in known.of(field.kind)}
            if text and codes and text not in codes:
                yield f"Sage had no {_NAMES[field.kind]} {text} when it was last read. It may be new: look it up."
