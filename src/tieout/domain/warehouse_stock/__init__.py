"""Stock that warehouses tell of: what a movement becomes in Sage, and what a count says beside Sage."""
