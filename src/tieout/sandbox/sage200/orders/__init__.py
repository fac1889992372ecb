"""Sales orders and returns: entering, amending, allocating, despatching, invoicing."""
