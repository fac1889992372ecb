"""Whether and how people are helped with cases."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class AssistanceSettings(BaseModel):
    """Suggestions come from what this installation knows. A model is asked only where one is named here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: bool = Field(default=True, description="Whether cases show suggestions at all.")
    least_score: int = Field(
        default=70, ge=1, le=100, description="Suggestions less alike than this, of 100, are not offered."
    )
    model_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s/]+[^\s]*)?$",
        description="Base address of a model that takes chat completions, up to and without /chat/completions. Empty: "
        "nothing is asked of anybody outside. What is sent has personal details masked.",
    )
    model: str = Field(default="", description="The model's name there.")
    model_key: SecretStr | None = Field(default=None, description="The key to it.")
    model_seconds: float = Field(default=8.0, gt=0, le=60, description="How long an answer is waited for.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """An address without a model's name asks nobody."""
        if self.model_url and not self.model:
            raise ValueError("model_url names an address and model names no model: write both, or neither")
        return self
