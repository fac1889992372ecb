"""What the public API cannot do: the companion beside Sage, or a task for a person."""
