"""A stand-in for ReturnGO: the public API of one shop's returns portal and its unsigned webhooks.

The control surface is described in `control.py`, what is assumed in `assumptions.py`.
"""

from __future__ import annotations

from tieout.sandbox.returngo.system import ReturnGoSandbox

__all__ = ["ReturnGoSandbox"]
