"""The catalogue of faults: every kind of trouble that a person settles.

A fault is a value, never an exception. The desk, the runbooks, the alerts and a test per kind are
made from these entries; write them for the person who reads them at five o'clock.
"""

from __future__ import annotations

from tieout.domain.faults import accounts, goods_in, orders, performing, returns, returns_value, warehouse_stock
from tieout.domain.faults.kinds import Fault, FaultClass, FaultKind, Owner

ALL: tuple[FaultKind, ...] = (
    *returns.KINDS,
    *returns_value.KINDS,
    *performing.KINDS,
    *goods_in.KINDS,
    *accounts.KINDS,
    *orders.KINDS,
    *warehouse_stock.KINDS,
)
BY_CODE = {kind.code: kind for kind in ALL}
assert len(BY_CODE) == len(ALL), "two fault kinds share a code"

__all__ = ["ALL", "BY_CODE", "Fault", "FaultClass", "FaultKind", "Owner"]
