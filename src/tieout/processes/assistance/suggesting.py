"""Suggestions for a case from what this installation knows; each is kept when it is first offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from tieout.domain.faults.kinds import Fault
from tieout.domain.rules.tables import TABLES
from tieout.processes.assistance import Assistance, Suggestion
from tieout.processes.assistance.likeness import Guess, guesses, nearest
from tieout.store import mapping_rules, suggestions
from tieout.store.cases import Case
from tieout.store.rows import Json
from tieout.store.store import Connection
from tieout.store.suggestions import NewSuggestion
from tieout.store.suggestions import Suggestion as Kept

RULES: Final = "rules"
"""Who made it, where no model did."""
NO_ITEM: Final = frozenset({"SKU_UNMAPPED"})


def suggestions_for(c: Connection, case: Case, assistance: Assistance | None) -> list[Suggestion]:
    """What might settle an open case, the likest first, without what somebody dismissed; none when it is off."""
    if assistance is None or not assistance.is_on or case.state != "open":
        return []
    suggestions.hold_case(c, case.id)
    now = assistance.clock()
    known = {_place(one): one for one in suggestions.of_case(c, case.company, case.id)}
    for fresh in _found(c, case, assistance, now):
        place = (fresh.kind, fresh.table_name, fresh.key, _spelled(fresh.suggested))
        if place not in known:
            known[place] = suggestions.offer(c, fresh)
    shown = [_shown(case, one) for one in known.values() if not one.answer]
    return sorted(shown, key=lambda one: (one.kind == "explanation", -one.score, one.id))


def _found(c: Connection, case: Case, assistance: Assistance, now: datetime) -> Iterator[NewSuggestion]:
    done: set[tuple[str, str]] = set()
    for fault in _faults(case):
        table, _, key = fault.row.partition("/")
        place = (table, key) if fault.row else (fault.code, fault.at)
        if place in done:
            continue
        done.add(place)
        if table in TABLES and key and not TABLES[table].own_rows:
            rules = mapping_rules.rules_of(c, case.company, table)
            for guess in guesses(key, rules, least=assistance.least_score):
                yield _mapping(case, table, key, guess, now)
        elif fault.code in NO_ITEM:
            for code, name, score in nearest(
                fault.at, suggestions.known_items(c, case.company), least=assistance.least_score
            ):
                yield _item(case, fault.at, code, name, score, now)


def _mapping(case: Case, table: str, key: str, guess: Guess, now: datetime) -> NewSuggestion:
    return NewSuggestion(
        company=case.company,
        case_id=case.id,
        kind="mapping",
        table_name=table,
        key=key,
        suggested=dict(guess.value),
        evidence={"score": guess.score, "because": list(guess.evidence)},
        made_by=RULES,
        made_at=now,
    )


def _item(case: Case, asked: str, code: str, name: str, score: int, now: datetime) -> NewSuggestion:
    because = f"Sage named the active item {code} ({name}) for a document of late; the codes are {score} % alike."
    return NewSuggestion(
        company=case.company,
        case_id=case.id,
        kind="item",
        table_name="",
        key=asked,
        suggested={"sku": code, "name": name},
        evidence={"score": score, "because": [because]},
        made_by=RULES,
        made_at=now,
    )


def _faults(case: Case) -> Iterator[Fault]:
    for one in case.faults:
        if isinstance(one, Mapping):
            names = ("code", "at", "saw", "wanted", "row")
            yield Fault(**{name: str(one.get(name) or "") for name in names})


def _place(one: Kept) -> tuple[str, str, str, str]:
    return one.kind, one.table_name, one.key, _spelled(one.suggested)


def _spelled(value: Mapping[str, Json]) -> str:
    return repr(sorted((name, str(cell)) for name, cell in value.items()))


def _shown(case: Case, kept: Kept) -> Suggestion:
    because, score = kept.evidence.get("because"), kept.evidence.get("score")
    fields = _ordered(kept)
    return Suggestion(
        id=kept.id,
        kind="mapping" if kept.kind == "mapping" else "item" if kept.kind == "item" else "explanation",
        says=_says(kept, fields),
        evidence=tuple(str(one) for one in because) if isinstance(because, list) else (),
        score=score if isinstance(score, int) else 0,
        made_by=kept.made_by,
        made_at=kept.made_at,
        address=_address(case, kept, fields) if kept.kind == "mapping" else "",
        fields=fields,
    )


def _ordered(kept: Kept) -> dict[str, str]:
    """The suggested cells in the order in which the table has its fields."""
    known = [field.name for field in TABLES[kept.table_name].fields_of(kept.key)] if kept.kind == "mapping" else []
    names = [*(name for name in known if name in kept.suggested), *sorted(set(kept.suggested) - set(known))]
    return {name: str(kept.suggested[name]) for name in names}


def _says(kept: Kept, fields: Mapping[str, str]) -> str:
    match kept.kind:
        case "mapping":
            labels = {field.name: field.label for field in TABLES[kept.table_name].fields_of(kept.key)}
            cells = ", ".join(f"{labels.get(name, name)} {cell}" for name, cell in fields.items() if cell)
            return f"Map “{kept.key}” to {cells}."
        case "item":
            return f"The product {kept.key} may be {fields['sku']}, {fields['name']}."
        case _:
            return fields.get("text", "")


def _address(case: Case, kept: Kept, fields: Mapping[str, str]) -> str:
    query = {"key": kept.key, "company": case.company, **fields, "case": case.id}
    return f"/mappings/{kept.table_name}/propose?{urlencode(query)}"
