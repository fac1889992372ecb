"""The on-site companion: what the public API cannot do, once per key."""
