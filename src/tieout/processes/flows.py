"""Every flow by the kind of its documents."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tieout.processes.charges import CHARGES_FLOW
from tieout.processes.movements import MOVEMENTS
from tieout.processes.orders import ORDERS
from tieout.processes.returns import RETURNS
from tieout.processes.settling import AnyFlow

FLOWS: Final[Mapping[str, AnyFlow]] = MappingProxyType(
    {flow.kind: flow for flow in (RETURNS, ORDERS, MOVEMENTS, CHARGES_FLOW)}
)
"""A document of any other kind is a stray: it stands on a case, and nothing can be tried again for it."""
