"""How documents and cases are shown: as plain JSON, and as text made from that JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tieout.domain.faults import BY_CODE
from tieout.domain.money import Money
from tieout.processes.trail.gathering import trail_of
from tieout.processes.trail.grid import Mark
from tieout.processes.trail.timeline import Entry
from tieout.store.cases import Case
from tieout.store.documents import Document
from tieout.store.effects import Effect
from tieout.store.store import Connection

View = dict[str, Any]
"""Plain JSON for people and programs."""


def case_view(row: Case) -> View:
    """One case with its kind's text."""
    kind = BY_CODE[row.code]
    return {
        "id": row.id,
        "company": row.company,
        "document": f"{row.document_kind} {row.document_key}",
        "code": row.code,
        "title": kind.title,
        "owner": row.owner,
        "class": row.fault_class,
        "stake_minor": row.stake_minor,
        "currency": row.currency,
        "opened_at": row.opened_at.isoformat(),
        "state": row.state,
        "assignee": row.assignee,
        "faults": list(row.faults),
        "kind": {"means": kind.means, "do": kind.do, "again": kind.again, "can_accept": kind.can_accept},
    }


def cases_text(rows: Sequence[Case]) -> str:
    """The list of cases, a line each."""
    if not rows:
        return "No open exceptions."
    lines = [f"{'No':>5}  {'At stake':>14}  {'Owner':20} {'Document':22} What"]
    for row in rows:
        stake = Money(row.stake_minor or 0, row.currency or "GBP")
        document = f"{row.document_kind} {row.document_key}"
        lines.append(f"{row.id:>5}  {stake!s:>14}  {row.owner:20} {document:22} {BY_CODE[row.code].title}")
    return "\n".join(lines)


def case_text(row: Case) -> str:
    """One case as a bookkeeper reads it."""
    view = case_view(row)
    stake = Money(row.stake_minor or 0, row.currency or "GBP")
    lines = [
        f"Case {row.id}: {view['title']}   [{row.code}]",
        f"{view['document']} of {row.company}, {stake} at stake, for {row.owner}",
        f"open since {row.opened_at:%d %b %Y %H:%M}",
        "",
        f"What it means:  {view['kind']['means']}",
        f"What to do:     {view['kind']['do']}",
        f"Trying again:   {view['kind']['again']}",
        "",
    ]
    for fault in view["faults"]:
        wanted = f", wanted {fault['wanted']}" if fault["wanted"] else ""
        lines.append(f"  - {BY_CODE[fault['code']].title}: {fault['at']}: {fault['saw']}{wanted}")
    return "\n".join(lines)


def document_view(c: Connection, document: Document, now: datetime) -> View:
    """One document: its legs, effects, case and timeline."""
    trail = trail_of(c, document, now)
    marks = sorted(trail.grid.marks, key=lambda mark: (mark.leg.system, mark.leg.kind, mark.leg.ref))
    return {
        "company": document.company,
        "document": f"{document.kind} {document.key}",
        "state": document.state,
        "opened_at": document.opened_at.isoformat(),
        "case": case_view(trail.case) if trail.case else None,
        "legs": [_leg_view(mark) for mark in marks],
        "effects": [_effect_view(effect) for effect in trail.effects],
        "timeline": [_entry_view(entry) for entry in trail.timeline],
        "names": [{"system": name.system, "kind": name.kind, "value": name.value} for name in trail.names],
        "related": [{"document": f"{one.document.kind} {one.document.key}", "how": one.how} for one in trail.related],
    }


def document_text(view: View) -> str:
    """The tie-out grid and the timeline of one document."""
    lines = [f"{view['document']} of {view['company']}: {view['state']}"]
    if view["case"]:
        lines.append(f"  on the desk of {view['case']['owner']}: {view['case']['title']} (case {view['case']['id']})")
    lines += ["", f"  {'System':12} {'What':18} {'Expected':>14} {'Seen':>14}  {'State':11} Reference"]
    for leg in view["legs"]:
        lines.append(
            f"  {leg['system']:12} {leg['kind']:18} {leg['expected']:>14} {leg['seen']:>14}"
            f"  {leg['state']:11} {leg['reference'] or leg['ref']}"
        )
    lines += ["", *(f"  {entry['at'][:19]}  {entry['system']:12} {entry['what']}" for entry in view["timeline"])]
    if view["related"]:
        lines += ["", *(f"  {one['how']}: {one['document']}" for one in view["related"])]
    return "\n".join(lines)


def _leg_view(mark: Mark) -> View:
    leg = mark.leg
    return {
        "system": leg.system,
        "kind": leg.kind,
        "ref": leg.ref,
        "expected": _figure(leg.expected_minor, leg.expected_quantity, leg.currency),
        "seen": _figure(leg.seen_minor, leg.seen_quantity, leg.currency),
        "reference": leg.seen_reference,
        "state": mark.state.value,
        "due_by": leg.due_by.isoformat() if leg.due_by else None,
        "seen_at": leg.seen_at.isoformat() if leg.seen_at else None,
        "debt_minor": mark.debt_minor,
        "owner": leg.owner,
        "waived_why": leg.waived_why,
    }


def _figure(minor: int | None, quantity: Decimal | None, currency: str | None) -> str:
    if minor is not None:
        return str(Money(minor, currency or "GBP"))
    return f"{quantity.normalize():f}" if quantity is not None else "-"


def _effect_view(effect: Effect) -> View:
    return {
        "key": effect.key,
        "command": effect.command,
        "system": effect.system,
        "state": effect.state,
        "reference": effect.reference,
        "reason": effect.reason,
    }


def _entry_view(entry: Entry) -> View:
    times = f" ({entry.times} times)" if entry.times > 1 else ""
    text = f": {entry.text}" if entry.text else ""
    return {
        "at": entry.at.isoformat(),
        "what": f"{entry.title}{times}{text}",
        "system": entry.system,
        "there_at": entry.there_at.isoformat() if entry.there_at else None,
    }
