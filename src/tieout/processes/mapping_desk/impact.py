"""What a change would do, before anybody decides on it: recent returns decided again on what was recorded of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from tieout.domain.business_dates import uk_date
from tieout.domain.faults import BY_CODE
from tieout.domain.money import Money
from tieout.domain.plans import Blocked, Plan
from tieout.domain.returns.plan import plan_return
from tieout.domain.rules.keys_seen import keys_seen
from tieout.domain.rules.mapping import MappingRule, MappingTables
from tieout.processes.desk.steps import TITLES
from tieout.processes.mapping_desk.changes import Change
from tieout.processes.record import command_to_json, facts_from_json
from tieout.processes.rules import rules_on
from tieout.store import mapping_traffic
from tieout.store.mapping_traffic import Seen
from tieout.store.store import Connection

DAYS = 30
MOST_DECIDED = 500
MOST_COUNTED = 1_000
DECIDED_BY = frozenset(
    {
        "reason",
        "disposition",
        "value_policy",
        "exchange_service",
        "line_class",
        "tender",
        "storefront_location",
        "policy",
    }
)
"""Tables that the decision itself reads; what others change is settled before, while the facts are gathered."""
COUNTED_BY = frozenset({"customer", "tax_rate", "bundle"})
SHOWN_FIELDS = 4
DONE = "what is done"
"""The name of the difference that is about the decision as a whole."""
LABELS = {"account": "nominal account", "on": "date"}

How = Literal["decided again", "counted", "not known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """One recent return that the change bears on."""

    kind: str
    key: str
    title: str
    stake: Money
    differences: tuple[tuple[str, str, str], ...]
    """What differs, as it is and as it would be; empty where keys were only counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a change bears on, and how that was found out."""

    how: How
    days: int
    looked_at: int
    touched: tuple[Touched, ...]

    @property
    def sentence(self) -> str:
        """What was found, for people."""
        if self.how == "not known":
            return "What rows of this table do cannot be tried out on recorded returns."
        of = f"of the {self.looked_at:,} latest returns of the last {self.days} days"
        if not self.looked_at:
            return f"No return of the last {self.days} days is there to try it on."
        if self.how == "counted":
            return f"{len(self.touched):,} {of} use one of these rows. They were counted, not decided again."
        return f"{len(self.touched):,} {of} would be decided differently, going by what was recorded of them."


def impact_of(
    c: Connection, company: str, table: str, changes: Sequence[Change], now: datetime, *, days: int = DAYS
) -> Impact:
    """What a change of a company's table would do to its recent returns; reads only, and asks no other system."""
    since = now - timedelta(days=days)
    if table in DECIDED_BY:
        seen = mapping_traffic.seen_lately(c, company, since, most=MOST_DECIDED, whole=True)
        day = max([uk_date(now), *(change.since for change in changes)])
        as_is = rules_on(c, company, day)
        touched = tuple(_decided_differently(seen, as_is, changed_tables(as_is, table, changes)))
        return Impact(how="decided again", days=days, looked_at=len(seen), touched=touched)
    if table in COUNTED_BY:
        seen = mapping_traffic.seen_lately(c, company, since, most=MOST_COUNTED)
        touched = tuple(_using(c, company, table, changes, seen, uk_date(now)))
        return Impact(how="counted", days=days, looked_at=len(seen), touched=touched)
    return Impact(how="not known", days=days, looked_at=0, touched=())


def changed_tables(tables: MappingTables, table: str, changes: Sequence[Change]) -> MappingTables:
    """The tables as they would be with these changes."""
    gone = {change.key.strip().casefold() for change in changes}
    kept = [rule for rule in tables.rules if rule.table != table or rule.key.strip().casefold() not in gone]
    new = [
        MappingRule(table=table, key=change.key, value=change.value, version=0)
        for change in changes
        if change.value is not None
    ]
    return MappingTables(rules=(*kept, *new))


def _decided_differently(seen: Sequence[Seen], as_is: MappingTables, to_be: MappingTables) -> Iterator[Touched]:
    for each in seen:
        facts = facts_from_json(each.facts)
        before = plan_return(replace(facts, tables=as_is))
        after = plan_return(replace(facts, tables=to_be))
        found = tuple(_differences(before, after))
        if found:
            yield _touched(each, found)


def _using(
    c: Connection, company: str, table: str, changes: Sequence[Change], seen: Sequence[Seen], day: date
) -> Iterator[Touched]:
    """Documents that give one of the keys; a key that ends in * stands for all that begin so."""
    tables, keys = rules_on(c, company, day), {change.key.strip().casefold() for change in changes}
    begins = tuple(key[:-1] for key in keys if key.endswith("*"))
    for each in seen:
        given = {key.casefold() for key in _given(each, table, tables)}
        if keys & given or any(key.startswith(begins) for key in given if begins):
            yield _touched(each, ())


def _given(each: Seen, table: str, tables: MappingTables) -> list[str]:
    assert isinstance(each.facts, Mapping), "facts are a record"
    if table == "bundle":
        units = each.facts.get("units")
        return (
            [str(unit.get("sku", "")) for unit in units if isinstance(unit, Mapping)] if isinstance(units, list) else []
        )
    return keys_seen(each.facts, tables)[table]


def _touched(each: Seen, found: tuple[tuple[str, str, str], ...]) -> Touched:
    return Touched(
        kind=each.kind,
        key=each.key,
        title=each.title or f"{each.kind} {each.key}",
        stake=Money(each.stake_minor or 0, each.currency or "GBP"),
        differences=found,
    )


def _differences(before: Plan | Blocked, after: Plan | Blocked) -> Iterator[tuple[str, str, str]]:
    if isinstance(before, Plan) and isinstance(after, Plan) and _kinds(before) == _kinds(after):
        one, other = (dict(_leaves(_commands(plan))) for plan in (before, after))
        names = [name for name in one if one[name] != other.get(name)] + [name for name in other if name not in one]
        lines = [(_word(name), one.get(name, "nothing"), other.get(name, "nothing")) for name in names]
        yield from list(dict.fromkeys(lines))[:SHOWN_FIELDS]
    if _said(before) != _said(after):
        yield (DONE, _said(before), _said(after))


def _said(decision: Plan | Blocked) -> str:
    if isinstance(decision, Blocked):
        titles = dict.fromkeys(BY_CODE[fault.code].title for fault in decision.faults)
        return f"Exception: {'; '.join(titles)}"
    done = "; ".join(dict.fromkeys(TITLES.get(kind, kind.replace("_", " ")) for kind in _kinds(decision)))
    waits = f"Waits for {decision.waiting_for}" if decision.waiting_for else ""
    return "; ".join(part for part in (done, waits) if part) or "Nothing more to do"


def _kinds(plan: Plan) -> list[str]:
    return [command.kind for command in plan.commands]


def _commands(plan: Plan) -> Any:  # noqa: ANN401 - plain JSON
    return [command_to_json(command) for command in plan.commands]


def _leaves(part: Any, name: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - plain JSON
    """Every figure and text of a plan by its path."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _leaves(value, f"{name}/{key}")
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from _leaves(value, f"{name}/{number}")
    elif part is not None:
        yield name, str(part)


def _word(path: str) -> str:
    """The last named part of a path, as people read it."""
    names = [part for part in path.split("/") if part and not part.isdecimal()]
    return LABELS.get(names[-1], names[-1].replace("_", " ")) if names else "plan"
