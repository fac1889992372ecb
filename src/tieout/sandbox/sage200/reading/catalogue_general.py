"""Words that the declarations of readable resources share: the two stamps, the base currency."""

from __future__ import annotations

STAMPS = "date_time_created:t date_time_updated:t"
BASE_CURRENCY = "(SELECT id FROM currency WHERE base = 1)"


def stamps(alias: str) -> dict[str, str]:
    """Return the expressions of the two stamps."""
    return {"date_time_created": f"{alias}.created", "date_time_updated": f"{alias}.updated"}
