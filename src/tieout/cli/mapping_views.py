"""How mapping rows, proposals and coverage are printed: as plain JSON, and as text for a person."""

from __future__ import annotations

from typing import Any

from tieout.processes.mapping_desk.changes import changes_of
from tieout.processes.mapping_desk.coverage import Coverage, KeySeen, TableCoverage
from tieout.processes.mapping_desk.impact import Impact
from tieout.processes.mapping_desk.rows import Version
from tieout.store.mapping_proposals import Proposal

KEYS_SHOWN = 20


def proposal_view(of: Proposal) -> dict[str, Any]:
    """A proposal as plain JSON."""
    return {
        "id": of.id,
        "company": of.company,
        "table": of.table_name,
        "owner": of.owner,
        "kind": of.kind,
        "state": of.state,
        "why": of.why,
        "case": of.case_id,
        "proposed_by": of.proposed_by,
        "proposed_at": of.proposed_at,
        "decided_by": of.decided_by,
        "decided_at": of.decided_at,
        "decided_why": of.decided_why,
        "rows": [
            {"key": row.key, "what": row.verb, "from": row.since, "before": row.before, "after": row.value}
            for row in changes_of(of)
        ],
    }


def proposal_text(of: Proposal) -> str:
    """A proposal in lines."""
    decided = f", {of.state} by {of.decided_by}" if of.decided_by else ""
    lines = [f"Proposal {of.id}: {of.company} {of.table_name}, by {of.proposed_by}{decided}; choice of {of.owner}"]
    lines.append(f"  Why: {of.why}" + (f" Answer: {of.decided_why}" if of.decided_why else ""))
    for row in changes_of(of):
        lines.append(f"  {row.key} {row.verb} from {row.since:%d %b %Y}")
        lines += [f"    {name}: {before or '-'} -> {after or '-'}" for name, before, after in row.fields]
    return "\n".join(lines)


def version_view(of: Version) -> dict[str, Any]:
    """A version of a row as plain JSON."""
    return {
        "key": of.key,
        "version": of.version,
        "value": of.value,
        "from": of.since,
        "until": of.until,
        "standing": of.standing,
        "proposed_by": of.proposed_by,
        "approved_by": of.approved_by,
    }


def version_text(of: Version) -> str:
    """A version of a row in one line."""
    until = f"{of.until:%d %b %Y}" if of.until else "further notice"
    value = " ".join(f"{name}={text}" for name, text in of.value.items())
    days = f"{of.since:%d %b %Y} until {until}"
    return f"{of.version:>3}  {of.standing:8} {days:34} {value}  ({of.proposed_by}, approved by {of.approved_by})"


def coverage_view(of: Coverage) -> dict[str, Any]:
    """Coverage as plain JSON."""
    return {
        "since": of.since,
        "documents": of.documents,
        "is_cut": of.is_cut,
        "tables": [_table_view(table) for table in of.tables],
    }


def coverage_text(of: Coverage) -> str:
    """Coverage in lines: what is unmapped by name."""
    cut = " (the latest ones: there were more)" if of.is_cut else ""
    lines = [f"{of.documents:,} returns since {of.since:%d %b %Y}{cut}."]
    for table in of.tables:
        if not table.keys:
            continue
        money = ", ".join(str(amount) for amount in table.unmapped_amounts)
        worth = f", {money} at stake" if money else ""
        lines.append(f"{table.table.name}: {len(table.keys)} keys, {len(table.unmapped)} without a row{worth}")
        told = [key for key in table.keys if not key.is_mapped or key.cases]
        lines += [f"  {_key_text(key)}" for key in told[:KEYS_SHOWN]]
    return "\n".join(lines)


def impact_view(of: Impact) -> dict[str, Any]:
    """An impact as plain JSON."""
    return {
        "how": of.how,
        "days": of.days,
        "looked_at": of.looked_at,
        "touched": [
            {"document": f"{one.kind} {one.key}", "stake": str(one.stake), "differences": list(one.differences)}
            for one in of.touched
        ],
    }


def impact_text(of: Impact) -> str:
    """An impact in lines."""
    lines = [of.sentence]
    for one in of.touched[:KEYS_SHOWN]:
        said = "; ".join(f"{name}: {before} -> {after}" for name, before, after in one.differences)
        lines.append(f"  {one.title}, {one.stake}" + (f": {said}" if said else ""))
    return "\n".join(lines)


def _table_view(of: TableCoverage) -> dict[str, Any]:
    return {
        "table": of.table.name,
        "keys": len(of.keys),
        "unmapped": len(of.unmapped),
        "share_mapped": of.share,
        "is_from_documents": of.is_from_documents,
        "seen": [_key_view(key) for key in of.keys],
    }


def _key_view(of: KeySeen) -> dict[str, Any]:
    return {
        "key": of.key,
        "documents": of.documents,
        "stakes": [str(amount) for amount in of.amounts],
        "is_mapped": of.is_mapped,
        "cases": of.cases,
        "causes": list(of.causes),
    }


def _key_text(of: KeySeen) -> str:
    row = "has a row" if of.is_mapped else "no row"
    money = ", ".join(str(amount) for amount in of.amounts)
    return f"{of.key}: {row}, {of.documents} returns, {of.cases} open cases" + (f", {money}" if money else "")
