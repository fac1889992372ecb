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


_CASES: Final = text("""
SELECT company, split_part(row, '/', 1) AS table_name, substr(row, strpos(row, '/') + 1) AS key, code, cause,
       coalesce(currency, 'GBP') AS currency, count(*) AS cases, coalesce(sum(stake_minor), 0) AS stake
FROM (
  SELECT DISTINCT s.id, s.company, f->>'row' AS row, f->>'code' AS code, s.cause, s.currency, s.stake_minor
  FROM cases s CROSS JOIN LATERAL jsonb_array_elements(s.faults) f
  WHERE s.state = 'open' AND coalesce(f->>'row', '') LIKE :begins
) rows
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY cases DESC, key, cause
""")

_FACTS: Final = """
SELECT d.company, d.kind, d.key, d.title, d.state, d.touched_at, d.stake_minor, d.currency, {facts} AS facts
FROM (SELECT * FROM documents WHERE kind = 'return' AND touched_at >= :since AND (company = :company OR :company = '*')
      ORDER BY touched_at DESC, key LIMIT :most) d
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
    """Open cases of the companies in scope by the mapping row that would mend them, most cases first."""
    begins = "_%/_%" if table is None else f"{table.replace('_', chr(92) + '_')}/_%"
    found: dict[tuple[str, ...], RowCases] = {}
    for row in c.execute(_CASES, {"begins": begins}):
        name = (row.company, row.table_name, row.key, row.code, row.cause)
        was = found.get(name)
        stakes = (was.stakes if was else {}) | {row.currency: int(row.stake)}
        found[name] = RowCases(
            company=row.company,
            table_name=row.table_name,
            key=row.key,
            code=row.code,
            cause=row.cause,
            cases=row.cases + (was.cases if was else 0),
            stakes=stakes,
        )
    return list(found.values())


def seen_lately(c: Connection, since: datetime, *, company: str | None, most: int, whole: bool = False) -> list[Seen]:
    """Returns of the companies in scope that something happened to since a time, latest first, at most so many.

    Their facts are the few that mapping keys are read from, as last gathered; where `whole` asks for it, all of them,
    as they were when most was planned.
    """
    given: dict[str, Any] = {"since": since, "company": company or "*", "most": most}
    rows: Sequence[Any] = c.execute(_WHOLE if whole else _KEYS, given).all()
    return [Seen(**row._asdict()) for row in rows]
