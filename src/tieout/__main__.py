"""Run the command line with `python -m tieout`."""

from __future__ import annotations

from tieout.cli import main

main()
