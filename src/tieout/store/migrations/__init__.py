"""Migrations of our own database, run by `tieout.store.schema`."""
