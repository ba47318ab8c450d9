"""The day it is for readers in France, and days as French writes them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
NBSP = "\u00a0"
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def paris_day(moment: datetime) -> date:
    """The day that a moment falls on in France, where the readers are."""
    return moment.astimezone(PARIS).date()


def written_date(day: date, *, year: bool = True) -> str:
    """A date as `1er mars 2025`, with no-break spaces; without the year when asked."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NBSP}{MONTHS[day.month - 1]}" + (f"{NBSP}{day.year}" if year else "")
