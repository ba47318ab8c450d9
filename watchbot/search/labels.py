"""Filters in French: "depuis le 1er septembre 2026", "échéance avant le 31 janvier 2027". Pure."""

from __future__ import annotations

from datetime import date

from watchbot.extract.calendar_arithmetic import last_day
from watchbot.french_dates import MONTHS, written_date
from watchbot.search.spans import Span


def day_text(day: date) -> str:
    """A day as French writes it: "1er mars 2025", its number and month on one line."""
    return f"{written_date(day, year=False)} {day.year}"


def period_label(span: Span, today: date) -> str:
    """A period of publication."""
    return _label(span, today)


def due_label(span: Span, today: date) -> str:
    """A period in which something is due."""
    start, end = span.start, span.end
    if end is None:
        return "échéance à venir" if start == today else f"échéance {_label(span, today)}"
    if start == today:
        return f"échéance d’ici le {day_text(end)}"
    return f"échéance {_label(span, today)}"


def _label(span: Span, today: date) -> str:
    start, end = span.start, span.end
    if start is None:
        return f"jusqu’au {day_text(end)}" if end else "toutes les dates"
    if end is None:
        return f"depuis le {day_text(start)}"
    if start == end:
        return "aujourd’hui" if start == today else f"le {day_text(start)}"
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return f"en {start.year}" if start.year == end.year else f"de {start.year} à {end.year}"
    if start.day == 1 and end == last_day(end.year, end.month):
        if (start.year, start.month) == (end.year, end.month):
            return f"en {MONTHS[start.month - 1]} {start.year}"
        first = MONTHS[start.month - 1] + (f" {start.year}" if start.year != end.year else "")
        return f"{'d’' if first[0] in 'ao' else 'de '}{first} à {MONTHS[end.month - 1]} {end.year}"
    return f"du {day_text(start)} au {day_text(end)}"
