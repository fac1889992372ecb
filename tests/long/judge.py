"""The judge: what must become of every return of a trading file, by SQL over the file (judge.sql)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one RMA must end: `tied out` with what is credited in pence, or on a case of this code."""

    code: str
    customer: str
    on: str
    net: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Every RMA's ending in the order in which they were raised, and the file's own figures."""

    endings: tuple[Ending, ...]
    unbelievable: int
    """Rows on several RMAs, or on one that names an order which is no earlier sale of these goods to this customer."""
    unclaimed: int
    """Rows of C and A documents that stand on no RMA."""
    lines: Counter[str]
    """Product return lines by what the file's README says of them."""
    reconciled: Counter[tuple[str, str]]
    """Product return lines by (what the README says of them, how their RMA must end)."""


def judge(file: Path, rmas: Sequence[tuple[str, Sequence[int]]]) -> Judgement:
    """Rule on RMAs, given in the order in which they were raised: the order that each names, or "", and its rows."""
    claims = [(rma, row, order) for rma, (order, rows) in enumerate(rmas) for row in rows]
    with duckdb.connect() as database:
        database.execute("SET VARIABLE trading_file = ?", [str(file)])
        database.execute("CREATE TABLE claim (rma INTEGER, row_id INTEGER, order_name VARCHAR)")
        database.execute(
            "INSERT INTO claim SELECT unnest(?), unnest(?), unnest(?)", [list(c) for c in zip(*claims, strict=True)]
        )
        _run(database, "judge.sql")
        credited: object = None
        while credited != (credited := database.execute("FROM credited ORDER BY rma").fetchall()):
            _run(database, "refuse.sql")
        _run(database, "rulings.sql")
        endings = database.execute(
            "SELECT code, customer, on_day, coalesce(net, 0), coalesce(tax, 0) FROM ending ORDER BY rma"
        ).fetchall()
        unbelievable, unclaimed = (
            len(database.execute(f"FROM {name}").fetchall()) for name in ("unbelievable", "unclaimed")
        )
        lines = database.execute("SELECT class, count(*) FROM found GROUP BY class").fetchall()
        query = "SELECT class, code, count(*) FROM found JOIN back USING (row_id) JOIN ending USING (rma) GROUP BY ALL"
        reconciled = database.execute(query).fetchall()
    return Judgement(
        endings=tuple(
            Ending(code=code, customer=customer, on=on, net=net, tax=tax) for code, customer, on, net, tax in endings
        ),
        unbelievable=unbelievable,
        unclaimed=unclaimed,
        lines=Counter(dict(lines)),
        reconciled=Counter({(was, code): count for was, code, count in reconciled}),
    )


def _run(database: duckdb.DuckDBPyConnection, name: str) -> None:
    database.execute((HERE / name).read_text(encoding="utf-8"))
