"""The words that alerts are told apart by."""

from __future__ import annotations

from typing import Literal

AlertKind = Literal["case", "leg", "account", "installation"]
AlertState = Literal["open", "acknowledged", "cleared"]
Ladder = Literal["technical", "data"]
Why = Literal["raised", "grew", "escalated", "undelivered", "period", "cleared", "test"]
