"""Our own database: inbox, documents, effects, legs, cases, mapping rules and audit.

`embedded` runs the server, `schema` brings it up to date, `Store` opens transactions; every other module
is one subject, its functions working on the connection that they are given.
"""

from __future__ import annotations

from tieout.store.embedded import Address
from tieout.store.store import Held, HoldLost, Store

__all__ = ["Address", "Held", "HoldLost", "Store"]
