"""A stand-in for ShipBob: the dated REST API of one merchant's account at a network of 3PL sites, and its webhooks.

The control surface is described in `control.py`, what is assumed in `assumptions.py`.
"""

from __future__ import annotations

from tieout.sandbox.shipbob.system import ShipBobSandbox

__all__ = ["ShipBobSandbox"]
