"""The demo: real trading played through Tieout on the sandbox estate."""
