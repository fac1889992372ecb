"""What recent documents and open cases say about mapping rows: keys that were seen, and rows that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from tieout.store.rows import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCases:
    """Open cases of one cause that one mapping row would mend."""

    company: str
    table_name: str
    key: str
    code: str
    cause: str
    cases: int
    stakes: dict[str, int]
    """Minor units by currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One document of late, with recorded facts of it."""

    company: str
    kind: str
    key: str
    title: str
    state: str
    touched_at: datetime
    stake_minor: int | None
    currency: str | None
    facts: Json


CAUSES_MOST: Final = 500
"""How many causes are told, those of most cases first."""

# A cause names the row that mends it in small letters; one case of it has the row as it is spelled.
_CASES: Final = text("""
SELECT t.company, t.code, t.cause, t.currency, t.cases, t.stake, s.row
FROM (
  SELECT company, code, cause, coalesce(currency, 'GBP') AS currency, sum(cases) AS cases, sum(stake_minor) AS stake
  FROM cause_tallies WHERE cause LIKE :like GROUP BY 1, 2, 3, 4 HAVING sum(cases) > 0
  ORDER BY sum(cases) DESC, cause LIMIT :most
) t
CROSS JOIN LATERAL (
  SELECT faults->0->>'row' AS row FROM cases s
  WHERE s.state = 'open' AND s.cause = t.cause AND s.company = t.company LIMIT 1
) s
WHERE coalesce(s.row, '') LIKE '_%/_%'
ORDER BY t.cases DESC, t.cause
""")

_FACTS: Final = """
SELECT d.company, d.kind, d.key, d.title, d.state, d.touched_at, d.stake_minor, d.currency, {facts} AS facts
FROM (
  SELECT d.* FROM (VALUES ('new'), ('waiting'), ('blocked'), ('done')) s (state)
  CROSS JOIN LATERAL (
    SELECT * FROM documents d
    WHERE d.company = :company AND d.state = s.state AND d.kind = 'return' AND d.touched_at >= :since
    ORDER BY d.touched_at DESC LIMIT :most
  ) d
  ORDER BY d.touched_at DESC, d.key LIMIT :most
) d
CROSS JOIN LATERAL (
  SELECT a.facts FROM attempts a
  WHERE a.company = d.company AND a.document_kind = d.kind AND a.document_key = d.key
    AND a.opened_month = d.opened_month AND a.facts IS NOT NULL
  ORDER BY {first} a.number DESC LIMIT 1
) a
ORDER BY d.touched_at DESC, d.key
"""

# What is done is told by the attempt at which most was planned: later ones found it done. What is stuck, by the last.
_MOST_PLANNED: Final = (
    "CASE WHEN d.state = 'blocked' THEN 0 ELSE"
    " coalesce(jsonb_array_length(a.decision->'plan'->'commands'), 0) END DESC,"
)
_WHOLE: Final = text(_FACTS.format(facts="a.facts", first=_MOST_PLANNED))
_KEYS: Final = text(
    _FACTS.format(
        facts="jsonb_build_object('units', a.facts->'rma'->'units', 'fees', a.facts->'rma'->'fees', 'allowances',"
        " a.facts->'rma'->'allowances', 'customer', a.facts->'rma'->>'customer_reference', 'order',"
        " a.facts->'rma'->>'order_name', 'gateway', a.facts->'shop_order'->>'gateway', 'lines',"
        " a.facts->'shop_order'->'lines', 'orders', a.facts->'order_candidates')",
        first="",
    )
)


def cases_on_rows(c: Connection, table: str | None = None) -> list[RowCases]:
    """Open cases of the companies in scope by the mapping row that their first fault names, most cases first."""
    like = "% %/%" if table is None else f"% {table.replace('_', chr(92) + '_')}/%"
    found: dict[tuple[str, str], RowCases] = {}
    for row in c.execute(_CASES, {"like": like, "most": CAUSES_MOST}):
        name, _, key = row.row.partition("/")
        if table not in {None, name}:
            continue
        was = found.get((row.company, row.cause))
        found[row.company, row.cause] = RowCases(
            company=row.company,
            table_name=name,
            key=key,
            code=row.code,
            cause=row.cause,
            cases=int(row.cases) + (was.cases if was else 0),
            stakes=(was.stakes if was else {}) | {row.currency: int(row.stake)},
        )
    return list(found.values())


def seen_lately(c: Connection, company: str, since: datetime, *, most: int, whole: bool = False) -> list[Seen]:
    """Returns of a company that something happened to since a time, latest first, at most so many.

    Their facts are the few that mapping keys are read from, as last gathered; where `whole` asks for it, all of them,
    as they were when most was planned.
    """
    given: dict[str, Any] = {"since": since, "company": company, "most": most}
    rows: Sequence[Any] = c.execute(_WHOLE if whole else _KEYS, given).all()
    return [Seen(**row._asdict()) for row in rows]
