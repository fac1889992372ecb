"""The hostile edge: webhooks and polls become verified, stored, de-duplicated events."""
