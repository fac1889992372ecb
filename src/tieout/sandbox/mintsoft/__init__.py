"""A stand-in for Mintsoft: the REST API of one UK warehouse system, its stock ledger and its unsigned webhooks.

The control surface is described in `control.py`, what is assumed in `assumptions.py`.
"""

from __future__ import annotations

from tieout.sandbox.mintsoft.system import MintsoftSandbox

__all__ = ["MintsoftSandbox"]
