# ruff: noqa: INP001 - a tool of the repository, run by path, not part of a package
"""Make the demo's trading file from the full one: `python tools/cut_demo.py FULL.parquet [--out FILE]`.

Every row of the weeks from 2009-12-01 to 2010-01-22 is taken, whole documents only, unchanged and with the
full file's RowId. Added from other dates, because these weeks have none: the six bad-debt documents (A...)
and the four returns of the test product (TEST001).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import duckdb

SIZE_MAX = 1_000_000
CUT = """
FROM read_parquet($full)
WHERE InvoiceNo IN (
    SELECT InvoiceNo FROM read_parquet($full)
    WHERE InvoiceDate::DATE BETWEEN DATE '2009-12-01' AND DATE '2010-01-22'
       OR InvoiceNo LIKE 'A%'
       OR (InvoiceNo LIKE 'C%' AND StockCode LIKE 'TEST%')
)
ORDER BY RowId
"""
SHIPPED = Path(__file__).resolve().parents[1] / "src/tieout/cli/demo/data/trading.parquet"


def cut(full: Path, out: Path) -> int:
    """Write the cut and return its size in bytes."""
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE cut AS {CUT}", {"full": str(full)})
        database.table("cut").order("RowId").write_parquet(str(out), compression="zstd", row_group_size=1_000_000)
    return out.stat().st_size


def main() -> int:
    """Read the arguments, cut, and refuse a file too large to ship."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("full", type=Path, help="the full trading file (parquet)")
    arguments.add_argument("--out", type=Path, default=SHIPPED, help="where the cut is written")
    given = arguments.parse_args()
    size = cut(given.full, given.out)
    sys.stdout.write(f"{given.out}: {size} bytes\n")
    if size >= SIZE_MAX:
        sys.stderr.write(f"{size} bytes is too large to ship ({SIZE_MAX}); shorten the weeks in CUT.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
