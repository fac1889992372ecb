"""A stand-in for a 3PL that exchanges files over SFTP: CSV in Tieout's default layouts, X12 and EDIFACT.

The control surface is described in `control.py`, what is assumed in `assumptions.py`.
"""

from __future__ import annotations

from tieout.sandbox.files.system import FilesSandbox

__all__ = ["FilesSandbox"]
