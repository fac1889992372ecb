"""A stand-in for Loop Returns: the v1 API of one shop's returns portal and its signed webhooks.

The control surface is described in `control.py`, what is assumed in `assumptions.py`.
"""

from __future__ import annotations

from tieout.sandbox.loop.system import LoopSandbox

__all__ = ["LoopSandbox"]
