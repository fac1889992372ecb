"""Sales order processing: orders, despatches, invoices, returns."""
