"""What 3PLs charge: matched to what left, and accrued in the nominal ledger by rule."""
