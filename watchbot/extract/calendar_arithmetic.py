"""Which day a date without a year, an end of a month or a delay falls on, seen from the day a text was written."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

# How far back a date without a year may lie when nothing says whether it is past or to come.
RECENT = timedelta(days=45)
# A deadline may just have passed when its announcement is read.
JUST_PASSED = timedelta(days=10)


def last_day(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def day_near(
    month: int, day: int, reference: date, *, past: bool, until: bool, weekday: int | None = None
) -> date | None:
    """The day that "15 janvier" means in a text of `reference`; a weekday given with it decides where it can."""
    candidates = [
        found for year in range(reference.year - 1, reference.year + 3) if (found := _valid(year, month, day))
    ]
    if weekday is not None:
        near = [found for found in candidates if abs((found - reference).days) <= 400]
        candidates = [found for found in near if found.weekday() == weekday] or candidates
        if len(candidates) == 1:
            return candidates[0]
    if past:
        gone = [found for found in candidates if found <= reference]
        return max(gone, default=None) or min(candidates, default=None)
    earliest = reference - (JUST_PASSED if until else RECENT)
    return min((found for found in candidates if found >= earliest), default=None)


def month_near(month: int, reference: date, *, past: bool) -> tuple[int, int]:
    """Year and month that "en mars" means in a text of `reference`."""
    if past:
        return (reference.year if month <= reference.month else reference.year - 1), month
    return (reference.year if month >= reference.month - 1 else reference.year + 1), month


def after(reference: date, number: int, unit: str) -> date | None:
    """The day `number` units (`jour`, `semaine`, `mois`, `an`, `heure`) after `reference`; None beyond the calendar."""
    try:
        if unit == "heure":
            return reference + timedelta(hours=number)
        if unit in {"jour", "semaine"}:
            return reference + timedelta(days=number * (7 if unit == "semaine" else 1))
        months = reference.month - 1 + number * (12 if unit == "an" else 1)
        year, month = reference.year + months // 12, months % 12 + 1
        return date(year, month, min(reference.day, calendar.monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        return None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
