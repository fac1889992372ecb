"""One changed row: what it was, what it is to be, and from which day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tieout.store.mapping_proposals import Proposal
from tieout.store.mapping_rules import MappingRule
from tieout.store.rows import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants of a row; no value means that it ends."""

    key: str
    value: Mapping[str, str] | None
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of a proposal, with what was in force when it was proposed."""

    key: str
    value: Mapping[str, str] | None
    """None where the row ends."""
    since: date
    before: Mapping[str, str] | None
    """None where no row of the key was in force."""
    newest: str
    """What had been decided last on this key: another text at approval says that somebody else was quicker."""

    @property
    def verb(self) -> str:
        """What happens to the row: new, changed or ends."""
        if self.value is None:
            return "ends"
        return "new" if self.before is None else "changed"

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """Every field with its text before and after, in the order of the row before."""
        before, after = self.before or {}, self.value or {}
        names = [*before, *(name for name in after if name not in before)]
        return [(name, before.get(name, ""), after.get(name, "")) for name in names]


def changes_of(proposal: Proposal) -> list[Change]:
    """The rows of a proposal."""
    return [_from_json(each) for each in proposal.changes]


def to_json(change: Change) -> Json:
    """A change as it is kept."""
    return {
        "key": change.key,
        "value": dict(change.value) if change.value is not None else None,
        "since": change.since.isoformat(),
        "before": dict(change.before) if change.before is not None else None,
        "newest": change.newest,
    }


def newest_decision(versions: Sequence[MappingRule]) -> str:
    """What was decided last on a key: its newest approved version and the end of its days."""
    approved = [row for row in versions if row.approved_by is not None]
    if not approved:
        return ""
    last = max(approved, key=lambda row: row.version)
    return f"{last.version} until {last.in_force_to or 'further notice'}"


def fields_of(value: Json) -> dict[str, str]:
    """The fields of a row as it is kept."""
    assert isinstance(value, Mapping), "a mapping row is a record of fields"
    return {str(name): str(text) for name, text in value.items()}


def _from_json(kept: Json) -> Change:
    assert isinstance(kept, Mapping), "a proposal is a list of records"
    value, before = kept["value"], kept["before"]
    return Change(
        key=str(kept["key"]),
        value=fields_of(value) if value is not None else None,
        since=date.fromisoformat(str(kept["since"])),
        before=fields_of(before) if before is not None else None,
        newest=str(kept["newest"]),
    )
