"""What we need from a language model that somebody has configured: an explanation in plain words."""

from __future__ import annotations

from typing import Protocol


class Explainer(Protocol):
    """One configured model."""

    @property
    def name(self) -> str:
        """The model's name, shown beside what it says."""

    @property
    def place(self) -> str:
        """Where it is asked, without anything secret."""

    def explain(self, instruction: str, text: str) -> str:
        """What the model says about a text; ConnectorError when it gives no answer that can be shown."""
