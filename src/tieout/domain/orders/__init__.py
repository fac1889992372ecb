"""Sales orders that go out to warehouses, and what left told to Sage and the storefront."""
