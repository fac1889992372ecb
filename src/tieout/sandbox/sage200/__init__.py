"""A stand-in for Sage 200 Professional: its public API, the companion beside it, and books that balance."""

from __future__ import annotations

from tieout.sandbox.sage200.oauth import Client
from tieout.sandbox.sage200.system import COMPANION_KEY, Sage200Sandbox

__all__ = ["COMPANION_KEY", "Client", "Sage200Sandbox"]
