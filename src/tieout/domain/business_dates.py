"""Business dates are calendar dates of the United Kingdom, whatever the machine's own zone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

UK = ZoneInfo("Europe/London")


def uk_date(moment: datetime) -> date:
    """The UK calendar date of an instant."""
    return moment.astimezone(UK).date()
